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
set label 'rope_quant: time against tokens' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'rows of 128, NVIDIA H200' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set arrow from screen 0.02500, screen 0.88113 to screen 0.05333, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#0072b2'
set label '' at screen 0.03917, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 7 ps 1.2 lc rgb '#0072b2'
set label 'rope_quant.sm90' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.08807
set rmargin at screen 0.97000
set tmargin at screen 0.84273
set bmargin at screen 0.09493
set label 'rows' at screen 0.52903, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'median time (ms)' at screen 0.01800, screen 0.46883 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [0.747424624317:21920.6050576]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('1' 1, '16' 16, '1024' 1024, '16384' 16384)
set grid xtics mxtics
set yrange [0.00234097086503:0.13982615408]
set logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.01' 0.01, '0.1' 0.1, '0.005' 0.005, '0.05' 0.05, '0.02' 0.02, '' 0.003 1, '' 0.004 1, '' 0.006 1, '' 0.007 1, '' 0.008 1, '' 0.009 1, '' 0.03 1, '' 0.04 1, '' 0.06 1, '' 0.07 1, '' 0.08 1, '' 0.09 1)
set grid ytics mytics
lower(v) = v > floor_y ? v : floor_y
floor_y = 0.00234097086503
data = 'rope-quant-time-rows-of-128-t8.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'rope-quant-time-rows-of-128-t8.png'.suffix
plot \
  data skip 1 every ::0::7 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#0072b2', \
  data skip 1 every ::0::7 using 1:($2) with linespoints lw 2.5 pt 7 ps 1.1 lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'rope-quant-time-rows-of-128-t8.svg'.suffix
replot
unset output
