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
set label 'llama3-8b batch 16, NVIDIA H200' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set arrow from screen 0.02500, screen 0.88113 to screen 0.05333, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#0072b2'
set label '' at screen 0.03917, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 7 ps 1.2 lc rgb '#0072b2'
set label 'bf16' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.11513, screen 0.88113 to screen 0.14347, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#e69f00'
set label '' at screen 0.12930, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 5 ps 1.2 lc rgb '#e69f00'
set label 'w4a8-int8' at screen 0.15013, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.24193, screen 0.88113 to screen 0.27027, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#009e73'
set label '' at screen 0.25610, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 9 ps 1.2 lc rgb '#009e73'
set label 'fireq' at screen 0.27693, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.33247, screen 0.88113 to screen 0.36080, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#cc79a7'
set label '' at screen 0.34663, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 13 ps 1.2 lc rgb '#cc79a7'
set label 'fireq:method=output' at screen 0.36747, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.08380
set rmargin at screen 0.97000
set tmargin at screen 0.84273
set bmargin at screen 0.09493
set label 'prompt length (tokens)' at screen 0.52690, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'time to first token (ms)' at screen 0.01800, screen 0.46883 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [982.286458189:4269.93975641]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('1024' 1024, '2048' 2048, '4096' 4096)
set grid xtics mxtics
set yrange [165.598697809:1975.60139128]
set logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('1000' 1000, '500' 500, '200' 200, '300' 300, '800' 800, '400' 400, '600' 600, '' 700 1, '' 900 1)
set grid ytics mytics
lower(v) = v > floor_y ? v : floor_y
floor_y = 165.598697809
data = 'prefill-ttft-llama3-8b-batch-16-t8.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'prefill-ttft-llama3-8b-batch-16-t8.png'.suffix
plot \
  data skip 1 every ::0::2 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#0072b2', \
  data skip 1 every ::0::2 using 1:($2) with linespoints lw 2.5 pt 7 ps 1.1 lc rgb '#0072b2', \
  data skip 1 every ::3::5 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#e69f00', \
  data skip 1 every ::3::5 using 1:($2) with linespoints lw 2.5 pt 5 ps 1.1 lc rgb '#e69f00', \
  data skip 1 every ::6::8 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#009e73', \
  data skip 1 every ::6::8 using 1:($2) with linespoints lw 2.5 pt 9 ps 1.1 lc rgb '#009e73', \
  data skip 1 every ::9::9 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#cc79a7', \
  data skip 1 every ::9::9 using 1:($2) with linespoints lw 2.5 pt 13 ps 1.1 lc rgb '#cc79a7'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'prefill-ttft-llama3-8b-batch-16-t8.svg'.suffix
replot
unset output
