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
set label 'bf16' at screen 0.14173, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.19687, screen 0.88113 to screen 0.22520, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#009e73'
set label '' at screen 0.21103, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 9 ps 1.2 lc rgb '#009e73'
set label 'w8a8-int8' at screen 0.23187, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.32367, screen 0.88113 to screen 0.35200, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#cc79a7'
set label '' at screen 0.33783, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 13 ps 1.2 lc rgb '#cc79a7'
set label 'w8a8-fp8' at screen 0.35867, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.44620, screen 0.88113 to screen 0.47453, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#d55e00'
set label '' at screen 0.46037, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 11 ps 1.2 lc rgb '#d55e00'
set label 'smoothquant-w8a8' at screen 0.48120, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.63540, screen 0.88113 to screen 0.66373, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#56b4e9'
set label '' at screen 0.64957, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 4 ps 1.2 lc rgb '#56b4e9'
set label 'w4a16-g128' at screen 0.67040, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.77887, screen 0.88113 to screen 0.80720, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#000000'
set label '' at screen 0.79303, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 6 ps 1.2 lc rgb '#000000'
set label 'w4a16-g128-zp' at screen 0.81387, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.02500, screen 0.84913 to screen 0.05333, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#8c6d1f'
set label '' at screen 0.03917, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 8 ps 1.2 lc rgb '#8c6d1f'
set label 'gptq-w4a16' at screen 0.06000, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.16487, screen 0.84913 to screen 0.19320, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#0072b2'
set label '' at screen 0.17903, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 13 ps 1.2 lc rgb '#0072b2'
set label 'awq-w4a16' at screen 0.19987, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.30180, screen 0.84913 to screen 0.33013, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#e69f00'
set label '' at screen 0.31597, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 11 ps 1.2 lc rgb '#e69f00'
set label 'w4a8-int8' at screen 0.33680, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.42860, screen 0.84913 to screen 0.45693, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#009e73'
set label '' at screen 0.44277, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 4 ps 1.2 lc rgb '#009e73'
set label 'trtllm-w4a8-fp8' at screen 0.46360, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.59220, screen 0.84913 to screen 0.62053, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#cc79a7'
set label '' at screen 0.60637, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 6 ps 1.2 lc rgb '#cc79a7'
set label 'qserve-w4a8kv4' at screen 0.62720, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.76247, screen 0.84913 to screen 0.79080, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#d55e00'
set label '' at screen 0.77663, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 8 ps 1.2 lc rgb '#d55e00'
set label 'atom-w4a4' at screen 0.79747, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.89780, screen 0.84913 to screen 0.92613, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#56b4e9'
set label '' at screen 0.91197, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 7 ps 1.2 lc rgb '#56b4e9'
set label 'fireq' at screen 0.93280, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.02500, screen 0.81713 to screen 0.05333, screen 0.81713 nohead lw 2.5 dt solid lc rgb '#000000'
set label '' at screen 0.03917, screen 0.81713 left noenhanced font ',16' tc rgb '#222222' front point pt 5 ps 1.2 lc rgb '#000000'
set label 'fireq+' at screen 0.06000, screen 0.81713 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.07527
set rmargin at screen 0.97000
set tmargin at screen 0.77873
set bmargin at screen 0.09493
set label 'kappa, strength of function-preserving outliers (1: none)' at screen 0.52263, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'perplexity (lower is better)' at screen 0.01800, screen 0.43683 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [0.901250462611:35.5062231062]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('1' 1, '32' 32)
set grid xtics mxtics
set yrange [22.0783086006:330.374419848]
set logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('100' 100, '50' 50, '200' 200, '30' 30, '300' 300, '80' 80, '40' 40, '' 60 1, '' 70 1, '' 90 1)
set grid ytics mytics
lower(v) = v > floor_y ? v : floor_y
floor_y = 22.0783086006
data = 'outliers-tiny-self-sampled-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'outliers-tiny-self-sampled-512-gptq.png'.suffix
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
  data skip 1 every ::18::19 using 1:($2) with linespoints lw 2.5 pt 11 ps 1.1 lc rgb '#e69f00', \
  data skip 1 every ::20::21 using 1:($2) with linespoints lw 2.5 pt 4 ps 1.1 lc rgb '#009e73', \
  data skip 1 every ::22::23 using 1:($2) with linespoints lw 2.5 pt 6 ps 1.1 lc rgb '#cc79a7', \
  data skip 1 every ::24::25 using 1:($2) with linespoints lw 2.5 pt 8 ps 1.1 lc rgb '#d55e00', \
  data skip 1 every ::26::27 using 1:($2) with linespoints lw 2.5 pt 7 ps 1.1 lc rgb '#56b4e9', \
  data skip 1 every ::28::29 using 1:($2) with linespoints lw 2.5 pt 5 ps 1.1 lc rgb '#000000'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'outliers-tiny-self-sampled-512-gptq.svg'.suffix
replot
unset output
