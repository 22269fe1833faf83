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
set label '1536 x 576, 2 threads, Intel(R) Xeon(R) Processor' at screen 0.02500, screen 0.95198 left noenhanced font ',15' tc rgb '#555555' front
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
set xrange [0:6.14705288263]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '1' 1, '2' 2, '3' 3, '4' 4, '5' 5, '6' 6)
set grid xtics mxtics
set arrow from first 1, graph 0 to first 1, graph 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '1.90' at first 1.92595441, first -0.341666667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.75' at first 0.769160265, first 0.658333333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.78' at first 4.83973384, first 1.65833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.74' at first 5.81289553, first 2.65833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.58' at first 5.78693001, first 3.65833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.10' at first 3.4504304, first 4.65833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.97' at first 2.03105903, first 5.65833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.73' at first 2.75397726, first 6.65833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.73' at first 1.75863513, first -0.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.17' at first 0.177348651, first 0.795 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.60' at first 2.65441699, first 1.795 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.91' at first 2.9854261, first 2.795 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.75' at first 2.79998617, first 3.795 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.07' at first 2.0989219, first 4.795 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.82' at first 0.839960479, first 5.795 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.22' at first 1.23943364, first 6.795 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.59' at first 1.60997596, first -0.0683333333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.17' at first 0.171067058, first 0.931666667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.03' at first 2.05693914, first 1.93166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.61' at first 2.67020742, first 2.93166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.47' at first 2.49503876, first 3.93166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.93' at first 1.95164721, first 4.93166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.81' at first 0.826120787, first 5.93166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.23' at first 1.24702344, first 6.93166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.65' at first 1.68098902, first 0.0683333333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.28' at first 0.295021517, first 1.06833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.93' at first 2.00324431, first 2.06833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.97' at first 3.0334711, first 3.06833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.90' at first 2.97357751, first 4.06833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.94' at first 1.98089669, first 5.06833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.18' at first 1.19604537, first 6.06833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.86' at first 1.90346826, first 7.06833333 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.05' at first 1.06326434, first 0.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.18' at first 0.216955461, first 1.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.948200397, first 2.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.42' at first 1.44087767, first 3.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.40' at first 1.43721085, first 4.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.92' at first 0.944549792, first 5.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.84' at first 0.858973281, first 6.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.35' at first 1.3844321, first 7.205 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.42' at first 1.461452, first 0.341666667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.23' at first 0.238304824, first 1.34166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.08' at first 1.13424448, first 2.34166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.50' at first 1.55212833, first 3.34166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.44' at first 1.48236208, first 4.34166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.07' at first 1.10547141, first 5.34166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.03' at first 1.04985616, first 6.34166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.55' at first 1.58578043, first 7.34166667 left offset graph 0.00880, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.0628666667
lower(v) = v
data = 'gemm-speedup-1536-x-576-t2.tsv'
set terminal pngcairo noenhanced size 1200,1238 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'gemm-speedup-1536-x-576-t2.png'.suffix
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
set output 'gemm-speedup-1536-x-576-t2.svg'.suffix
replot
unset output
