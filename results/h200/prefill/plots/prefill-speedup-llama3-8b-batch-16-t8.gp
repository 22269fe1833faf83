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
set label 'Time to first token: speed-up over bf16' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'llama3-8b batch 16, NVIDIA H200' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set object rect from screen 0.03167, screen 0.87047 to screen 0.05000, screen 0.89180 fs solid noborder fc rgb '#0072b2'
set label 'prompt of 1024' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.19567, screen 0.87047 to screen 0.21400, screen 0.89180 fs solid noborder fc rgb '#e69f00'
set label 'prompt of 2048' at screen 0.22400, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.35967, screen 0.87047 to screen 0.37800, screen 0.89180 fs solid noborder fc rgb '#009e73'
set label 'prompt of 4096' at screen 0.38800, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.51700, screen 0.88113 to screen 0.54533, screen 0.88113 nohead lw 2 dt (9,5) lc rgb '#aa3377'
set label 'bf16 = 1' at screen 0.55200, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.07100
set rmargin at screen 0.97000
set tmargin at screen 0.84273
set bmargin at screen 0.06080
set label 'speed-up (times, 95 % interval)' at screen 0.01800, screen 0.45177 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [-0.5:2.5]
set grid noxtics
set xtics nomirror scale 0 tc rgb '#222222' ('w4a8-int8' 0, 'fireq' 1, 'fireq:method=output' 2)
set yrange [0:2.09731041871]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.0' 0, '0.5' 0.5, '1.0' 1, '1.5' 1.5, '2.0' 2)
set grid ytics mytics
set arrow from graph 0, first 1 to graph 1, first 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '1.94' at first -0.273333333, first 1.97571684 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.72' at first 0.726666667, first 1.77591137 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.84' at first 1.72666667, first 1.85375998 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.88' at first 0, first 1.89372065 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.75' at first 1, first 1.77567984 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.77' at first 0.273333333, first 1.76834742 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.83' at first 1.27333333, first 1.8328307 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.125733333
lower(v) = v
data = 'prefill-speedup-llama3-8b-batch-16-t8.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'prefill-speedup-llama3-8b-batch-16-t8.png'.suffix
plot \
  data skip 1 every ::0::2 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::2 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::3::4 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#e69f00', \
  data skip 1 every ::3::4 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::5::6 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#009e73', \
  data skip 1 every ::5::6 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'prefill-speedup-llama3-8b-batch-16-t8.svg'.suffix
replot
unset output
