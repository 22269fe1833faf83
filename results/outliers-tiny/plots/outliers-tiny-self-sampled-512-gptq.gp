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
set label 'Perplexity against the strength of outliers' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'tiny on self-sampled, 16 windows of 512 tokens, protocol gptq' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set arrow from screen 0.02500, screen 0.88113 to screen 0.05333, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#0072b2'
set label '' at screen 0.03917, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 7 ps 1.2 lc rgb '#0072b2'
set label 'f32' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.10673, screen 0.88113 to screen 0.13507, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#e69f00'
set label '' at screen 0.12090, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 5 ps 1.2 lc rgb '#e69f00'
set label 'w8a8-int8' at screen 0.14173, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.23353, screen 0.88113 to screen 0.26187, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#009e73'
set label '' at screen 0.24770, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 9 ps 1.2 lc rgb '#009e73'
set label 'w8a8-fp8' at screen 0.26853, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.35607, screen 0.88113 to screen 0.38440, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#cc79a7'
set label '' at screen 0.37023, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 13 ps 1.2 lc rgb '#cc79a7'
set label 'smoothquant-w8a8' at screen 0.39107, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.54527, screen 0.88113 to screen 0.57360, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#d55e00'
set label '' at screen 0.55943, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 11 ps 1.2 lc rgb '#d55e00'
set label 'w4a16-g128' at screen 0.58027, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.68873, screen 0.88113 to screen 0.71707, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#56b4e9'
set label '' at screen 0.70290, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 4 ps 1.2 lc rgb '#56b4e9'
set label 'gptq-w4a16' at screen 0.72373, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.82860, screen 0.88113 to screen 0.85693, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#000000'
set label '' at screen 0.84277, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 6 ps 1.2 lc rgb '#000000'
set label 'awq-w4a16' at screen 0.86360, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.02500, screen 0.84913 to screen 0.05333, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#8c6d1f'
set label '' at screen 0.03917, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 8 ps 1.2 lc rgb '#8c6d1f'
set label 'trtllm-w4a8-fp8' at screen 0.06000, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.18860, screen 0.84913 to screen 0.21693, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#0072b2'
set label '' at screen 0.20277, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 13 ps 1.2 lc rgb '#0072b2'
set label 'qserve-w4a8kv4' at screen 0.22360, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.35887, screen 0.84913 to screen 0.38720, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#e69f00'
set label '' at screen 0.37303, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 11 ps 1.2 lc rgb '#e69f00'
set label 'atom-w4a4' at screen 0.39387, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.49420, screen 0.84913 to screen 0.52253, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#009e73'
set label '' at screen 0.50837, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 4 ps 1.2 lc rgb '#009e73'
set label 'fireq' at screen 0.52920, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.58473, screen 0.84913 to screen 0.61307, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#cc79a7'
set label '' at screen 0.59890, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 6 ps 1.2 lc rgb '#cc79a7'
set label 'fireq+' at screen 0.61973, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.07527
set rmargin at screen 0.97000
set tmargin at screen 0.81073
set bmargin at screen 0.09493
set label 'kappa, strength of function-preserving outliers (1: none)' at screen 0.52263, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'perplexity (lower is better)' at screen 0.01800, screen 0.45283 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [0.864537231308:148.05608754]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('1' 1, '8' 8, '32' 32, '128' 128)
set grid xtics mxtics
set yrange [21.1192501752:724.017052559]
set logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('100' 100, '50' 50, '500' 500, '200' 200, '30' 30, '300' 300, '70' 70, '700' 700, '' 40 1, '' 60 1, '' 80 1, '' 90 1, '' 400 1, '' 600 1)
set grid ytics mytics
lower(v) = v > floor_y ? v : floor_y
floor_y = 21.1192501752
data = 'outliers-tiny-self-sampled-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'outliers-tiny-self-sampled-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::3 using 1:($2) with linespoints lw 2.5 pt 7 ps 1.1 lc rgb '#0072b2', \
  data skip 1 every ::4::7 using 1:($2) with linespoints lw 2.5 pt 5 ps 1.1 lc rgb '#e69f00', \
  data skip 1 every ::8::11 using 1:($2) with linespoints lw 2.5 pt 9 ps 1.1 lc rgb '#009e73', \
  data skip 1 every ::12::15 using 1:($2) with linespoints lw 2.5 pt 13 ps 1.1 lc rgb '#cc79a7', \
  data skip 1 every ::16::19 using 1:($2) with linespoints lw 2.5 pt 11 ps 1.1 lc rgb '#d55e00', \
  data skip 1 every ::20::23 using 1:($2) with linespoints lw 2.5 pt 4 ps 1.1 lc rgb '#56b4e9', \
  data skip 1 every ::24::27 using 1:($2) with linespoints lw 2.5 pt 6 ps 1.1 lc rgb '#000000', \
  data skip 1 every ::28::31 using 1:($2) with linespoints lw 2.5 pt 8 ps 1.1 lc rgb '#8c6d1f', \
  data skip 1 every ::32::35 using 1:($2) with linespoints lw 2.5 pt 13 ps 1.1 lc rgb '#0072b2', \
  data skip 1 every ::36::39 using 1:($2) with linespoints lw 2.5 pt 11 ps 1.1 lc rgb '#e69f00', \
  data skip 1 every ::40::43 using 1:($2) with linespoints lw 2.5 pt 4 ps 1.1 lc rgb '#009e73', \
  data skip 1 every ::44::47 using 1:($2) with linespoints lw 2.5 pt 6 ps 1.1 lc rgb '#cc79a7'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'outliers-tiny-self-sampled-512-gptq.svg'.suffix
replot
unset output
