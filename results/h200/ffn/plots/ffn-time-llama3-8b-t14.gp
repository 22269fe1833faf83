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
set label 'Feed-forward block: time against tokens' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'llama3-8b, NVIDIA H200' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set arrow from screen 0.02500, screen 0.88113 to screen 0.05333, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#0072b2'
set label '' at screen 0.03917, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 7 ps 1.2 lc rgb '#0072b2'
set label 'bf16 cublaslt' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.17127, screen 0.88113 to screen 0.19960, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#e69f00'
set label '' at screen 0.18543, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 5 ps 1.2 lc rgb '#e69f00'
set label 'w8a8-fp8 cublaslt' at screen 0.20627, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.34993, screen 0.88113 to screen 0.37827, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#009e73'
set label '' at screen 0.36410, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 9 ps 1.2 lc rgb '#009e73'
set label 'w4a8-int8 sm90' at screen 0.38493, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.51793, screen 0.88113 to screen 0.54627, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#cc79a7'
set label '' at screen 0.53210, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 13 ps 1.2 lc rgb '#cc79a7'
set label 'qserve-w4a8kv4 sm90' at screen 0.55293, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.72940, screen 0.88113 to screen 0.75773, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#d55e00'
set label '' at screen 0.74357, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 11 ps 1.2 lc rgb '#d55e00'
set label 'fireq sm90_pdl' at screen 0.76440, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.02500, screen 0.84913 to screen 0.05333, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#56b4e9'
set label '' at screen 0.03917, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 4 ps 1.2 lc rgb '#56b4e9'
set label 'fireq sm90 SwiGLU' at screen 0.06000, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.21153, screen 0.84913 to screen 0.23987, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#000000'
set label '' at screen 0.22570, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 6 ps 1.2 lc rgb '#000000'
set label 'fireq sm90' at screen 0.24653, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.34327, screen 0.84913 to screen 0.37160, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#8c6d1f'
set label '' at screen 0.35743, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 8 ps 1.2 lc rgb '#8c6d1f'
set label 'qserve_w4a8_chn products alone (imported)' at screen 0.37827, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.02500, screen 0.81713 to screen 0.05333, screen 0.81713 nohead lw 2.5 dt solid lc rgb '#0072b2'
set label '' at screen 0.03917, screen 0.81713 left noenhanced font ',16' tc rgb '#222222' front point pt 13 ps 1.2 lc rgb '#0072b2'
set label 'qserve_w4a8_g128 products alone (imported)' at screen 0.06000, screen 0.81713 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.39233, screen 0.81713 to screen 0.42067, screen 0.81713 nohead lw 2.5 dt solid lc rgb '#e69f00'
set label '' at screen 0.40650, screen 0.81713 left noenhanced font ',16' tc rgb '#222222' front point pt 11 ps 1.2 lc rgb '#e69f00'
set label 'fireq_int4fp8_linear_ndebug products alone (imported)' at screen 0.42733, screen 0.81713 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.02500, screen 0.78513 to screen 0.05333, screen 0.78513 nohead lw 2.5 dt solid lc rgb '#009e73'
set label '' at screen 0.03917, screen 0.78513 left noenhanced font ',16' tc rgb '#222222' front point pt 4 ps 1.2 lc rgb '#009e73'
set label 'vllm_w4a8_best products alone (imported)' at screen 0.06000, screen 0.78513 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.07100
set rmargin at screen 0.97000
set tmargin at screen 0.74673
set bmargin at screen 0.09493
set label 'tokens' at screen 0.52050, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'median time (ms)' at screen 0.01800, screen 0.42083 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [942.27215424:17805.0639876]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('1024' 1024, '4096' 4096, '16384' 16384)
set grid xtics mxtics
set yrange [0.201320269:16.9449412127]
set logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('1' 1, '10' 10, '0.5' 0.5, '5' 5, '2' 2, '' 0.3 1, '' 0.4 1, '' 0.6 1, '' 0.7 1, '' 0.8 1, '' 0.9 1, '' 3 1, '' 4 1, '' 6 1, '' 7 1, '' 8 1, '' 9 1)
set grid ytics mytics
lower(v) = v > floor_y ? v : floor_y
floor_y = 0.201320269
data = 'ffn-time-llama3-8b-t14.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'ffn-time-llama3-8b-t14.png'.suffix
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
  data skip 1 every ::18::20 using 1:($2) with linespoints lw 2.5 pt 6 ps 1.1 lc rgb '#000000', \
  data skip 1 every ::21::23 using 1:($2) with linespoints lw 2.5 pt 8 ps 1.1 lc rgb '#8c6d1f', \
  data skip 1 every ::24::26 using 1:($2) with linespoints lw 2.5 pt 13 ps 1.1 lc rgb '#0072b2', \
  data skip 1 every ::27::29 using 1:($2) with linespoints lw 2.5 pt 11 ps 1.1 lc rgb '#e69f00', \
  data skip 1 every ::30::32 using 1:($2) with linespoints lw 2.5 pt 4 ps 1.1 lc rgb '#009e73'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'ffn-time-llama3-8b-t14.svg'.suffix
replot
unset output
