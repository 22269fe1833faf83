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
set label 'Linear layer: speed-up over gemm_bf16.onednn' at screen 0.02500, screen 0.96419 left noenhanced font ',22' tc rgb '#222222' front
set label '4096 x 4096, 2 threads, Intel(R) Xeon(R) Processor' at screen 0.02500, screen 0.93409 left noenhanced font ',15' tc rgb '#555555' front
set object rect from screen 0.03167, screen 0.89229 to screen 0.05000, screen 0.91003 fs solid noborder fc rgb '#0072b2'
set label 'M = 1' at screen 0.06000, screen 0.90116 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.13140, screen 0.89229 to screen 0.14973, screen 0.91003 fs solid noborder fc rgb '#e69f00'
set label 'M = 4' at screen 0.15973, screen 0.90116 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.23113, screen 0.89229 to screen 0.24947, screen 0.91003 fs solid noborder fc rgb '#009e73'
set label 'M = 16' at screen 0.25947, screen 0.90116 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.33940, screen 0.89229 to screen 0.35773, screen 0.91003 fs solid noborder fc rgb '#cc79a7'
set label 'M = 64' at screen 0.36773, screen 0.90116 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.44100, screen 0.90116 to screen 0.46933, screen 0.90116 nohead lw 2 dt (9,5) lc rgb '#aa3377'
set label 'gemm_bf16.onednn = 1' at screen 0.47600, screen 0.90116 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.11473
set rmargin at screen 0.97000
set tmargin at screen 0.86924
set bmargin at screen 0.07894
set label 'speed-up (times, 95 % interval)' at screen 0.54237, screen 0.02217 center noenhanced font ',16' tc rgb '#222222' front
set yrange [7.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('i8i8.onednn' 0, 'f32.openblas' 1, 'i4f8.amx' 2, 'i4i8.amx' 3, 'q4i8.amx' 4, 'w4a16.amx' 5, 'f8f8.amx' 6, 'i8i8.amx' 7)
set xrange [0:8.21309182969]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '1' 1, '2' 2, '3' 3, '4' 4, '5' 5, '6' 6, '7' 7, '8' 8)
set grid xtics mxtics
set arrow from first 1, graph 0 to first 1, graph 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '1.82' at first 1.8502445, first -0.3075 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.56' at first 0.569751513, first 0.6925 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.99' at first 4.07272313, first 1.6925 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.42' at first 4.50126387, first 2.6925 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.35' at first 4.40710169, first 3.6925 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.81' at first 2.94339713, first 4.6925 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.65' at first 1.6679171, first 5.6925 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.09' at first 2.14565045, first 6.6925 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.78' at first 1.81230141, first -0.1025 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.19' at first 0.199312572, first 0.8975 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.26' at first 3.30515454, first 1.8975 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.56' at first 3.61637646, first 2.8975 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.45' at first 3.48606157, first 3.8975 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.80' at first 2.82894687, first 4.8975 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.14' at first 1.17364014, first 5.8975 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.97' at first 2.05491972, first 6.8975 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.76' at first 1.80417727, first 0.1025 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.17' at first 0.187429319, first 1.1025 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.91' at first 3.06206886, first 2.1025 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.79' at first 4.5804001, first 3.1025 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.47' at first 4.32402537, first 4.1025 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.66' at first 2.95193739, first 5.1025 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.22' at first 1.41873125, first 6.1025 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.19' at first 2.69253474, first 7.1025 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.84' at first 1.96436326, first 0.3075 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.38' at first 0.436755799, first 1.3075 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.31' at first 3.53417857, first 2.3075 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.65' at first 7.76815467, first 3.3075 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.50' at first 7.43849694, first 4.3075 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.58' at first 3.6734486, first 5.3075 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.37' at first 2.56506369, first 6.3075 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.17' at first 4.49857113, first 7.3075 left offset graph 0.00877, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.0943
lower(v) = v
data = 'gemm-speedup-4096-x-4096-t2.tsv'
set terminal pngcairo noenhanced size 1200,902 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'gemm-speedup-4096-x-4096-t2.png'.suffix
plot \
  data skip 1 every ::0::7 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::7 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::8::15 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#e69f00', \
  data skip 1 every ::8::15 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::16::23 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#009e73', \
  data skip 1 every ::16::23 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::24::31 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#cc79a7', \
  data skip 1 every ::24::31 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,902 font 'sans-serif,16' background '#ffffff'
set output 'gemm-speedup-4096-x-4096-t2.svg'.suffix
replot
unset output
