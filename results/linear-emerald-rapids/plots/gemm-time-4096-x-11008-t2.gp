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
set label '4096 x 11008, 2 threads, Intel(R) Xeon(R) Processor' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set arrow from screen 0.02500, screen 0.88113 to screen 0.05333, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#0072b2'
set label '' at screen 0.03917, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 7 ps 1.2 lc rgb '#0072b2'
set label 'bf16.onednn' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.16940, screen 0.88113 to screen 0.19773, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#e69f00'
set label '' at screen 0.18357, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 5 ps 1.2 lc rgb '#e69f00'
set label 'i8i8.onednn' at screen 0.20440, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.30820, screen 0.88113 to screen 0.33653, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#009e73'
set label '' at screen 0.32237, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 9 ps 1.2 lc rgb '#009e73'
set label 'f32.openblas' at screen 0.34320, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.45460, screen 0.88113 to screen 0.48293, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#cc79a7'
set label '' at screen 0.46877, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 13 ps 1.2 lc rgb '#cc79a7'
set label 'i4f8.amx' at screen 0.48960, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.57327, screen 0.88113 to screen 0.60160, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#d55e00'
set label '' at screen 0.58743, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 11 ps 1.2 lc rgb '#d55e00'
set label 'i4i8.fast_amx' at screen 0.60827, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.72260, screen 0.88113 to screen 0.75093, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#56b4e9'
set label '' at screen 0.73677, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 4 ps 1.2 lc rgb '#56b4e9'
set label 'q4i8.amx' at screen 0.75760, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.84500, screen 0.88113 to screen 0.87333, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#000000'
set label '' at screen 0.85917, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 6 ps 1.2 lc rgb '#000000'
set label 'w4a16.amx' at screen 0.88000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.02500, screen 0.84913 to screen 0.05333, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#8c6d1f'
set label '' at screen 0.03917, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 8 ps 1.2 lc rgb '#8c6d1f'
set label 'f8f8.amx' at screen 0.06000, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.14460, screen 0.84913 to screen 0.17293, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#0072b2'
set label '' at screen 0.15877, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 13 ps 1.2 lc rgb '#0072b2'
set label 'i8i8.amx' at screen 0.17960, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.26233, screen 0.84913 to screen 0.29067, screen 0.84913 nohead lw 2.5 dt (8,5) lc rgb '#555555'
set label 'floor of bf16.onednn' at screen 0.29733, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.45820, screen 0.84913 to screen 0.48653, screen 0.84913 nohead lw 2.5 dt (3,4) lc rgb '#777777'
set label 'floor of i4i8.fast_amx' at screen 0.49320, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.07527
set rmargin at screen 0.97000
set tmargin at screen 0.81073
set bmargin at screen 0.09493
set label 'tokens M' at screen 0.52263, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'median time (ms)' at screen 0.01800, screen 0.45283 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [0.812252396356:1260.69187927]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('1' 1, '4' 4, '16' 16, '64' 64, '256' 256, '1024' 1024)
set grid xtics mxtics
set yrange [0.552593589964:433.175733937]
set logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('1' 1, '10' 10, '100' 100, '5' 5, '50' 50, '2' 2, '20' 20, '200' 200, '' 0.6 1, '' 0.7 1, '' 0.8 1, '' 0.9 1, '' 3 1, '' 4 1, '' 6 1, '' 7 1, '' 8 1, '' 9 1, '' 30 1, '' 40 1, '' 60 1, '' 70 1, '' 80 1, '' 90 1, '' 300 1, '' 400 1)
set grid ytics mytics
lower(v) = v > floor_y ? v : floor_y
floor_y = 0.552593589964
data = 'gemm-time-4096-x-11008-t2.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'gemm-time-4096-x-11008-t2.png'.suffix
plot \
  data skip 1 every ::0::5 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#0072b2', \
  data skip 1 every ::0::5 using 1:($2) with linespoints lw 2.5 pt 7 ps 1.1 lc rgb '#0072b2', \
  data skip 1 every ::6::11 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#e69f00', \
  data skip 1 every ::6::11 using 1:($2) with linespoints lw 2.5 pt 5 ps 1.1 lc rgb '#e69f00', \
  data skip 1 every ::12::17 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#009e73', \
  data skip 1 every ::12::17 using 1:($2) with linespoints lw 2.5 pt 9 ps 1.1 lc rgb '#009e73', \
  data skip 1 every ::18::23 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#cc79a7', \
  data skip 1 every ::18::23 using 1:($2) with linespoints lw 2.5 pt 13 ps 1.1 lc rgb '#cc79a7', \
  data skip 1 every ::24::29 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#d55e00', \
  data skip 1 every ::24::29 using 1:($2) with linespoints lw 2.5 pt 11 ps 1.1 lc rgb '#d55e00', \
  data skip 1 every ::30::35 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#56b4e9', \
  data skip 1 every ::30::35 using 1:($2) with linespoints lw 2.5 pt 4 ps 1.1 lc rgb '#56b4e9', \
  data skip 1 every ::36::41 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#000000', \
  data skip 1 every ::36::41 using 1:($2) with linespoints lw 2.5 pt 6 ps 1.1 lc rgb '#000000', \
  data skip 1 every ::42::47 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#8c6d1f', \
  data skip 1 every ::42::47 using 1:($2) with linespoints lw 2.5 pt 8 ps 1.1 lc rgb '#8c6d1f', \
  data skip 1 every ::48::53 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#0072b2', \
  data skip 1 every ::48::53 using 1:($2) with linespoints lw 2.5 pt 13 ps 1.1 lc rgb '#0072b2', \
  data skip 1 every ::54::59 using 1:($2) with lines lw 2 dt (8,5) lc rgb '#555555', \
  data skip 1 every ::60::65 using 1:($2) with lines lw 2 dt (3,4) lc rgb '#777777'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'gemm-time-4096-x-11008-t2.svg'.suffix
replot
unset output
