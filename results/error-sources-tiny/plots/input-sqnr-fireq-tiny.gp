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
set label 'Inputs: signal to quantization noise of activations (dB, higher is better)' at screen 0.02500, screen 0.92678 left noenhanced font ',22' tc rgb '#222222' front
set label 'fireq, tiny' at screen 0.02500, screen 0.86524 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.05820
set rmargin at screen 0.62487
set tmargin at screen 0.78703
set bmargin at screen 0.16140
set label 'inputs of' at screen 0.34153, screen 0.04534 center noenhanced font ',16' tc rgb '#222222' front
set label 'layer' at screen 0.01800, screen 0.47422 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [-0.5:3.5]
set xtics nomirror scale 0 tc rgb '#222222' ('q, k, v' 0, 'o' 1, 'gate, up' 2, 'down' 3)
set yrange [5.5:-0.5]
set ytics nomirror scale 0 tc rgb '#222222' ('0' 0, '1' 1, '2' 2, '3' 3, '4' 4, '5' 5)
unset grid
set border 0
set palette defined (0 '#440154', 0.25 '#3b528b', 0.5 '#21918c', 0.75 '#5ec962', 1 '#fde725')
set cbrange [31.6299818:35.8753166]
unset logscale cb
set colorbox user origin screen 0.64487, screen 0.16140 size screen 0.01667, screen 0.62564 noborder
set cbtics nomirror scale 0.4,0 tc rgb '#222222' ('32' 32, '33' 33, '34' 34, '35' 35)
set label '32.7' at first 0, first 0 center noenhanced font ',13' tc rgb '#ffffff' front
set label '35.3' at first 0, first 1 center noenhanced font ',13' tc rgb '#222222' front
set label '35.8' at first 0, first 2 center noenhanced font ',13' tc rgb '#222222' front
set label '35.9' at first 0, first 3 center noenhanced font ',13' tc rgb '#222222' front
set label '33.3' at first 0, first 4 center noenhanced font ',13' tc rgb '#ffffff' front
set label '33.4' at first 0, first 5 center noenhanced font ',13' tc rgb '#ffffff' front
set label '32.3' at first 1, first 0 center noenhanced font ',13' tc rgb '#ffffff' front
set label '31.8' at first 1, first 1 center noenhanced font ',13' tc rgb '#ffffff' front
set label '31.7' at first 1, first 2 center noenhanced font ',13' tc rgb '#ffffff' front
set label '31.7' at first 1, first 3 center noenhanced font ',13' tc rgb '#ffffff' front
set label '31.9' at first 1, first 4 center noenhanced font ',13' tc rgb '#ffffff' front
set label '31.8' at first 1, first 5 center noenhanced font ',13' tc rgb '#ffffff' front
set label '31.6' at first 2, first 0 center noenhanced font ',13' tc rgb '#ffffff' front
set label '31.9' at first 2, first 1 center noenhanced font ',13' tc rgb '#ffffff' front
set label '31.8' at first 2, first 2 center noenhanced font ',13' tc rgb '#ffffff' front
set label '31.8' at first 2, first 3 center noenhanced font ',13' tc rgb '#ffffff' front
set label '31.7' at first 2, first 4 center noenhanced font ',13' tc rgb '#ffffff' front
set label '31.7' at first 2, first 5 center noenhanced font ',13' tc rgb '#ffffff' front
set label '32.8' at first 3, first 0 center noenhanced font ',13' tc rgb '#ffffff' front
set label '32.8' at first 3, first 1 center noenhanced font ',13' tc rgb '#ffffff' front
set label '32.5' at first 3, first 2 center noenhanced font ',13' tc rgb '#ffffff' front
set label '32.2' at first 3, first 3 center noenhanced font ',13' tc rgb '#ffffff' front
set label '32.3' at first 3, first 4 center noenhanced font ',13' tc rgb '#ffffff' front
set label '32.2' at first 3, first 5 center noenhanced font ',13' tc rgb '#ffffff' front
lower(v) = v
data = 'input-sqnr-fireq-tiny.tsv'
set terminal pngcairo noenhanced size 1200,441 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'input-sqnr-fireq-tiny.png'.suffix
plot \
  data skip 1 every ::0::5 using (0):5:(-0.49):(0.49):($5-0.47):($5+0.47):2 with boxxyerror fs solid 1 noborder lc palette, \
  data skip 1 every ::6::11 using (1):5:(0.51):(1.49):($5-0.47):($5+0.47):2 with boxxyerror fs solid 1 noborder lc palette, \
  data skip 1 every ::12::17 using (2):5:(1.51):(2.49):($5-0.47):($5+0.47):2 with boxxyerror fs solid 1 noborder lc palette, \
  data skip 1 every ::18::23 using (3):5:(2.51):(3.49):($5-0.47):($5+0.47):2 with boxxyerror fs solid 1 noborder lc palette
set terminal svg noenhanced size 1200,441 font 'sans-serif,16' background '#ffffff'
set output 'input-sqnr-fireq-tiny.svg'.suffix
replot
unset output
