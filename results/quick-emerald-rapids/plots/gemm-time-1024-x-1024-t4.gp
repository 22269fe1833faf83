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
set label 'Linear layer: time against tokens' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label '1024 x 1024, 4 threads, Intel(R) Xeon(R) Processor' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set arrow from screen 0.02500, screen 0.88113 to screen 0.05333, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#0072b2'
set label '' at screen 0.03917, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 7 ps 1.2 lc rgb '#0072b2'
set label 'f32.openblas' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.17140, screen 0.88113 to screen 0.19973, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#e69f00'
set label '' at screen 0.18557, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 5 ps 1.2 lc rgb '#e69f00'
set label 'i4f8.amx' at screen 0.20640, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.29007, screen 0.88113 to screen 0.31840, screen 0.88113 nohead lw 2.5 dt (8,5) lc rgb '#555555'
set label 'floor of f32.openblas' at screen 0.32507, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.48793, screen 0.88113 to screen 0.51627, screen 0.88113 nohead lw 2.5 dt (3,4) lc rgb '#777777'
set label 'floor of i4f8.amx' at screen 0.52293, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.07953
set rmargin at screen 0.97000
set tmargin at screen 0.84273
set bmargin at screen 0.09493
set label 'tokens M' at screen 0.52477, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'median time (ms)' at screen 0.01800, screen 0.46883 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [0.864537231308:148.05608754]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('1' 1, '16' 16, '128' 128)
set grid xtics mxtics
set yrange [0.00618011976314:1.49501149196]
set logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.01' 0.01, '0.1' 0.1, '1' 1, '0.05' 0.05, '0.5' 0.5, '0.02' 0.02, '0.2' 0.2, '' 0.007 1, '' 0.008 1, '' 0.009 1, '' 0.03 1, '' 0.04 1, '' 0.06 1, '' 0.07 1, '' 0.08 1, '' 0.09 1, '' 0.3 1, '' 0.4 1, '' 0.6 1, '' 0.7 1, '' 0.8 1, '' 0.9 1)
set grid ytics mytics
lower(v) = v > floor_y ? v : floor_y
floor_y = 0.00618011976314
data = 'gemm-time-1024-x-1024-t4.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'gemm-time-1024-x-1024-t4.png'.suffix
plot \
  data skip 1 every ::0::2 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#0072b2', \
  data skip 1 every ::0::2 using 1:($2) with linespoints lw 2.5 pt 7 ps 1.1 lc rgb '#0072b2', \
  data skip 1 every ::3::5 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#e69f00', \
  data skip 1 every ::3::5 using 1:($2) with linespoints lw 2.5 pt 5 ps 1.1 lc rgb '#e69f00', \
  data skip 1 every ::6::8 using 1:($2) with lines lw 2 dt (8,5) lc rgb '#555555', \
  data skip 1 every ::9::11 using 1:($2) with lines lw 2 dt (3,4) lc rgb '#777777'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'gemm-time-1024-x-1024-t4.svg'.suffix
replot
unset output
