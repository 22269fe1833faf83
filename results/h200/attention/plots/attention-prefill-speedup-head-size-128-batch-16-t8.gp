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
set label 'Prefill attention: speed-up over attention_prefill.sm90_two fireq' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'head size 128 batch 16, NVIDIA H200' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set object rect from screen 0.03167, screen 0.87047 to screen 0.05000, screen 0.89180 fs solid noborder fc rgb '#0072b2'
set label 'T = 1024' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.15367, screen 0.87047 to screen 0.17200, screen 0.89180 fs solid noborder fc rgb '#e69f00'
set label 'T = 4096' at screen 0.18200, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.26900, screen 0.88113 to screen 0.29733, screen 0.88113 nohead lw 2 dt (9,5) lc rgb '#aa3377'
set label 'attention_prefill.sm90_two fireq = 1' at screen 0.30400, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.07100
set rmargin at screen 0.97000
set tmargin at screen 0.84273
set bmargin at screen 0.06080
set label 'speed-up (times, 95 % interval)' at screen 0.01800, screen 0.45177 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [-0.5:3.5]
set grid noxtics
set xtics nomirror scale 0 tc rgb '#222222' ('fireq sm90_two' 0, 'fireq sm90' 1, 'fireq sm90_one' 2, 'fireq sm90_int4' 3)
set yrange [0:1.09679397008]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.0' 0, '0.2' 0.2, '0.4' 0.4, '0.6' 0.6, '0.8' 0.8, '1.0' 1)
set grid ytics mytics
set arrow from graph 0, first 1 to graph 1, first 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '1.00' at first -0.205, first 1 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 0.795, first 1.00235093 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.795, first 1.00107473 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 2.795, first 0.91693462 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 0.205, first 1 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.03' at first 1.205, first 1.03320629 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 2.205, first 0.975820244 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 3.205, first 1.00247996 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.1886
lower(v) = v
data = 'attention-prefill-speedup-head-size-128-batch-16-t8.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'attention-prefill-speedup-head-size-128-batch-16-t8.png'.suffix
plot \
  data skip 1 every ::0::3 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::3 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::4::7 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#e69f00', \
  data skip 1 every ::4::7 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'attention-prefill-speedup-head-size-128-batch-16-t8.svg'.suffix
replot
unset output
