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
set label 'tiny on king-james, 8 windows of 512 tokens, protocol gptq' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set arrow from screen 0.02500, screen 0.88113 to screen 0.05333, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#0072b2'
set label '' at screen 0.03917, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 7 ps 1.2 lc rgb '#0072b2'
set label 'f32' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.10673, screen 0.88113 to screen 0.13507, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#e69f00'
set label '' at screen 0.12090, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 5 ps 1.2 lc rgb '#e69f00'
set label 'fireq-w' at screen 0.14173, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.21300, screen 0.88113 to screen 0.24133, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#009e73'
set label '' at screen 0.22717, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 9 ps 1.2 lc rgb '#009e73'
set label 'fireq-wt' at screen 0.24800, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.32447, screen 0.88113 to screen 0.35280, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#cc79a7'
set label '' at screen 0.33863, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 13 ps 1.2 lc rgb '#cc79a7'
set label 'fireq-wtc' at screen 0.35947, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.44327, screen 0.88113 to screen 0.47160, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#d55e00'
set label '' at screen 0.45743, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 11 ps 1.2 lc rgb '#d55e00'
set label 'fireq-kv' at screen 0.47827, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.55420, screen 0.88113 to screen 0.58253, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#56b4e9'
set label '' at screen 0.56837, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 4 ps 1.2 lc rgb '#56b4e9'
set label 'fireq-pre' at screen 0.58920, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.67167, screen 0.88113 to screen 0.70000, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#000000'
set label '' at screen 0.68583, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 6 ps 1.2 lc rgb '#000000'
set label 'fireq-post' at screen 0.70667, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.79567, screen 0.88113 to screen 0.82400, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#8c6d1f'
set label '' at screen 0.80983, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 8 ps 1.2 lc rgb '#8c6d1f'
set label 'fireq' at screen 0.83067, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.88620, screen 0.88113 to screen 0.91453, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#0072b2'
set label '' at screen 0.90037, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 13 ps 1.2 lc rgb '#0072b2'
set label 'fireq+s' at screen 0.92120, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.02500, screen 0.84913 to screen 0.05333, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#e69f00'
set label '' at screen 0.03917, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 11 ps 1.2 lc rgb '#e69f00'
set label 'fireq+g' at screen 0.06000, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.13513, screen 0.84913 to screen 0.16347, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#009e73'
set label '' at screen 0.14930, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 4 ps 1.2 lc rgb '#009e73'
set label 'fireq+b' at screen 0.17013, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.24527, screen 0.84913 to screen 0.27360, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#cc79a7'
set label '' at screen 0.25943, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 6 ps 1.2 lc rgb '#cc79a7'
set label 'fireq+a' at screen 0.28027, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.35513, screen 0.84913 to screen 0.38347, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#d55e00'
set label '' at screen 0.36930, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 8 ps 1.2 lc rgb '#d55e00'
set label 'fireq+kv' at screen 0.39013, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.47247, screen 0.84913 to screen 0.50080, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#56b4e9'
set label '' at screen 0.48663, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 7 ps 1.2 lc rgb '#56b4e9'
set label 'fireq+ko' at screen 0.50747, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.59007, screen 0.84913 to screen 0.61840, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#000000'
set label '' at screen 0.60423, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 5 ps 1.2 lc rgb '#000000'
set label 'fireq+' at screen 0.62507, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.07527
set rmargin at screen 0.97000
set tmargin at screen 0.81073
set bmargin at screen 0.09493
set label 'kappa, strength of function-preserving outliers (1: none)' at screen 0.52263, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'perplexity (lower is better)' at screen 0.01800, screen 0.45283 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [0.901250462611:35.5062231062]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('1' 1, '8' 8, '32' 32)
set grid xtics mxtics
set yrange [18.0261472438:462.682872265]
set logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('100' 100, '50' 50, '20' 20, '200' 200, '30' 30, '300' 300, '80' 80, '40' 40, '400' 400, '' 60 1, '' 70 1, '' 90 1)
set grid ytics mytics
lower(v) = v > floor_y ? v : floor_y
floor_y = 18.0261472438
data = 'outliers-tiny-king-james-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'outliers-tiny-king-james-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::2 using 1:($2) with linespoints lw 2.5 pt 7 ps 1.1 lc rgb '#0072b2', \
  data skip 1 every ::3::5 using 1:($2) with linespoints lw 2.5 pt 5 ps 1.1 lc rgb '#e69f00', \
  data skip 1 every ::6::8 using 1:($2) with linespoints lw 2.5 pt 9 ps 1.1 lc rgb '#009e73', \
  data skip 1 every ::9::11 using 1:($2) with linespoints lw 2.5 pt 13 ps 1.1 lc rgb '#cc79a7', \
  data skip 1 every ::12::14 using 1:($2) with linespoints lw 2.5 pt 11 ps 1.1 lc rgb '#d55e00', \
  data skip 1 every ::15::17 using 1:($2) with linespoints lw 2.5 pt 4 ps 1.1 lc rgb '#56b4e9', \
  data skip 1 every ::18::20 using 1:($2) with linespoints lw 2.5 pt 6 ps 1.1 lc rgb '#000000', \
  data skip 1 every ::21::23 using 1:($2) with linespoints lw 2.5 pt 8 ps 1.1 lc rgb '#8c6d1f', \
  data skip 1 every ::24::26 using 1:($2) with linespoints lw 2.5 pt 13 ps 1.1 lc rgb '#0072b2', \
  data skip 1 every ::27::29 using 1:($2) with linespoints lw 2.5 pt 11 ps 1.1 lc rgb '#e69f00', \
  data skip 1 every ::30::32 using 1:($2) with linespoints lw 2.5 pt 4 ps 1.1 lc rgb '#009e73', \
  data skip 1 every ::33::35 using 1:($2) with linespoints lw 2.5 pt 6 ps 1.1 lc rgb '#cc79a7', \
  data skip 1 every ::36::38 using 1:($2) with linespoints lw 2.5 pt 8 ps 1.1 lc rgb '#d55e00', \
  data skip 1 every ::39::41 using 1:($2) with linespoints lw 2.5 pt 7 ps 1.1 lc rgb '#56b4e9', \
  data skip 1 every ::42::44 using 1:($2) with linespoints lw 2.5 pt 5 ps 1.1 lc rgb '#000000'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'outliers-tiny-king-james-512-gptq.svg'.suffix
replot
unset output
