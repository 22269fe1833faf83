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
set label '4096 x 14336, NVIDIA H200' at screen 0.02500, screen 0.96503 left noenhanced font ',15' tc rgb '#555555' front
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
set xrange [0:1.68797933726]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.0' 0, '0.2' 0.2, '0.4' 0.4, '0.6' 0.6, '0.8' 0.8, '1.0' 1, '1.2' 1.2, '1.4' 1.4, '1.6' 1.6)
set grid xtics mxtics
set arrow from first 1, graph 0 to first 1, graph 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '1.36' at first 1.3787021, first -0.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.53' at first 1.52990004, first 0.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.17' at first 1.18284416, first 1.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.52' at first 1.53280658, first 2.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.999243876, first 3.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.60' at first 0.606775162, first 4.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.00349635, first 5.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.35' at first 1.36951106, first -0.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.58' at first 1.59396975, first 0.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.18' at first 1.18489697, first 1.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.53' at first 1.53560496, first 2.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.992623858, first 3.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.61' at first 0.611352614, first 4.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.01861767, first 5.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.06' at first 1.06665362, first -0.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.22' at first 1.2257939, first 0.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.95' at first 0.956442881, first 1.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.13' at first 1.13796121, first 2.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.997942846, first 3.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.522950289, first 4.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.935374602, first 5.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.96' at first 0.966371127, first -0.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.07' at first 1.06996721, first 0.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.90' at first 0.9074965, first 1.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.00483861, first 2.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.971804776, first 3.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.56' at first 0.560418023, first 4.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.81' at first 0.809385572, first 5.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.971803407, first -0.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.989076306, first 0.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.83' at first 0.830396405, first 1.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.13' at first 1.1328102, first 2.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.94' at first 0.959242814, first 3.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.563524492, first 4.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.76' at first 0.766146067, first 5.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.87' at first 0.871649468, first 0.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.88' at first 0.883939706, first 1.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.75' at first 0.749909941, first 2.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.07' at first 1.07749764, first 3.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.972236283, first 4.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.53' at first 0.527021082, first 5.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.96' at first 0.960455319, first 6.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.96' at first 0.95693881, first 0.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.976319587, first 1.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.88' at first 0.88344609, first 2.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.05' at first 1.05994438, first 3.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.927763329, first 4.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.523154274, first 5.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.02' at first 1.02261216, first 6.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.973995043, first 0.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.98' at first 0.980900712, first 1.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.90' at first 0.900752191, first 2.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.08' at first 1.0851741, first 3.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 0.911704836, first 4.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.521728512, first 5.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.03' at first 1.03269279, first 6.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.92' at first 0.924758816, first 0.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.92' at first 0.923812274, first 1.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.84' at first 0.84247274, first 2.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.04' at first 1.04410805, first 3.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 0.916023225, first 4.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.518198966, first 5.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.04' at first 1.04192809, first 6.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 0.91323357, first 0.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.90' at first 0.905348855, first 1.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.83' at first 0.832010044, first 2.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.03' at first 1.03420099, first 3.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.929079474, first 4.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.519512017, first 5.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.05' at first 1.05701509, first 6.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.03772
lower(v) = v
data = 'gemm-speedup-4096-x-14336-t8.tsv'
set terminal pngcairo noenhanced size 1200,1700 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'gemm-speedup-4096-x-14336-t8.png'.suffix
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
set output 'gemm-speedup-4096-x-14336-t8.svg'.suffix
replot
unset output
