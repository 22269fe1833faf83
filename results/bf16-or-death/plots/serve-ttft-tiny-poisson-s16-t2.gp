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
set label 'Time to first token against offered load' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'tiny, poisson requests, 16 slots, 2 threads, AMD EPYC' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set arrow from screen 0.02500, screen 0.88113 to screen 0.05333, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#0072b2'
set label '' at screen 0.03917, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 7 ps 1.2 lc rgb '#0072b2'
set label 'bf16' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.11513, screen 0.88113 to screen 0.14347, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#e69f00'
set label '' at screen 0.12930, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 5 ps 1.2 lc rgb '#e69f00'
set label 'w8a8-fp8' at screen 0.15013, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.23767, screen 0.88113 to screen 0.26600, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#009e73'
set label '' at screen 0.25183, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 9 ps 1.2 lc rgb '#009e73'
set label 'tuned-w8a8-int8' at screen 0.27267, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.40793, screen 0.88113 to screen 0.43627, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#cc79a7'
set label '' at screen 0.42210, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 13 ps 1.2 lc rgb '#cc79a7'
set label 'tuned-w4a16' at screen 0.44293, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.06673
set rmargin at screen 0.97000
set tmargin at screen 0.84273
set bmargin at screen 0.09493
set label 'offered load (requests/s)' at screen 0.51837, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'time to first token, 90th percentile (ms)' at screen 0.01800, screen 0.46883 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [22.119:46.181]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('22.8' 22.8, '45.5' 45.5)
set grid xtics mxtics
set yrange [27.7621071193:79.4806725599]
set logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('50' 50, '30' 30, '40' 40, '60' 60, '70' 70)
set grid ytics mytics
lower(v) = v > floor_y ? v : floor_y
floor_y = 27.7621071193
data = 'serve-ttft-tiny-poisson-s16-t2.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'serve-ttft-tiny-poisson-s16-t2.png'.suffix
plot \
  data skip 1 every ::0::1 using 1:($2) with linespoints lw 2.5 pt 7 ps 1.1 lc rgb '#0072b2', \
  data skip 1 every ::2::3 using 1:($2) with linespoints lw 2.5 pt 5 ps 1.1 lc rgb '#e69f00', \
  data skip 1 every ::4::5 using 1:($2) with linespoints lw 2.5 pt 9 ps 1.1 lc rgb '#009e73', \
  data skip 1 every ::6::7 using 1:($2) with linespoints lw 2.5 pt 13 ps 1.1 lc rgb '#cc79a7'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'serve-ttft-tiny-poisson-s16-t2.svg'.suffix
replot
unset output
