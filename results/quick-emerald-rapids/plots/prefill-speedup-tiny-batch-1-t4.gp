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
set label 'Time to first token: speed-up over f32' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'tiny batch 1, 4 threads, Intel(R) Xeon(R) Processor (amx)' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set object rect from screen 0.03167, screen 0.87047 to screen 0.05000, screen 0.89180 fs solid noborder fc rgb '#0072b2'
set label 'prompt of 32' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.17860, screen 0.87047 to screen 0.19693, screen 0.89180 fs solid noborder fc rgb '#e69f00'
set label 'prompt of 128' at screen 0.20693, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.33407, screen 0.87047 to screen 0.35240, screen 0.89180 fs solid noborder fc rgb '#009e73'
set label 'prompt of 512' at screen 0.36240, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.48287, screen 0.88113 to screen 0.51120, screen 0.88113 nohead lw 2 dt (9,5) lc rgb '#aa3377'
set label 'f32 = 1' at screen 0.51787, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.07100
set rmargin at screen 0.97000
set tmargin at screen 0.84273
set bmargin at screen 0.06080
set label 'speed-up (times, 95 % interval)' at screen 0.01800, screen 0.45177 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [-0.5:5.5]
set grid noxtics
set xtics nomirror scale 0 tc rgb '#222222' ('bf16' 0, 'w8a8-int8' 1, 'w8a8-fp8' 2, 'w4a16-g128' 3, 'w4a8-int8' 4, 'fireq' 5)
set yrange [0:3.50840367044]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.0' 0, '0.5' 0.5, '1.0' 1, '1.5' 1.5, '2.0' 2, '2.5' 2.5, '3.0' 3, '3.5' 3.5)
set grid ytics mytics
set arrow from graph 0, first 1 to graph 1, first 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '2.22' at first -0.273333333, first 2.24720759 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.95' at first 0.726666667, first 2.99366586 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.83' at first 1.72666667, first 1.86366177 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.37' at first 2.72666667, first 2.42744445 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.20' at first 3.72666667, first 3.30500061 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.91' at first 4.72666667, first 1.93603918 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.37' at first 0, first 2.41187845 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.94' at first 1, first 3.02085528 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.08' at first 2, first 2.10989535 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.42' at first 3, first 2.49522052 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.04' at first 4, first 3.14832762 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.11' at first 5, first 2.15125148 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.28' at first 0.273333333, first 2.3327395 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.68' at first 1.27333333, first 2.7420558 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.06' at first 2.27333333, first 2.17467059 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.33' at first 3.27333333, first 2.40703699 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.82' at first 4.27333333, first 2.91466698 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.11' at first 5.27333333, first 2.2178511 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.125733333
lower(v) = v
data = 'prefill-speedup-tiny-batch-1-t4.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'prefill-speedup-tiny-batch-1-t4.png'.suffix
plot \
  data skip 1 every ::0::5 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::5 using 5:2:(lower($3)):4 with yerrorbars pt 0 lw 1.8 lc rgb '#222222', \
  data skip 1 every ::6::11 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#e69f00', \
  data skip 1 every ::6::11 using 5:2:(lower($3)):4 with yerrorbars pt 0 lw 1.8 lc rgb '#222222', \
  data skip 1 every ::12::17 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#009e73', \
  data skip 1 every ::12::17 using 5:2:(lower($3)):4 with yerrorbars pt 0 lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'prefill-speedup-tiny-batch-1-t4.svg'.suffix
replot
unset output
