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
set label '4096 x 11008, NVIDIA H200' at screen 0.02500, screen 0.96503 left noenhanced font ',15' tc rgb '#555555' front
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
set xrange [0:1.67317050033]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.0' 0, '0.2' 0.2, '0.4' 0.4, '0.6' 0.6, '0.8' 0.8, '1.0' 1, '1.2' 1.2, '1.4' 1.4, '1.6' 1.6)
set grid xtics mxtics
set arrow from first 1, graph 0 to first 1, graph 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '1.32' at first 1.32718555, first -0.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.52' at first 1.52602019, first 0.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.13' at first 1.13680159, first 1.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.47' at first 1.48556045, first 2.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.00245463, first 3.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.60' at first 0.608534696, first 4.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.02' at first 1.0261116, first 5.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.30' at first 1.32371216, first -0.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.57' at first 1.57998567, first 0.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.13' at first 1.1354465, first 1.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.47' at first 1.48422251, first 2.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.999047719, first 3.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.62' at first 0.62592523, first 4.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.05' at first 1.06059752, first 5.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.988352202, first -0.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.15' at first 1.15963908, first 0.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 0.897541455, first 1.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.06' at first 1.07580481, first 2.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.00430495, first 3.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.57' at first 0.573358347, first 4.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.90' at first 0.903940218, first 5.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 0.918269973, first -0.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.02' at first 1.0269774, first 0.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.84' at first 0.848695737, first 1.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.95' at first 0.957408288, first 2.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.96' at first 0.967225096, first 3.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.54' at first 0.544392321, first 4.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.80' at first 0.802113046, first 5.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.94' at first 0.979017491, first -0.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.98' at first 1.01872802, first 0.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.81' at first 0.843845062, first 1.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.04' at first 1.09169827, first 2.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.960464157, first 3.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.53' at first 0.550817066, first 4.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.73' at first 0.750674098, first 5.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.86' at first 0.862500855, first 0.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 0.890122105, first 1.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.74' at first 0.744110729, first 2.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.05' at first 1.04975909, first 3.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.977190077, first 4.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.53' at first 0.533988247, first 5.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.98' at first 0.982596826, first 6.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.95' at first 0.949130566, first 0.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.970541043, first 1.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.87' at first 0.874352031, first 2.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.04' at first 1.04321983, first 3.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.933462108, first 4.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.53' at first 0.527160916, first 5.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.00640425, first 6.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.96' at first 0.965426094, first 0.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.98' at first 0.976123574, first 1.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 0.891324557, first 2.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.06' at first 1.07137294, first 3.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 0.910266813, first 4.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.523435561, first 5.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.996222202, first 6.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.970587741, first 0.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.975741086, first 1.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.90' at first 0.901614969, first 2.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.07' at first 1.08325212, first 3.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 0.913845055, first 4.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.519773125, first 5.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.00915055, first 6.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.932050968, first 0.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.92838371, first 1.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.85' at first 0.851040488, first 2.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.05' at first 1.05525627, first 3.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.929120626, first 4.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.521493503, first 5.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.0003519, first 6.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.03772
lower(v) = v
data = 'gemm-speedup-4096-x-11008-t8.tsv'
set terminal pngcairo noenhanced size 1200,1700 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'gemm-speedup-4096-x-11008-t8.png'.suffix
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
set output 'gemm-speedup-4096-x-11008-t8.svg'.suffix
replot
unset output
