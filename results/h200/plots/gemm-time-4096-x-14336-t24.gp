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
set label 'Linear layer: time against tokens' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label '4096 x 14336, NVIDIA H200' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set arrow from screen 0.02500, screen 0.88113 to screen 0.05333, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#0072b2'
set label '' at screen 0.03917, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 7 ps 1.2 lc rgb '#0072b2'
set label 'f8f8.cublaslt' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.16753, screen 0.88113 to screen 0.19587, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#e69f00'
set label '' at screen 0.18170, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 5 ps 1.2 lc rgb '#e69f00'
set label 'i4f8.sm90' at screen 0.20253, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.29420, screen 0.88113 to screen 0.32253, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#009e73'
set label '' at screen 0.30837, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 9 ps 1.2 lc rgb '#009e73'
set label 'i4f8.sm90_pdl' at screen 0.32920, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.44807, screen 0.88113 to screen 0.47640, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#cc79a7'
set label '' at screen 0.46223, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 13 ps 1.2 lc rgb '#cc79a7'
set label 'i4f8.sm90_book' at screen 0.48307, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.61380, screen 0.88113 to screen 0.64213, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#d55e00'
set label '' at screen 0.62797, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 11 ps 1.2 lc rgb '#d55e00'
set label 'i4i8.sm90' at screen 0.64880, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.73953, screen 0.88113 to screen 0.76787, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#56b4e9'
set label '' at screen 0.75370, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 4 ps 1.2 lc rgb '#56b4e9'
set label 'f8f8.cublaslt_full' at screen 0.77453, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.02500, screen 0.84913 to screen 0.05333, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#000000'
set label '' at screen 0.03917, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 6 ps 1.2 lc rgb '#000000'
set label 'bf16.cublaslt' at screen 0.06000, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.17127, screen 0.84913 to screen 0.19960, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#8c6d1f'
set label '' at screen 0.18543, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 8 ps 1.2 lc rgb '#8c6d1f'
set label 'i8i8.cublaslt' at screen 0.20627, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.31193, screen 0.84913 to screen 0.34027, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#882255'
set label '' at screen 0.32610, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 13 ps 1.2 lc rgb '#882255'
set label 'qserve_w4a8_chn (imported)' at screen 0.34693, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.56593, screen 0.84913 to screen 0.59427, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#7fbf3f'
set label '' at screen 0.58010, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 11 ps 1.2 lc rgb '#7fbf3f'
set label 'qserve_w4a8_g128 (imported)' at screen 0.60093, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.02500, screen 0.81713 to screen 0.05333, screen 0.81713 nohead lw 2.5 dt solid lc rgb '#332288'
set label '' at screen 0.03917, screen 0.81713 left noenhanced font ',16' tc rgb '#222222' front point pt 4 ps 1.2 lc rgb '#332288'
set label 'fireq_int4fp8_linear_ndebug (imported)' at screen 0.06000, screen 0.81713 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.34620, screen 0.81713 to screen 0.37453, screen 0.81713 nohead lw 2.5 dt solid lc rgb '#b0a090'
set label '' at screen 0.36037, screen 0.81713 left noenhanced font ',16' tc rgb '#222222' front point pt 6 ps 1.2 lc rgb '#b0a090'
set label 'vllm_w4a8_best (imported)' at screen 0.38120, screen 0.81713 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.58793, screen 0.81713 to screen 0.61627, screen 0.81713 nohead lw 2.5 dt (8,5) lc rgb '#555555'
set label 'floor of f8f8.cublaslt' at screen 0.62293, screen 0.81713 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.78193, screen 0.81713 to screen 0.81027, screen 0.81713 nohead lw 2.5 dt (3,4) lc rgb '#777777'
set label 'floor of i4i8.sm90' at screen 0.81693, screen 0.81713 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.08807
set rmargin at screen 0.97000
set tmargin at screen 0.77873
set bmargin at screen 0.09493
set label 'tokens M' at screen 0.52903, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'median time (ms)' at screen 0.01800, screen 0.43683 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [0.76312960448:10734.7427644]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('1' 1, '16' 16, '64' 64, '128' 128, '256' 256, '512' 512, '1024' 1024, '2048' 2048, '4096' 4096, '8192' 8192)
set grid xtics mxtics
set yrange [0.00456995334207:3.13319445801]
set logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.01' 0.01, '0.1' 0.1, '1' 1, '0.005' 0.005, '0.05' 0.05, '0.5' 0.5, '0.02' 0.02, '0.2' 0.2, '2' 2, '' 0.006 1, '' 0.007 1, '' 0.008 1, '' 0.009 1, '' 0.03 1, '' 0.04 1, '' 0.06 1, '' 0.07 1, '' 0.08 1, '' 0.09 1, '' 0.3 1, '' 0.4 1, '' 0.6 1, '' 0.7 1, '' 0.8 1, '' 0.9 1, '' 3 1)
set grid ytics mytics
lower(v) = v > floor_y ? v : floor_y
floor_y = 0.00456995334207
data = 'gemm-time-4096-x-14336-t24.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'gemm-time-4096-x-14336-t24.png'.suffix
plot \
  data skip 1 every ::0::9 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#0072b2', \
  data skip 1 every ::0::9 using 1:($2) with linespoints lw 2.5 pt 7 ps 1.1 lc rgb '#0072b2', \
  data skip 1 every ::10::19 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#e69f00', \
  data skip 1 every ::10::19 using 1:($2) with linespoints lw 2.5 pt 5 ps 1.1 lc rgb '#e69f00', \
  data skip 1 every ::20::29 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#009e73', \
  data skip 1 every ::20::29 using 1:($2) with linespoints lw 2.5 pt 9 ps 1.1 lc rgb '#009e73', \
  data skip 1 every ::30::39 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#cc79a7', \
  data skip 1 every ::30::39 using 1:($2) with linespoints lw 2.5 pt 13 ps 1.1 lc rgb '#cc79a7', \
  data skip 1 every ::40::49 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#d55e00', \
  data skip 1 every ::40::49 using 1:($2) with linespoints lw 2.5 pt 11 ps 1.1 lc rgb '#d55e00', \
  data skip 1 every ::50::59 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#56b4e9', \
  data skip 1 every ::50::59 using 1:($2) with linespoints lw 2.5 pt 4 ps 1.1 lc rgb '#56b4e9', \
  data skip 1 every ::60::69 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#000000', \
  data skip 1 every ::60::69 using 1:($2) with linespoints lw 2.5 pt 6 ps 1.1 lc rgb '#000000', \
  data skip 1 every ::70::79 using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '#8c6d1f', \
  data skip 1 every ::70::79 using 1:($2) with linespoints lw 2.5 pt 8 ps 1.1 lc rgb '#8c6d1f', \
  data skip 1 every ::80::89 using 1:($2) with linespoints lw 2.5 pt 13 ps 1.1 lc rgb '#882255', \
  data skip 1 every ::90::99 using 1:($2) with linespoints lw 2.5 pt 11 ps 1.1 lc rgb '#7fbf3f', \
  data skip 1 every ::100::109 using 1:($2) with linespoints lw 2.5 pt 4 ps 1.1 lc rgb '#332288', \
  data skip 1 every ::110::119 using 1:($2) with linespoints lw 2.5 pt 6 ps 1.1 lc rgb '#b0a090', \
  data skip 1 every ::120::129 using 1:($2) with lines lw 2 dt (8,5) lc rgb '#555555', \
  data skip 1 every ::130::139 using 1:($2) with lines lw 2 dt (3,4) lc rgb '#777777'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'gemm-time-4096-x-14336-t24.svg'.suffix
replot
unset output
