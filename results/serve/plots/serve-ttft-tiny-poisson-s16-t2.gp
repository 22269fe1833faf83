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
set label 'w8a8-int8' at screen 0.27267, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.36447, screen 0.88113 to screen 0.39280, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#cc79a7'
set label '' at screen 0.37863, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 13 ps 1.2 lc rgb '#cc79a7'
set label 'w4a16-g128' at screen 0.39947, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.50793, screen 0.88113 to screen 0.53627, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#d55e00'
set label '' at screen 0.52210, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 11 ps 1.2 lc rgb '#d55e00'
set label 'fireq' at screen 0.54293, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.07527
set rmargin at screen 0.97000
set tmargin at screen 0.84273
set bmargin at screen 0.09493
set label 'offered load (requests/s)' at screen 0.52263, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'time to first token, 90th percentile (ms)' at screen 0.01800, screen 0.46883 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [21.805:71.095]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('23.2' 23.2, '46.5' 46.5, '69.7' 69.7)
set grid xtics mxtics
set yrange [16.8697619815:171.614861224]
set logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('100' 100, '50' 50, '20' 20, '30' 30, '80' 80, '40' 40, '60' 60, '' 70 1, '' 90 1)
set grid ytics mytics
lower(v) = v > floor_y ? v : floor_y
floor_y = 16.8697619815
data = 'serve-ttft-tiny-poisson-s16-t2.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'serve-ttft-tiny-poisson-s16-t2.png'.suffix
plot \
  data skip 1 every ::0::2 using 1:($2) with linespoints lw 2.5 pt 7 ps 1.1 lc rgb '#0072b2', \
  data skip 1 every ::3::5 using 1:($2) with linespoints lw 2.5 pt 5 ps 1.1 lc rgb '#e69f00', \
  data skip 1 every ::6::8 using 1:($2) with linespoints lw 2.5 pt 9 ps 1.1 lc rgb '#009e73', \
  data skip 1 every ::9::11 using 1:($2) with linespoints lw 2.5 pt 13 ps 1.1 lc rgb '#cc79a7', \
  data skip 1 every ::12::14 using 1:($2) with linespoints lw 2.5 pt 11 ps 1.1 lc rgb '#d55e00'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'serve-ttft-tiny-poisson-s16-t2.svg'.suffix
replot
unset output
