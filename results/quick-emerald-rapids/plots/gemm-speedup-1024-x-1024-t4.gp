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
set label 'Linear layer: speed-up over gemm_f32.openblas' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label '1024 x 1024, 4 threads, Intel(R) Xeon(R) Processor' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set object rect from screen 0.03167, screen 0.87047 to screen 0.05000, screen 0.89180 fs solid noborder fc rgb '#0072b2'
set label 'M = 1' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.13140, screen 0.87047 to screen 0.14973, screen 0.89180 fs solid noborder fc rgb '#e69f00'
set label 'M = 16' at screen 0.15973, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.23967, screen 0.87047 to screen 0.25800, screen 0.89180 fs solid noborder fc rgb '#009e73'
set label 'M = 128' at screen 0.26800, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.34980, screen 0.88113 to screen 0.37813, screen 0.88113 nohead lw 2 dt (9,5) lc rgb '#aa3377'
set label 'gemm_f32.openblas = 1' at screen 0.38480, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.05820
set rmargin at screen 0.97000
set tmargin at screen 0.84273
set bmargin at screen 0.06080
set label 'speed-up (times, 95 % interval)' at screen 0.01800, screen 0.45177 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [-0.5:0.5]
set grid noxtics
set xtics nomirror scale 0 tc rgb '#222222' ('i4f8.amx' 0)
set yrange [0:5.05730953]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '1' 1, '2' 2, '3' 3, '4' 4, '5' 5)
set grid ytics mytics
set arrow from graph 0, first 1 to graph 1, first 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '3.50' at first -0.273333333, first 3.56820398 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.43' at first 0, first 3.5069467 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.65' at first 0.273333333, first 4.76410717 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.125733333
lower(v) = v
data = 'gemm-speedup-1024-x-1024-t4.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'gemm-speedup-1024-x-1024-t4.png'.suffix
plot \
  data skip 1 every ::0::0 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::0 using 5:2:(lower($3)):4 with yerrorbars pt 0 lw 1.8 lc rgb '#222222', \
  data skip 1 every ::1::1 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#e69f00', \
  data skip 1 every ::1::1 using 5:2:(lower($3)):4 with yerrorbars pt 0 lw 1.8 lc rgb '#222222', \
  data skip 1 every ::2::2 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#009e73', \
  data skip 1 every ::2::2 using 5:2:(lower($3)):4 with yerrorbars pt 0 lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'gemm-speedup-1024-x-1024-t4.svg'.suffix
replot
unset output
