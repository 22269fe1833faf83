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
set label 'Time to first token against prompt length' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'tiny batch 1, 4 threads, Intel(R) Xeon(R) Processor (amx)' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set arrow from screen 0.02500, screen 0.88113 to screen 0.05333, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#0072b2'
set label '' at screen 0.03917, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 7 ps 1.2 lc rgb '#0072b2'
set label 'f32' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.10673, screen 0.88113 to screen 0.13507, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#e69f00'
set label '' at screen 0.12090, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 5 ps 1.2 lc rgb '#e69f00'
set label 'bf16' at screen 0.14173, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.19687, screen 0.88113 to screen 0.22520, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#009e73'
set label '' at screen 0.21103, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 9 ps 1.2 lc rgb '#009e73'
set label 'w8a8-int8' at screen 0.23187, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.32367, screen 0.88113 to screen 0.35200, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#cc79a7'
set label '' at screen 0.33783, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 13 ps 1.2 lc rgb '#cc79a7'
set label 'w8a8-fp8' at screen 0.35867, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.44620, screen 0.88113 to screen 0.47453, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#d55e00'
set label '' at screen 0.46037, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 11 ps 1.2 lc rgb '#d55e00'
set label 'w4a16-g128' at screen 0.48120, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.58967, screen 0.88113 to screen 0.61800, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#56b4e9'
set label '' at screen 0.60383, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 4 ps 1.2 lc rgb '#56b4e9'
set label 'w4a8-int8' at screen 0.62467, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.71647, screen 0.88113 to screen 0.74480, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#000000'
set label '' at screen 0.73063, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 6 ps 1.2 lc rgb '#000000'
set label 'fireq' at screen 0.75147, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.06673
set rmargin at screen 0.97000
set tmargin at screen 0.84273
set bmargin at screen 0.09493
set label 'prompt length (tokens)' at screen 0.51837, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'time to first token (ms)' at screen 0.01800, screen 0.46883 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [29.44600482:556.408249613]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('32' 32, '128' 128, '512' 512)
set grid xtics mxtics
set yrange [1.03322114332:53.8379412908]
set logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('10' 10, '5' 5, '50' 50, '2' 2, '20' 20, '3' 3, '30' 30, '7' 7, '' 4 1, '' 6 1, '' 8 1, '' 9 1, '' 40 1)
set grid ytics mytics
lower(v) = v > floor_y ? v : floor_y
floor_y = 1.03322114332
data = 'prefill-ttft-tiny-batch-1-t4.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'prefill-ttft-tiny-batch-1-t4.png'.suffix
plot \
  data skip 1 every ::0::2 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#0072b2', \
  data skip 1 every ::0::2 using 1:($2) with linespoints lw 2.5 pt 7 ps 1.1 lc rgb '#0072b2', \
  data skip 1 every ::3::5 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#e69f00', \
  data skip 1 every ::3::5 using 1:($2) with linespoints lw 2.5 pt 5 ps 1.1 lc rgb '#e69f00', \
  data skip 1 every ::6::8 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#009e73', \
  data skip 1 every ::6::8 using 1:($2) with linespoints lw 2.5 pt 9 ps 1.1 lc rgb '#009e73', \
  data skip 1 every ::9::11 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#cc79a7', \
  data skip 1 every ::9::11 using 1:($2) with linespoints lw 2.5 pt 13 ps 1.1 lc rgb '#cc79a7', \
  data skip 1 every ::12::14 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#d55e00', \
  data skip 1 every ::12::14 using 1:($2) with linespoints lw 2.5 pt 11 ps 1.1 lc rgb '#d55e00', \
  data skip 1 every ::15::17 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#56b4e9', \
  data skip 1 every ::15::17 using 1:($2) with linespoints lw 2.5 pt 4 ps 1.1 lc rgb '#56b4e9', \
  data skip 1 every ::18::20 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#000000', \
  data skip 1 every ::18::20 using 1:($2) with linespoints lw 2.5 pt 6 ps 1.1 lc rgb '#000000'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'prefill-ttft-tiny-batch-1-t4.svg'.suffix
replot
unset output
