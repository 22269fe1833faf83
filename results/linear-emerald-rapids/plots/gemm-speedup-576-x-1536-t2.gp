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
set label '576 x 1536, 2 threads, Intel(R) Xeon(R) Processor' at screen 0.02500, screen 0.95198 left noenhanced font ',15' tc rgb '#555555' front
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
set xrange [0:4.53523391038]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.0' 0, '0.5' 0.5, '1.0' 1, '1.5' 1.5, '2.0' 2, '2.5' 2.5, '3.0' 3, '3.5' 3.5, '4.0' 4, '4.5' 4.5)
set grid xtics mxtics
set arrow from first 1, graph 0 to first 1, graph 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '1.84' at first 1.88015993, first -0.341666667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.62' at first 0.620891303, first 0.658333333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.72' at first 3.76648948, first 1.65833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.24' at first 4.28869597, first 2.65833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.08' at first 4.15826431, first 3.65833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.71' at first 2.7746869, first 4.65833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.63' at first 1.64607197, first 5.65833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.66' at first 1.83095668, first 6.65833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.80' at first 1.82407015, first -0.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.21' at first 0.210938643, first 0.795 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.63' at first 2.71203163, first 1.795 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.74' at first 2.81244386, first 2.795 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.75' at first 2.76236596, first 3.795 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.12' at first 2.32458789, first 4.795 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.08' at first 1.10984766, first 5.795 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.17' at first 1.25853484, first 6.795 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.74' at first 1.75106408, first -0.0683333333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.19' at first 0.197907899, first 0.931666667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.02' at first 2.05016207, first 1.93166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.61' at first 2.68611892, first 2.93166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.51' at first 2.56445851, first 3.93166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.93' at first 1.99256051, first 4.93166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.05' at first 1.06611887, first 5.93166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.21' at first 1.26450509, first 6.93166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.83' at first 1.84833926, first 0.0683333333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.37' at first 0.377578822, first 1.06833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.41' at first 2.45326658, first 2.06833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.01' at first 4.07015258, first 3.06833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.73' at first 3.77156749, first 4.06833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.43' at first 2.47868388, first 5.06833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.72' at first 1.74100541, first 6.06833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.30' at first 2.4928195, first 7.06833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.69' at first 1.76126926, first 0.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.18' at first 0.210289355, first 1.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.07' at first 1.12127675, first 2.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.93' at first 1.9921548, first 3.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.82' at first 1.87204349, first 4.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.04687894, first 5.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.02965037, first 6.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.57' at first 1.64278946, first 7.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.63' at first 1.705436, first 0.341666667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.18' at first 0.186927, first 1.34166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.80' at first 0.838742639, first 2.34166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.34' at first 1.4051659, first 3.34166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.31' at first 1.35792466, first 4.34166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.76' at first 0.796127886, first 5.34166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.78' at first 0.829320604, first 6.34166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.33' at first 1.38773063, first 7.34166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.0628666667
lower(v) = v
data = 'gemm-speedup-576-x-1536-t2.tsv'
set terminal pngcairo noenhanced size 1200,1238 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'gemm-speedup-576-x-1536-t2.png'.suffix
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
set output 'gemm-speedup-576-x-1536-t2.svg'.suffix
replot
unset output
