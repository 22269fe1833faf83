# Redraw in this directory with: gnuplot FILE.gp
reset
if (!exists('suffix')) suffix = ''
set encoding utf8
set datafile separator tab
set datafile commentschars ''
set style textbox opaque noborder fillcolor rgb '#ffffff' margins 0.3, 0.2
set errorbars small
set border 3 lc rgb '#888888'
set grid back lt 1 lw 1 lc rgb '#dddddd', lt 1 lw 1 lc rgb '#f0f0f0'
unset key
set label 'Signal to quantization noise of formats (dB, higher is better)' at screen 0.02500, screen 0.92678 left noenhanced font ',22' tc rgb '#222222' front
set label 'scale from the largest of 4096 numbers' at screen 0.02500, screen 0.86524 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.10140
set rmargin at screen 0.87000
set tmargin at screen 0.78703
set bmargin at screen 0.16140
set label 'format' at screen 0.48570, screen 0.04534 center noenhanced font ',16' tc rgb '#222222' front
set label 'numbers' at screen 0.01800, screen 0.47422 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [-0.5:6.5]
set xtics nomirror scale 0 tc rgb '#222222' ('int8' 0, 'e2m5' 1, 'e3m4' 2, 'e4m3' 3, 'e5m2' 4, 'int4' 5, 'e2m1' 6)
set yrange [5.5:-0.5]
set ytics nomirror scale 0 tc rgb '#222222' ('uniform' 0, 'gauss' 1, 'laplace' 2, 't8' 3, 't3' 4, 'outliers' 5)
unset grid
set border 0
set palette defined (0 '#440154', 0.25 '#3b528b', 0.5 '#21918c', 0.75 '#5ec962', 1 '#fde725')
set cbrange [5.36159183:48.1223449]
unset logscale cb
set colorbox user origin screen 0.89000, screen 0.16140 size screen 0.01667, screen 0.62564 noborder
set cbtics nomirror scale 0.4,0 tc rgb '#222222' ('10' 10, '20' 20, '30' 30, '40' 40)
set label '48.1' at first 0, first 0 center noenhanced font ',13' tc rgb '#222222' front
set label '41.0' at first 0, first 1 center noenhanced font ',13' tc rgb '#222222' front
set label '36.5' at first 0, first 2 center noenhanced font ',13' tc rgb '#222222' front
set label '37.3' at first 0, first 3 center noenhanced font ',13' tc rgb '#222222' front
set label '28.5' at first 0, first 4 center noenhanced font ',13' tc rgb '#ffffff' front
set label '20.1' at first 0, first 5 center noenhanced font ',13' tc rgb '#ffffff' front
set label '44.4' at first 1, first 0 center noenhanced font ',13' tc rgb '#222222' front
set label '42.9' at first 1, first 1 center noenhanced font ',13' tc rgb '#222222' front
set label '41.0' at first 1, first 2 center noenhanced font ',13' tc rgb '#222222' front
set label '41.6' at first 1, first 3 center noenhanced font ',13' tc rgb '#222222' front
set label '34.4' at first 1, first 4 center noenhanced font ',13' tc rgb '#222222' front
set label '26.0' at first 1, first 5 center noenhanced font ',13' tc rgb '#ffffff' front
set label '38.4' at first 2, first 0 center noenhanced font ',13' tc rgb '#222222' front
set label '37.6' at first 2, first 1 center noenhanced font ',13' tc rgb '#222222' front
set label '37.6' at first 2, first 2 center noenhanced font ',13' tc rgb '#222222' front
set label '37.6' at first 2, first 3 center noenhanced font ',13' tc rgb '#222222' front
set label '37.9' at first 2, first 4 center noenhanced font ',13' tc rgb '#222222' front
set label '39.8' at first 2, first 5 center noenhanced font ',13' tc rgb '#222222' front
set label '31.9' at first 3, first 0 center noenhanced font ',13' tc rgb '#222222' front
set label '31.5' at first 3, first 1 center noenhanced font ',13' tc rgb '#222222' front
set label '31.7' at first 3, first 2 center noenhanced font ',13' tc rgb '#222222' front
set label '31.6' at first 3, first 3 center noenhanced font ',13' tc rgb '#222222' front
set label '31.9' at first 3, first 4 center noenhanced font ',13' tc rgb '#222222' front
set label '34.6' at first 3, first 5 center noenhanced font ',13' tc rgb '#222222' front
set label '25.9' at first 4, first 0 center noenhanced font ',13' tc rgb '#ffffff' front
set label '25.6' at first 4, first 1 center noenhanced font ',13' tc rgb '#ffffff' front
set label '25.6' at first 4, first 2 center noenhanced font ',13' tc rgb '#ffffff' front
set label '25.6' at first 4, first 3 center noenhanced font ',13' tc rgb '#ffffff' front
set label '26.0' at first 4, first 4 center noenhanced font ',13' tc rgb '#ffffff' front
set label '27.6' at first 4, first 5 center noenhanced font ',13' tc rgb '#ffffff' front
set label '22.9' at first 5, first 0 center noenhanced font ',13' tc rgb '#ffffff' front
set label '15.8' at first 5, first 1 center noenhanced font ',13' tc rgb '#ffffff' front
set label '11.5' at first 5, first 2 center noenhanced font ',13' tc rgb '#ffffff' front
set label '12.1' at first 5, first 3 center noenhanced font ',13' tc rgb '#ffffff' front
set label '5.4' at first 5, first 4 center noenhanced font ',13' tc rgb '#ffffff' front
set label '6.6' at first 5, first 5 center noenhanced font ',13' tc rgb '#ffffff' front
set label '19.1' at first 6, first 0 center noenhanced font ',13' tc rgb '#ffffff' front
set label '18.4' at first 6, first 1 center noenhanced font ',13' tc rgb '#ffffff' front
set label '15.5' at first 6, first 2 center noenhanced font ',13' tc rgb '#ffffff' front
set label '16.2' at first 6, first 3 center noenhanced font ',13' tc rgb '#ffffff' front
set label '8.6' at first 6, first 4 center noenhanced font ',13' tc rgb '#ffffff' front
set label '6.9' at first 6, first 5 center noenhanced font ',13' tc rgb '#ffffff' front
lower(v) = v
data = 'format-sqnr-distributions.tsv'
set terminal pngcairo noenhanced size 1200,441 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'format-sqnr-distributions.png'.suffix
plot \
  data skip 1 every ::0::5 using (0):5:(-0.49):(0.49):($5-0.47):($5+0.47):2 with boxxyerror fs solid 1 noborder lc palette, \
  data skip 1 every ::6::11 using (1):5:(0.51):(1.49):($5-0.47):($5+0.47):2 with boxxyerror fs solid 1 noborder lc palette, \
  data skip 1 every ::12::17 using (2):5:(1.51):(2.49):($5-0.47):($5+0.47):2 with boxxyerror fs solid 1 noborder lc palette, \
  data skip 1 every ::18::23 using (3):5:(2.51):(3.49):($5-0.47):($5+0.47):2 with boxxyerror fs solid 1 noborder lc palette, \
  data skip 1 every ::24::29 using (4):5:(3.51):(4.49):($5-0.47):($5+0.47):2 with boxxyerror fs solid 1 noborder lc palette, \
  data skip 1 every ::30::35 using (5):5:(4.51):(5.49):($5-0.47):($5+0.47):2 with boxxyerror fs solid 1 noborder lc palette, \
  data skip 1 every ::36::41 using (6):5:(5.51):(6.49):($5-0.47):($5+0.47):2 with boxxyerror fs solid 1 noborder lc palette
set terminal svg noenhanced size 1200,441 font 'sans-serif,16' background '#ffffff'
set output 'format-sqnr-distributions.svg'.suffix
replot
unset output
