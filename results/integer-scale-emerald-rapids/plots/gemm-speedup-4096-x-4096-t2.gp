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
set label 'Linear layer: speed-up over gemm_i4i8.fast_amx' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label '4096 x 4096, 2 threads, Intel(R) Xeon(R) Processor' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set object rect from screen 0.03167, screen 0.87047 to screen 0.05000, screen 0.89180 fs solid noborder fc rgb '#0072b2'
set label 'M = 1' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.13140, screen 0.87047 to screen 0.14973, screen 0.89180 fs solid noborder fc rgb '#e69f00'
set label 'M = 4' at screen 0.15973, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.23113, screen 0.87047 to screen 0.24947, screen 0.89180 fs solid noborder fc rgb '#009e73'
set label 'M = 16' at screen 0.25947, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.33940, screen 0.87047 to screen 0.35773, screen 0.89180 fs solid noborder fc rgb '#cc79a7'
set label 'M = 64' at screen 0.36773, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.44767, screen 0.87047 to screen 0.46600, screen 0.89180 fs solid noborder fc rgb '#d55e00'
set label 'M = 256' at screen 0.47600, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.55780, screen 0.88113 to screen 0.58613, screen 0.88113 nohead lw 2 dt (9,5) lc rgb '#aa3377'
set label 'gemm_i4i8.fast_amx = 1' at screen 0.59280, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.07100
set rmargin at screen 0.97000
set tmargin at screen 0.84273
set bmargin at screen 0.06080
set label 'speed-up (times, 95 % interval)' at screen 0.01800, screen 0.45177 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [-0.5:3.5]
set grid noxtics
set xtics nomirror scale 0 tc rgb '#222222' ('i4i8_int.amx' 0, 'i4i8_f16.amx' 1, 'i4i8_int.amx' 2, 'i4i8_f16.amx' 3)
set yrange [0:1.06154403113]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.0' 0, '0.2' 0.2, '0.4' 0.4, '0.6' 0.6, '0.8' 0.8, '1.0' 1)
set grid ytics mytics
set arrow from graph 0, first 1 to graph 1, first 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '0.98' at first -0.328, first 0.984396839 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.98' at first 0.672, first 0.979423411 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.98' at first 1.672, first 0.986314693 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.95' at first 2.672, first 0.975501086 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.68' at first -0.164, first 0.714734889 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.77' at first 0.836, first 0.794043688 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.82' at first 1.836, first 0.835017493 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.74' at first 2.836, first 0.753759641 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.90' at first 0, first 0.923478163 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 1, first 0.934781753 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.86' at first 2, first 0.879439803 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 3, first 0.912361767 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.66' at first 0.164, first 0.690264372 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.73' at first 1.164, first 0.7442978 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 2.164, first 0.954593739 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.76' at first 3.164, first 0.765906667 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.65' at first 0.328, first 0.667327717 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.65' at first 1.328, first 0.660787937 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.98' at first 2.328, first 0.989944642 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.66' at first 3.328, first 0.675173522 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.07544
lower(v) = v
data = 'gemm-speedup-4096-x-4096-t2.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'gemm-speedup-4096-x-4096-t2.png'.suffix
plot \
  data skip 1 every ::0::3 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::3 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::4::7 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#e69f00', \
  data skip 1 every ::4::7 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::8::11 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#009e73', \
  data skip 1 every ::8::11 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::12::15 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#cc79a7', \
  data skip 1 every ::12::15 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::16::19 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#d55e00', \
  data skip 1 every ::16::19 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'gemm-speedup-4096-x-4096-t2.svg'.suffix
replot
unset output
