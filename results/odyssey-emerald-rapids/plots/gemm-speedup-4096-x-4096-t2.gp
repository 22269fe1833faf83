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
set label 'Linear layer: speed-up over gemm_i4i8.avx2' at screen 0.02500, screen 0.96244 left noenhanced font ',22' tc rgb '#222222' front
set label '4096 x 4096, 2 threads, Intel(R) Xeon(R) Processor' at screen 0.02500, screen 0.93087 left noenhanced font ',15' tc rgb '#555555' front
set object rect from screen 0.03167, screen 0.88703 to screen 0.05000, screen 0.90564 fs solid noborder fc rgb '#0072b2'
set label 'M = 1' at screen 0.06000, screen 0.89634 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.13140, screen 0.88703 to screen 0.14973, screen 0.90564 fs solid noborder fc rgb '#e69f00'
set label 'M = 2' at screen 0.15973, screen 0.89634 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.23113, screen 0.88703 to screen 0.24947, screen 0.90564 fs solid noborder fc rgb '#009e73'
set label 'M = 4' at screen 0.25947, screen 0.89634 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.33087, screen 0.88703 to screen 0.34920, screen 0.90564 fs solid noborder fc rgb '#cc79a7'
set label 'M = 16' at screen 0.35920, screen 0.89634 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.43913, screen 0.88703 to screen 0.45747, screen 0.90564 fs solid noborder fc rgb '#d55e00'
set label 'M = 64' at screen 0.46747, screen 0.89634 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.54740, screen 0.88703 to screen 0.56573, screen 0.90564 fs solid noborder fc rgb '#56b4e9'
set label 'M = 256' at screen 0.57573, screen 0.89634 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.65753, screen 0.89634 to screen 0.68587, screen 0.89634 nohead lw 2 dt (9,5) lc rgb '#aa3377'
set label 'gemm_i4i8.avx2 = 1' at screen 0.69253, screen 0.89634 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.13820
set rmargin at screen 0.97000
set tmargin at screen 0.86285
set bmargin at screen 0.08279
set label 'speed-up (times, 95 % interval)' at screen 0.55410, screen 0.02326 center noenhanced font ',16' tc rgb '#222222' front
set yrange [4.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('i4i8.fast_avx2' 0, 'i4i8.avx512' 1, 'i4i8.fast_avx512' 2, 'i4i8.amx' 3, 'i4i8.fast_amx' 4)
set xrange [0:17.4844031361]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '2' 2, '4' 4, '6' 6, '8' 8, '10' 10, '12' 12, '14' 14, '16' 16)
set grid xtics mxtics
set arrow from first 1, graph 0 to first 1, graph 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '1.3' at first 1.28430353, first -0.341666667 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.3' at first 1.35434821, first 0.658333333 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.3' at first 2.35649877, first 1.65833333 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.2' at first 2.20288163, first 2.65833333 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.1' at first 2.1593814, first 3.65833333 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.2' at first 1.22135653, first -0.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.7' at first 1.73170639, first 0.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.5' at first 2.64473296, first 1.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.3' at first 2.35058143, first 2.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.2' at first 2.28398055, first 3.795 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.3' at first 1.29368978, first -0.0683333333 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.7' at first 1.77613078, first 0.931666667 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.6' at first 2.63033506, first 1.93166667 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.3' at first 3.42065907, first 2.93166667 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.5' at first 3.59525519, first 3.93166667 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.0' at first 1.00295266, first 0.0683333333 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.7' at first 1.74198397, first 1.06833333 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.7' at first 1.77641734, first 2.06833333 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '8.2' at first 8.45934614, first 3.06833333 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '8.0' at first 8.62513395, first 4.06833333 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.0' at first 1.01879538, first 0.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.2' at first 2.21245605, first 1.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.2' at first 2.26338268, first 2.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '11.8' at first 12.2221898, first 3.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '11.7' at first 12.287637, first 4.205 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.0' at first 1.00193535, first 0.341666667 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.5' at first 2.66511763, first 1.34166667 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.6' at first 2.71728851, first 2.34166667 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '15.4' at first 16.0100109, first 3.34166667 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '15.5' at first 16.5104783, first 4.34166667 left offset graph 0.00902, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.0628666667
lower(v) = v
data = 'gemm-speedup-4096-x-4096-t2.tsv'
set terminal pngcairo noenhanced size 1200,860 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'gemm-speedup-4096-x-4096-t2.png'.suffix
plot \
  data skip 1 every ::0::4 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::4 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::5::9 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#e69f00', \
  data skip 1 every ::5::9 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::10::14 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#009e73', \
  data skip 1 every ::10::14 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::15::19 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#cc79a7', \
  data skip 1 every ::15::19 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::20::24 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#d55e00', \
  data skip 1 every ::20::24 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::25::29 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#56b4e9', \
  data skip 1 every ::25::29 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,860 font 'sans-serif,16' background '#ffffff'
set output 'gemm-speedup-4096-x-4096-t2.svg'.suffix
replot
unset output
