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
set label 'Linear layer: speed-up over gemm_bf16.onednn' at screen 0.02500, screen 0.97391 left noenhanced font ',22' tc rgb '#222222' front
set label '4096 x 11008, 2 threads, Intel(R) Xeon(R) Processor' at screen 0.02500, screen 0.95198 left noenhanced font ',15' tc rgb '#555555' front
set object rect from screen 0.03167, screen 0.92153 to screen 0.05000, screen 0.93445 fs solid noborder fc rgb '#0072b2'
set label 'M = 1' at screen 0.06000, screen 0.92799 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.13140, screen 0.92153 to screen 0.14973, screen 0.93445 fs solid noborder fc rgb '#e69f00'
set label 'M = 4' at screen 0.15973, screen 0.92799 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.23113, screen 0.92153 to screen 0.24947, screen 0.93445 fs solid noborder fc rgb '#009e73'
set label 'M = 16' at screen 0.25947, screen 0.92799 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.33940, screen 0.92153 to screen 0.35773, screen 0.93445 fs solid noborder fc rgb '#cc79a7'
set label 'M = 64' at screen 0.36773, screen 0.92799 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.44767, screen 0.92153 to screen 0.46600, screen 0.93445 fs solid noborder fc rgb '#d55e00'
set label 'M = 256' at screen 0.47600, screen 0.92799 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.56447, screen 0.92153 to screen 0.58280, screen 0.93445 fs solid noborder fc rgb '#56b4e9'
set label 'M = 1024' at screen 0.59280, screen 0.92799 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.68313, screen 0.92799 to screen 0.71147, screen 0.92799 nohead lw 2 dt (9,5) lc rgb '#aa3377'
set label 'gemm_bf16.onednn = 1' at screen 0.71813, screen 0.92799 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.11767
set rmargin at screen 0.97000
set tmargin at screen 0.90473
set bmargin at screen 0.05751
set label 'speed-up (times, 95 % interval)' at screen 0.54383, screen 0.01616 center noenhanced font ',16' tc rgb '#222222' front
set yrange [7.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('i8i8.onednn' 0, 'f32.openblas' 1, 'i4f8.amx' 2, 'i4i8.fast_amx' 3, 'q4i8.amx' 4, 'w4a16.amx' 5, 'f8f8.amx' 6, 'i8i8.amx' 7)
set xrange [0:8.82298852288]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '1' 1, '2' 2, '3' 3, '4' 4, '5' 5, '6' 6, '7' 7, '8' 8)
set grid xtics mxtics
set arrow from first 1, graph 0 to first 1, graph 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '1.97' at first 2.00358794, first -0.341666667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.56' at first 0.57079924, first 0.658333333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.25' at first 4.73054604, first 1.65833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.71' at first 5.10282458, first 2.65833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.55' at first 5.03150273, first 3.65833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.20' at first 3.4774234, first 4.65833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.64' at first 1.77594937, first 5.65833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.11' at first 2.2908709, first 6.65833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.97' at first 1.99224567, first -0.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.19' at first 0.20158619, first 0.795 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.18' at first 3.27991533, first 1.795 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.66' at first 3.79660305, first 2.795 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.48' at first 3.58130234, first 3.795 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.67' at first 2.72235354, first 4.795 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.60' at first 1.67710859, first 5.795 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.09' at first 2.11800078, first 6.795 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.95' at first 1.97310957, first -0.0683333333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.19' at first 0.199435969, first 0.931666667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.94' at first 3.09684083, first 1.93166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.71' at first 3.76842743, first 2.93166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.55' at first 3.59457725, first 3.93166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.91' at first 3.19727109, first 4.93166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.82' at first 1.85604141, first 5.93166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.29' at first 2.49840054, first 6.93166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.07' at first 2.11929459, first 0.0683333333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.43' at first 0.434968904, first 1.06833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.39' at first 3.49134263, first 2.06833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '6.79' at first 6.89812637, first 3.06833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '6.47' at first 6.68628629, first 4.06833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.27' at first 3.34775783, first 5.06833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.55' at first 2.63369136, first 6.06833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.66' at first 5.69012816, first 7.06833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.18' at first 2.73811022, first 0.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.53' at first 0.564403071, first 1.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.31' at first 4.05440718, first 2.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '6.82' at first 7.41447874, first 3.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '6.42' at first 8.34336576, first 4.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.23' at first 3.5106988, first 5.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.71' at first 2.89127573, first 6.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.87' at first 6.2185987, first 7.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.88' at first 2.94632614, first 0.341666667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.35' at first 0.34780614, first 1.34166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.62' at first 2.67990965, first 2.34166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.97' at first 5.09618113, first 3.34166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.74' at first 4.87270266, first 4.34166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.59' at first 2.65904921, first 5.34166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.27' at first 2.29171386, first 6.34166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.09' at first 4.23673182, first 7.34166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.0628666667
lower(v) = v
data = 'gemm-speedup-4096-x-11008-t2.tsv'
set terminal pngcairo noenhanced size 1200,1238 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'gemm-speedup-4096-x-11008-t2.png'.suffix
plot \
  data skip 1 every ::0::7 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::7 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::8::15 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#e69f00', \
  data skip 1 every ::8::15 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::16::23 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#009e73', \
  data skip 1 every ::16::23 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::24::31 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#cc79a7', \
  data skip 1 every ::24::31 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::32::39 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#d55e00', \
  data skip 1 every ::32::39 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::40::47 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#56b4e9', \
  data skip 1 every ::40::47 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,1238 font 'sans-serif,16' background '#ffffff'
set output 'gemm-speedup-4096-x-11008-t2.svg'.suffix
replot
unset output
