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
set label 'smollm2-135m-instruct (reference is Q4_1, lossy) on king-james, 8 windows of 512 tokens, protocol gptq' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set arrow from screen 0.02500, screen 0.88113 to screen 0.05333, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#0072b2'
set label '' at screen 0.03917, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 7 ps 1.2 lc rgb '#0072b2'
set label 'f32' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.10673, screen 0.88113 to screen 0.13507, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#e69f00'
set label '' at screen 0.12090, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 5 ps 1.2 lc rgb '#e69f00'
set label 'w8a8-fp8' at screen 0.14173, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.22927, screen 0.88113 to screen 0.25760, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#009e73'
set label '' at screen 0.24343, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 9 ps 1.2 lc rgb '#009e73'
set label 'smoothquant-w8a8' at screen 0.26427, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.41847, screen 0.88113 to screen 0.44680, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#cc79a7'
set label '' at screen 0.43263, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 13 ps 1.2 lc rgb '#cc79a7'
set label 'w4a16-g128-zp' at screen 0.45347, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.58207, screen 0.88113 to screen 0.61040, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#d55e00'
set label '' at screen 0.59623, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 11 ps 1.2 lc rgb '#d55e00'
set label 'gptq-w4a16' at screen 0.61707, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.72193, screen 0.88113 to screen 0.75027, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#56b4e9'
set label '' at screen 0.73610, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 4 ps 1.2 lc rgb '#56b4e9'
set label 'awq-w4a16' at screen 0.75693, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.02500, screen 0.84913 to screen 0.05333, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#000000'
set label '' at screen 0.03917, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 6 ps 1.2 lc rgb '#000000'
set label 'qserve-w4a8kv4' at screen 0.06000, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.19527, screen 0.84913 to screen 0.22360, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#8c6d1f'
set label '' at screen 0.20943, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 8 ps 1.2 lc rgb '#8c6d1f'
set label 'atom-w4a4' at screen 0.23027, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.33060, screen 0.84913 to screen 0.35893, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#0072b2'
set label '' at screen 0.34477, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 13 ps 1.2 lc rgb '#0072b2'
set label 'fireq' at screen 0.36560, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.42113, screen 0.84913 to screen 0.44947, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#e69f00'
set label '' at screen 0.43530, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 11 ps 1.2 lc rgb '#e69f00'
set label 'fireq+' at screen 0.45613, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.08380
set rmargin at screen 0.97000
set tmargin at screen 0.81073
set bmargin at screen 0.09493
set label 'kappa, strength of function-preserving outliers (1: none)' at screen 0.52690, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'perplexity (lower is better)' at screen 0.01800, screen 0.45283 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [0.901250462611:35.5062231062]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('1' 1, '32' 32)
set grid xtics mxtics
set yrange [4.37962388609:6026.65589831]
set logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('10' 10, '100' 100, '1000' 1000, '5' 5, '50' 50, '500' 500, '5000' 5000, '20' 20, '200' 200, '2000' 2000, '' 6 1, '' 7 1, '' 8 1, '' 9 1, '' 30 1, '' 40 1, '' 60 1, '' 70 1, '' 80 1, '' 90 1, '' 300 1, '' 400 1, '' 600 1, '' 700 1, '' 800 1, '' 900 1, '' 3000 1, '' 4000 1, '' 6000 1)
set grid ytics mytics
lower(v) = v > floor_y ? v : floor_y
floor_y = 4.37962388609
data = 'outliers-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'outliers-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::1 using 1:($2) with linespoints lw 2.5 pt 7 ps 1.1 lc rgb '#0072b2', \
  data skip 1 every ::2::3 using 1:($2) with linespoints lw 2.5 pt 5 ps 1.1 lc rgb '#e69f00', \
  data skip 1 every ::4::5 using 1:($2) with linespoints lw 2.5 pt 9 ps 1.1 lc rgb '#009e73', \
  data skip 1 every ::6::7 using 1:($2) with linespoints lw 2.5 pt 13 ps 1.1 lc rgb '#cc79a7', \
  data skip 1 every ::8::9 using 1:($2) with linespoints lw 2.5 pt 11 ps 1.1 lc rgb '#d55e00', \
  data skip 1 every ::10::11 using 1:($2) with linespoints lw 2.5 pt 4 ps 1.1 lc rgb '#56b4e9', \
  data skip 1 every ::12::13 using 1:($2) with linespoints lw 2.5 pt 6 ps 1.1 lc rgb '#000000', \
  data skip 1 every ::14::15 using 1:($2) with linespoints lw 2.5 pt 8 ps 1.1 lc rgb '#8c6d1f', \
  data skip 1 every ::16::17 using 1:($2) with linespoints lw 2.5 pt 13 ps 1.1 lc rgb '#0072b2', \
  data skip 1 every ::18::19 using 1:($2) with linespoints lw 2.5 pt 11 ps 1.1 lc rgb '#e69f00'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'outliers-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq.svg'.suffix
replot
unset output
