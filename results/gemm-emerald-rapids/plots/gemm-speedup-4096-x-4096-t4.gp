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
set label '4096 x 4096, 4 threads, Intel(R) Xeon(R) Processor' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set object rect from screen 0.03167, screen 0.87047 to screen 0.05000, screen 0.89180 fs solid noborder fc rgb '#0072b2'
set label 'M = 1' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.13140, screen 0.87047 to screen 0.14973, screen 0.89180 fs solid noborder fc rgb '#e69f00'
set label 'M = 16' at screen 0.15973, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.23967, screen 0.87047 to screen 0.25800, screen 0.89180 fs solid noborder fc rgb '#009e73'
set label 'M = 256' at screen 0.26800, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.35647, screen 0.87047 to screen 0.37480, screen 0.89180 fs solid noborder fc rgb '#cc79a7'
set label 'M = 1024' at screen 0.38480, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.47513, screen 0.88113 to screen 0.50347, screen 0.88113 nohead lw 2 dt (9,5) lc rgb '#aa3377'
set label 'gemm_f32.openblas = 1' at screen 0.51013, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.05820
set rmargin at screen 0.97000
set tmargin at screen 0.84273
set bmargin at screen 0.06080
set label 'speed-up (times, 95 % interval)' at screen 0.01800, screen 0.45177 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [-0.5:6.5]
set grid noxtics
set xtics nomirror scale 0 tc rgb '#222222' ('f32.avx512' 0, 'bf16.amx' 1, 'i8i8.amx' 2, 'f8f8.amx' 3, 'w4a16.amx' 4, 'i4i8.amx' 5, 'i4f8.amx' 6)
set yrange [0:9.46480222722]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '1' 1, '2' 2, '3' 3, '4' 4, '5' 5, '6' 6, '7' 7, '8' 8, '9' 9)
set grid ytics mytics
set arrow from graph 0, first 1 to graph 1, first 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '1.06' at first -0.3075, first 1.06517462 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.86' at first 0.6925, first 1.90241363 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.67' at first 1.6925, first 3.70820206 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.09' at first 2.6925, first 3.16118207 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.50' at first 3.6925, first 3.5641144 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '6.45' at first 4.6925, first 6.57135364 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.54' at first 5.6925, first 4.59253315 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.19' at first -0.1025, first 1.22528123 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.56' at first 0.8975, first 3.76823908 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '7.11' at first 1.8975, first 7.45613166 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.94' at first 2.8975, first 1.97876441 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.48' at first 3.8975, first 3.57074819 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '8.65' at first 4.8975, first 8.91607126 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.63' at first 5.8975, first 3.77253819 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.13' at first 0.1025, first 1.17192386 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.27' at first 1.1025, first 3.46240679 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '6.06' at first 2.1025, first 6.41804728 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.05' at first 3.1025, first 3.37955183 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.52' at first 4.1025, first 3.70913968 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '6.47' at first 5.1025, first 6.73187359 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.46' at first 6.1025, first 3.66952959 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.86' at first 0.3075, first 0.998901893 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.61' at first 1.3075, first 3.317197 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.83' at first 2.3075, first 6.35456771 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.59' at first 3.3075, first 3.15994885 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.75' at first 4.3075, first 3.67336316 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.94' at first 5.3075, first 5.54988714 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.77' at first 6.3075, first 3.66972283 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.0943
lower(v) = v
data = 'gemm-speedup-4096-x-4096-t4.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'gemm-speedup-4096-x-4096-t4.png'.suffix
plot \
  data skip 1 every ::0::6 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::6 using 5:2:(lower($3)):4 with yerrorbars pt 0 lw 1.8 lc rgb '#222222', \
  data skip 1 every ::7::13 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#e69f00', \
  data skip 1 every ::7::13 using 5:2:(lower($3)):4 with yerrorbars pt 0 lw 1.8 lc rgb '#222222', \
  data skip 1 every ::14::20 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#009e73', \
  data skip 1 every ::14::20 using 5:2:(lower($3)):4 with yerrorbars pt 0 lw 1.8 lc rgb '#222222', \
  data skip 1 every ::21::27 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#cc79a7', \
  data skip 1 every ::21::27 using 5:2:(lower($3)):4 with yerrorbars pt 0 lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'gemm-speedup-4096-x-4096-t4.svg'.suffix
replot
unset output
