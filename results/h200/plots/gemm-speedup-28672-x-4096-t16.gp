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
set label '28672 x 4096, 16 threads, Intel(R) Xeon(R) Processor' at screen 0.02500, screen 0.96503 left noenhanced font ',15' tc rgb '#555555' front
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
set xrange [0:1.5882956154]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.0' 0, '0.2' 0.2, '0.4' 0.4, '0.6' 0.6, '0.8' 0.8, '1.0' 1, '1.2' 1.2, '1.4' 1.4)
set grid xtics mxtics
set arrow from first 1, graph 0 to first 1, graph 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '1.25' at first 1.25012484, first -0.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.34' at first 1.34393273, first 0.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.10' at first 1.10735598, first 1.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.35' at first 1.35340663, first 2.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.996810673, first 3.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.53' at first 0.527400131, first 4.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.94' at first 0.937441184, first 5.631 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.37' at first 1.37448187, first -0.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.49' at first 1.4915621, first 0.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.21' at first 1.21026216, first 1.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.49' at first 1.49983777, first 2.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.08193713, first 3.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.54' at first 0.578990797, first 4.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.94' at first 0.96718079, first 5.713 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.14' at first 1.14192381, first -0.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.23' at first 1.2376184, first 0.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.98' at first 0.985956704, first 1.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.20' at first 1.20571194, first 2.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.98' at first 0.985940163, first 3.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.54' at first 0.53950614, first 4.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.87' at first 0.873566947, first 5.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.09325855, first -0.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.09' at first 1.19013178, first 0.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.83' at first 0.917996172, first 1.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.12' at first 1.22251263, first 2.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.9947168, first 3.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.54' at first 0.54505021, first 4.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.85' at first 0.862405412, first 5.877 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.88' at first 0.979541701, first -0.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 1.01958053, first 0.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.76' at first 0.837032203, first 1.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.87' at first 1.0005042, first 2.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.94' at first 0.951001062, first 3.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.50' at first 0.533680519, first 4.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.84' at first 0.907826279, first 5.959 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.86' at first 0.863373929, first 0.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.88' at first 0.887674699, first 1.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.81' at first 0.815576284, first 2.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.86' at first 0.859921997, first 3.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.88' at first 0.890539661, first 4.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.531204081, first 5.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.92' at first 0.921648317, first 6.041 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.92' at first 0.922239353, first 0.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.92' at first 0.935349154, first 1.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.86' at first 0.864940921, first 2.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.90' at first 0.917585849, first 3.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.88' at first 0.883006022, first 4.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.51' at first 0.51780823, first 5.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 0.893339902, first 6.123 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 0.918554945, first 0.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.92' at first 0.929965025, first 1.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.79' at first 0.799013163, first 2.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.90' at first 0.909893498, first 3.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.88' at first 0.886861318, first 4.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.48' at first 0.486061038, first 5.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.977262342, first 6.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.02' at first 1.02082133, first 0.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.02' at first 1.02891582, first 1.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.96' at first 0.960055775, first 2.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.02427652, first 3.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.98' at first 0.989801608, first 4.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.53' at first 0.532551858, first 5.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.08' at first 1.09312594, first 6.287 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.01265048, first 0.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.01536501, first 1.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.95' at first 0.954522371, first 2.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.01197289, first 3.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.989978563, first 4.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.53' at first 0.559857758, first 5.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.08' at first 1.10336666, first 6.369 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.03772
lower(v) = v
data = 'gemm-speedup-28672-x-4096-t16.tsv'
set terminal pngcairo noenhanced size 1200,1700 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'gemm-speedup-28672-x-4096-t16.png'.suffix
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
set output 'gemm-speedup-28672-x-4096-t16.svg'.suffix
replot
unset output
