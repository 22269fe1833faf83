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
set label 'Linear layer: speed-up over gemm_bf16.onednn' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label '576 x 1536, 2 threads, Intel(R) Xeon(R) Processor' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set object rect from screen 0.03167, screen 0.87047 to screen 0.05000, screen 0.89180 fs solid noborder fc rgb '#0072b2'
set label 'M = 1' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.13140, screen 0.87047 to screen 0.14973, screen 0.89180 fs solid noborder fc rgb '#e69f00'
set label 'M = 4' at screen 0.15973, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.23113, screen 0.87047 to screen 0.24947, screen 0.89180 fs solid noborder fc rgb '#009e73'
set label 'M = 16' at screen 0.25947, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.33273, screen 0.88113 to screen 0.36107, screen 0.88113 nohead lw 2 dt (9,5) lc rgb '#aa3377'
set label 'gemm_bf16.onednn = 1' at screen 0.36773, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.05820
set rmargin at screen 0.97000
set tmargin at screen 0.84273
set bmargin at screen 0.06080
set label 'speed-up (times, 95 % interval)' at screen 0.01800, screen 0.45177 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [-0.5:7.5]
set grid noxtics
set xtics nomirror scale 0 tc rgb '#222222' ('i8i8.onednn' 0, 'f32.openblas' 1, 'i4f8.amx' 2, 'i4i8.amx' 3, 'q4i8.amx' 4, 'w4a16.amx' 5, 'f8f8.amx' 6, 'i8i8.amx' 7)
set yrange [0:6.21163753055]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '1' 1, '2' 2, '3' 3, '4' 4, '5' 5, '6' 6)
set grid ytics mytics
set arrow from graph 0, first 1 to graph 1, first 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '1.92' at first -0.273333333, first 1.94842857 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.73' at first 0.726666667, first 0.751706304 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.39' at first 1.72666667, first 4.49921187 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.69' at first 2.72666667, first 5.8515119 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.39' at first 3.72666667, first 5.52936813 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.01' at first 4.72666667, first 3.16629147 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.27' at first 5.72666667, first 2.304263 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.63' at first 6.72666667, first 2.70478398 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.85' at first 0, first 1.88248852 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.27' at first 1, first 0.274509716 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.28' at first 2, first 3.35295317 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.50' at first 3, first 3.58458978 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.45' at first 4, first 3.53362237 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.60' at first 5, first 2.64115285 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.18' at first 6, first 1.20698464 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.97' at first 7, first 2.0169375 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.69' at first 0.273333333, first 1.73225813 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.20' at first 1.27333333, first 0.205089961 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.09' at first 2.27333333, first 2.12338636 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.69' at first 3.27333333, first 2.74496791 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.65' at first 4.27333333, first 2.70605373 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.03' at first 5.27333333, first 2.08558463 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.94' at first 6.27333333, first 0.973818829 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.65' at first 7.27333333, first 1.6834753 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.125733333
lower(v) = v
data = 'gemm-speedup-576-x-1536-t2.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'gemm-speedup-576-x-1536-t2.png'.suffix
plot \
  data skip 1 every ::0::7 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::7 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::8::15 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#e69f00', \
  data skip 1 every ::8::15 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::16::23 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#009e73', \
  data skip 1 every ::16::23 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'gemm-speedup-576-x-1536-t2.svg'.suffix
replot
unset output
