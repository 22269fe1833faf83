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
set label 'Linear layer: speed-up over gemm_f8f8.cublaslt' at screen 0.02500, screen 0.98100 left noenhanced font ',22' tc rgb '#222222' front
set label '4096 x 14336, 16 threads, Intel(R) Xeon(R) Processor' at screen 0.02500, screen 0.96503 left noenhanced font ',15' tc rgb '#555555' front
set object rect from screen 0.03167, screen 0.94285 to screen 0.05000, screen 0.95226 fs solid noborder fc rgb '#0072b2'
set label 'M = 1' at screen 0.06000, screen 0.94756 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.13140, screen 0.94285 to screen 0.14973, screen 0.95226 fs solid noborder fc rgb '#e69f00'
set label 'M = 16' at screen 0.15973, screen 0.94756 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.23967, screen 0.94285 to screen 0.25800, screen 0.95226 fs solid noborder fc rgb '#009e73'
set label 'M = 64' at screen 0.26800, screen 0.94756 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.34793, screen 0.94285 to screen 0.36627, screen 0.95226 fs solid noborder fc rgb '#cc79a7'
set label 'M = 128' at screen 0.37627, screen 0.94756 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.46473, screen 0.94285 to screen 0.48307, screen 0.95226 fs solid noborder fc rgb '#d55e00'
set label 'M = 256' at screen 0.49307, screen 0.94756 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.58153, screen 0.94285 to screen 0.59987, screen 0.95226 fs solid noborder fc rgb '#56b4e9'
set label 'M = 512' at screen 0.60987, screen 0.94756 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.69833, screen 0.94285 to screen 0.71667, screen 0.95226 fs solid noborder fc rgb '#000000'
set label 'M = 1024' at screen 0.72667, screen 0.94756 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.82367, screen 0.94285 to screen 0.84200, screen 0.95226 fs solid noborder fc rgb '#8c6d1f'
set label 'M = 2048' at screen 0.85200, screen 0.94756 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.03167, screen 0.92874 to screen 0.05000, screen 0.93815 fs solid noborder fc rgb '#0072b2'
set label 'M = 4096' at screen 0.06000, screen 0.93344 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.15700, screen 0.92874 to screen 0.17533, screen 0.93815 fs solid noborder fc rgb '#e69f00'
set label 'M = 8192' at screen 0.18533, screen 0.93344 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.27567, screen 0.93344 to screen 0.30400, screen 0.93344 nohead lw 2 dt (9,5) lc rgb '#aa3377'
set label 'gemm_f8f8.cublaslt = 1' at screen 0.31067, screen 0.93344 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.13807
set rmargin at screen 0.97000
set tmargin at screen 0.91650
set bmargin at screen 0.04188
set label 'speed-up (times, 95 % interval)' at screen 0.55403, screen 0.01176 center noenhanced font ',16' tc rgb '#222222' front
set yrange [6.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('i4f8.sm90' 0, 'i4f8.sm90_pdl' 1, 'i4f8.sm90_book' 2, 'i4i8.sm90' 3, 'f8f8.cublaslt_full' 4, 'bf16.cublaslt' 5, 'i8i8.cublaslt' 6)
set xrange [0:1.70398834603]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.0' 0, '0.2' 0.2, '0.4' 0.4, '0.6' 0.6, '0.8' 0.8, '1.0' 1, '1.2' 1.2, '1.4' 1.4, '1.6' 1.6)
set grid xtics mxtics
set arrow from first 1, graph 0 to first 1, graph 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '1.35' at first 1.37389857, first -0.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.54' at first 1.548931, first 0.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.17' at first 1.18117982, first 1.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.52' at first 1.53475305, first 2.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.997953508, first 3.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.60' at first 0.599377866, first 4.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 1.00084298, first 5.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.36' at first 1.3660012, first -0.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.61' at first 1.60908716, first 0.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.18' at first 1.19003768, first 1.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.53' at first 1.53513025, first 2.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.997772777, first 3.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.61' at first 0.611914862, first 4.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.03' at first 1.03188031, first 5.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.09' at first 1.08965097, first -0.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.24' at first 1.24300594, first 0.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.974843405, first 1.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.16' at first 1.16785617, first 2.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 0.999939168, first 3.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.521726077, first 4.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.93168677, first 5.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.00413478, first -0.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.09' at first 1.1029287, first 0.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 0.922887291, first 1.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.03' at first 1.03395118, first 2.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.98' at first 0.990762371, first 3.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.56' at first 0.568000211, first 4.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.80' at first 0.805187767, first 5.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.83' at first 0.877726853, first -0.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 0.932847602, first 0.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.70' at first 0.734371842, first 1.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 1.04681101, first 2.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.87' at first 0.908480863, first 3.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.554502039, first 4.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.65' at first 0.685038133, first 5.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.83' at first 0.832501031, first 0.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.85' at first 0.855558989, first 1.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.67' at first 0.672094646, first 2.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.971185477, first 3.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.98' at first 0.988586607, first 4.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.53' at first 0.539005918, first 5.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.94' at first 0.953607205, first 6.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.969777463, first 0.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.987787364, first 1.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.88' at first 0.878611177, first 2.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.96' at first 0.966574331, first 3.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.976082473, first 4.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.519241014, first 5.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.96' at first 0.961238888, first 6.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.98' at first 0.985079526, first 0.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.996159144, first 1.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 0.89812296, first 2.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.98' at first 0.986901942, first 3.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.96' at first 0.96462012, first 4.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.51' at first 0.514323644, first 5.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.973039482, first 6.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.996936504, first 0.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.00704541, first 1.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.88' at first 0.887464095, first 2.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.00167018, first 3.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 0.901460265, first 4.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.51' at first 0.513335847, first 5.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.976201817, first 6.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.01194325, first 0.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.01471544, first 1.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.88' at first 0.879931406, first 2.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.01228975, first 3.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.973034347, first 4.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.51' at first 0.510256717, first 5.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.96' at first 0.973894482, first 6.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.03772
lower(v) = v
data = 'gemm-speedup-4096-x-14336-t16.tsv'
set terminal pngcairo noenhanced size 1200,1700 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'gemm-speedup-4096-x-14336-t16.png'.suffix
plot \
  data skip 1 every ::0::6 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::6 using 2:5:(lower($3)):4 with xerrorbars pt 0 ps 0 lw 1.8 lc rgb '#222222', \
  data skip 1 every ::7::13 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#e69f00', \
  data skip 1 every ::7::13 using 2:5:(lower($3)):4 with xerrorbars pt 0 ps 0 lw 1.8 lc rgb '#222222', \
  data skip 1 every ::14::20 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#009e73', \
  data skip 1 every ::14::20 using 2:5:(lower($3)):4 with xerrorbars pt 0 ps 0 lw 1.8 lc rgb '#222222', \
  data skip 1 every ::21::27 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#cc79a7', \
  data skip 1 every ::21::27 using 2:5:(lower($3)):4 with xerrorbars pt 0 ps 0 lw 1.8 lc rgb '#222222', \
  data skip 1 every ::28::34 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#d55e00', \
  data skip 1 every ::28::34 using 2:5:(lower($3)):4 with xerrorbars pt 0 ps 0 lw 1.8 lc rgb '#222222', \
  data skip 1 every ::35::41 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#56b4e9', \
  data skip 1 every ::35::41 using 2:5:(lower($3)):4 with xerrorbars pt 0 ps 0 lw 1.8 lc rgb '#222222', \
  data skip 1 every ::42::48 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#000000', \
  data skip 1 every ::42::48 using 2:5:(lower($3)):4 with xerrorbars pt 0 ps 0 lw 1.8 lc rgb '#222222', \
  data skip 1 every ::49::55 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#8c6d1f', \
  data skip 1 every ::49::55 using 2:5:(lower($3)):4 with xerrorbars pt 0 ps 0 lw 1.8 lc rgb '#222222', \
  data skip 1 every ::56::62 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::56::62 using 2:5:(lower($3)):4 with xerrorbars pt 0 ps 0 lw 1.8 lc rgb '#222222', \
  data skip 1 every ::63::69 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#e69f00', \
  data skip 1 every ::63::69 using 2:5:(lower($3)):4 with xerrorbars pt 0 ps 0 lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,1700 font 'sans-serif,16' background '#ffffff'
set output 'gemm-speedup-4096-x-14336-t16.svg'.suffix
replot
unset output
