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
set label '14336 x 4096, NVIDIA H200' at screen 0.02500, screen 0.96503 left noenhanced font ',15' tc rgb '#555555' front
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
set xrange [0:1.52368945817]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.0' 0, '0.2' 0.2, '0.4' 0.4, '0.6' 0.6, '0.8' 0.8, '1.0' 1, '1.2' 1.2, '1.4' 1.4)
set grid xtics mxtics
set arrow from first 1, graph 0 to first 1, graph 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '1.15' at first 1.21906001, first -0.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.36' at first 1.43882976, first 0.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.98' at first 1.04474909, first 1.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.29' at first 1.36866835, first 2.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.06493897, first 3.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.55' at first 0.578887689, first 4.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.95' at first 1.00978397, first 5.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.15' at first 1.16005671, first -0.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.38' at first 1.39520825, first 0.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.992886841, first 1.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.30' at first 1.30499371, first 2.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.01083125, first 3.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.56' at first 0.558801275, first 4.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.90' at first 0.909989957, first 5.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.09' at first 1.09375961, first -0.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.28' at first 1.28312877, first 0.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.95' at first 0.958695065, first 1.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.22' at first 1.22238653, first 2.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 1.0197701, first 3.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.58' at first 0.587262305, first 4.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.92' at first 0.954676775, first 5.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.02' at first 1.02220436, first -0.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.14' at first 1.1447674, first 0.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.88' at first 0.883677972, first 1.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.13' at first 1.13717228, first 2.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.977222047, first 3.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.57' at first 0.573568617, first 4.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.86' at first 0.86795084, first 5.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.86' at first 0.864237085, first -0.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 0.908364706, first 0.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.75' at first 0.750132071, first 1.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.88' at first 0.884206263, first 2.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.95' at first 0.954342527, first 3.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.54' at first 0.544620195, first 4.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.84' at first 0.840593604, first 5.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 0.894261815, first 0.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.93250171, first 1.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.82' at first 0.823537997, first 2.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 0.917272466, first 3.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.936851668, first 4.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.522531954, first 5.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.88' at first 0.882823773, first 6.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.85' at first 0.861342041, first 0.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.87' at first 0.869547097, first 1.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.82' at first 0.817919272, first 2.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 0.918342758, first 3.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 0.912713947, first 4.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.53' at first 0.529774025, first 5.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.933442449, first 6.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 0.90782677, first 0.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 0.91535707, first 1.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.85' at first 0.851218622, first 2.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.96' at first 0.964332145, first 3.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.88' at first 0.886695451, first 4.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.517965738, first 5.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.01361006, first 6.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 0.889385331, first 0.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 0.894451886, first 1.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.82' at first 0.821198704, first 2.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.98' at first 0.983467612, first 3.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 0.895667726, first 4.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.50' at first 0.498373868, first 5.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.01163945, first 6.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.94' at first 0.94047929, first 0.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.94' at first 0.93941754, first 1.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 0.894179951, first 2.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.04' at first 1.0471428, first 3.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.94' at first 0.941449758, first 4.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.519693063, first 5.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.01445721, first 6.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.03772
lower(v) = v
data = 'gemm-speedup-14336-x-4096-t8.tsv'
set terminal pngcairo noenhanced size 1200,1700 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'gemm-speedup-14336-x-4096-t8.png'.suffix
plot \
  data skip 1 every ::0::6 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::6 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::7::13 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#e69f00', \
  data skip 1 every ::7::13 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::14::20 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#009e73', \
  data skip 1 every ::14::20 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::21::27 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#cc79a7', \
  data skip 1 every ::21::27 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::28::34 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#d55e00', \
  data skip 1 every ::28::34 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::35::41 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#56b4e9', \
  data skip 1 every ::35::41 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::42::48 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#000000', \
  data skip 1 every ::42::48 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::49::55 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#8c6d1f', \
  data skip 1 every ::49::55 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::56::62 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::56::62 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::63::69 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#e69f00', \
  data skip 1 every ::63::69 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,1700 font 'sans-serif,16' background '#ffffff'
set output 'gemm-speedup-14336-x-4096-t8.svg'.suffix
replot
unset output
