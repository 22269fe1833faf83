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
set label 'Prefill attention: time against tokens' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'head size 128 batch 1 not causal, NVIDIA H200' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set arrow from screen 0.02500, screen 0.88113 to screen 0.05333, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#0072b2'
set label '' at screen 0.03917, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 7 ps 1.2 lc rgb '#0072b2'
set label 'fireq sm90_two' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.18767, screen 0.88113 to screen 0.21600, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#e69f00'
set label '' at screen 0.20183, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 5 ps 1.2 lc rgb '#e69f00'
set label 'fireq sm90' at screen 0.22267, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.31940, screen 0.88113 to screen 0.34773, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#009e73'
set label '' at screen 0.33357, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 9 ps 1.2 lc rgb '#009e73'
set label 'fireq sm90_one' at screen 0.35440, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.48260, screen 0.88113 to screen 0.51093, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#cc79a7'
set label '' at screen 0.49677, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 13 ps 1.2 lc rgb '#cc79a7'
set label 'fireq sm90_int4' at screen 0.51760, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.07953
set rmargin at screen 0.97000
set tmargin at screen 0.84273
set bmargin at screen 0.09493
set label 'context T (tokens)' at screen 0.52477, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'median time (ms)' at screen 0.01800, screen 0.46883 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [461.440236857:18179.1862304]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('512' 512, '1024' 1024, '2048' 2048, '4096' 4096, '8192' 8192, '16384' 16384)
set grid xtics mxtics
set yrange [0.00604025836396:6.88534796692]
set logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.01' 0.01, '0.1' 0.1, '1' 1, '0.05' 0.05, '0.5' 0.5, '5' 5, '0.02' 0.02, '0.2' 0.2, '2' 2, '' 0.007 1, '' 0.008 1, '' 0.009 1, '' 0.03 1, '' 0.04 1, '' 0.06 1, '' 0.07 1, '' 0.08 1, '' 0.09 1, '' 0.3 1, '' 0.4 1, '' 0.6 1, '' 0.7 1, '' 0.8 1, '' 0.9 1, '' 3 1, '' 4 1, '' 6 1)
set grid ytics mytics
lower(v) = v > floor_y ? v : floor_y
floor_y = 0.00604025836396
data = 'attention-prefill-time-head-size-128-batch-1-not-causal-t8.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'attention-prefill-time-head-size-128-batch-1-not-causal-t8.png'.suffix
plot \
  data skip 1 every ::0::5 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#0072b2', \
  data skip 1 every ::0::5 using 1:($2) with linespoints lw 2.5 pt 7 ps 1.1 lc rgb '#0072b2', \
  data skip 1 every ::6::11 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#e69f00', \
  data skip 1 every ::6::11 using 1:($2) with linespoints lw 2.5 pt 5 ps 1.1 lc rgb '#e69f00', \
  data skip 1 every ::12::17 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#009e73', \
  data skip 1 every ::12::17 using 1:($2) with linespoints lw 2.5 pt 9 ps 1.1 lc rgb '#009e73', \
  data skip 1 every ::18::23 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#cc79a7', \
  data skip 1 every ::18::23 using 1:($2) with linespoints lw 2.5 pt 13 ps 1.1 lc rgb '#cc79a7'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'attention-prefill-time-head-size-128-batch-1-not-causal-t8.svg'.suffix
replot
unset output
