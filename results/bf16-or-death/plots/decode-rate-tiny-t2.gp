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
set label 'Decode: tokens a second' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'tiny, 2 threads, AMD EPYC (avx2)' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set object rect from screen 0.03167, screen 0.87047 to screen 0.05000, screen 0.89180 fs solid noborder fc rgb '#0072b2'
set label 'prompt of 128, batch 1' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.24593, screen 0.87047 to screen 0.26427, screen 0.89180 fs solid noborder fc rgb '#e69f00'
set label 'prompt of 128, batch 16' at screen 0.27427, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.08380
set rmargin at screen 0.97000
set tmargin at screen 0.84273
set bmargin at screen 0.06080
set label 'tokens/s (median, 95 % interval)' at screen 0.01800, screen 0.45177 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [-0.5:3.5]
set grid noxtics
set xtics nomirror scale 0 tc rgb '#222222' ('bf16' 0, 'w8a8-fp8' 1, 'tuned-w8a8-int8' 2, 'tuned-w4a16' 3)
set yrange [0:3939.40653568]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '500' 500, '1000' 1000, '1500' 1500, '2000' 2000, '2500' 2500, '3000' 3000, '3500' 3500)
set grid ytics mytics
set label '543' at first -0.205, first 648.044251 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '724' at first 0.795, first 764.145929 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1084' at first 1.795, first 1132.56271 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '711' at first 2.795, first 813.79395 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2496' at first 0.205, first 2759.42629 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2673' at first 1.205, first 2817.50036 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3377' at first 2.205, first 3711.01567 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2819' at first 3.205, first 3061.59904 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.1886
lower(v) = v
data = 'decode-rate-tiny-t2.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'decode-rate-tiny-t2.png'.suffix
plot \
  data skip 1 every ::0::3 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::3 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::4::7 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#e69f00', \
  data skip 1 every ::4::7 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'decode-rate-tiny-t2.svg'.suffix
replot
unset output
