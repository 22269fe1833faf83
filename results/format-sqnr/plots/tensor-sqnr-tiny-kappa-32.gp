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
set label 'Weights and inputs under one scale a tensor, and what theory says of normal numbers' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'tiny, outliers of strength 32' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set arrow from screen 0.02500, screen 0.88113 to screen 0.05333, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#0072b2'
set label '' at screen 0.03917, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 7 ps 1.2 lc rgb '#0072b2'
set label 'int8' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.11087, screen 0.88113 to screen 0.13920, screen 0.88113 nohead lw 2.5 dt (8,5) lc rgb '#555555'
set label 'theory int8' at screen 0.14587, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.24433, screen 0.88113 to screen 0.27267, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#e69f00'
set label '' at screen 0.25850, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 9 ps 1.2 lc rgb '#e69f00'
set label 'e2m5' at screen 0.27933, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.34260, screen 0.88113 to screen 0.37093, screen 0.88113 nohead lw 2.5 dt (3,4) lc rgb '#777777'
set label 'theory e2m5' at screen 0.37760, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.48847, screen 0.88113 to screen 0.51680, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#009e73'
set label '' at screen 0.50263, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 11 ps 1.2 lc rgb '#009e73'
set label 'e3m4' at screen 0.52347, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.58673, screen 0.88113 to screen 0.61507, screen 0.88113 nohead lw 2.5 dt (12,4,2,4) lc rgb '#222222'
set label 'theory e3m4' at screen 0.62173, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.73260, screen 0.88113 to screen 0.76093, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#cc79a7'
set label '' at screen 0.74677, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 6 ps 1.2 lc rgb '#cc79a7'
set label 'e4m3' at screen 0.76760, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.83087, screen 0.88113 to screen 0.85920, screen 0.88113 nohead lw 2.5 dt (5,3) lc rgb '#999999'
set label 'theory e4m3' at screen 0.86587, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.02500, screen 0.84913 to screen 0.05333, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#d55e00'
set label '' at screen 0.03917, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 13 ps 1.2 lc rgb '#d55e00'
set label 'e5m2' at screen 0.06000, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.12327, screen 0.84913 to screen 0.15160, screen 0.84913 nohead lw 2.5 dt (8,5) lc rgb '#555555'
set label 'theory e5m2' at screen 0.15827, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.26913, screen 0.84913 to screen 0.29747, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#56b4e9'
set label '' at screen 0.28330, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 4 ps 1.2 lc rgb '#56b4e9'
set label 'int4' at screen 0.30413, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.35500, screen 0.84913 to screen 0.38333, screen 0.84913 nohead lw 2.5 dt (3,4) lc rgb '#777777'
set label 'theory int4' at screen 0.39000, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.48847, screen 0.84913 to screen 0.51680, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#000000'
set label '' at screen 0.50263, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 8 ps 1.2 lc rgb '#000000'
set label 'e2m1' at screen 0.52347, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.58673, screen 0.84913 to screen 0.61507, screen 0.84913 nohead lw 2.5 dt (12,4,2,4) lc rgb '#222222'
set label 'theory e2m1' at screen 0.62173, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.06673
set rmargin at screen 0.97000
set tmargin at screen 0.81073
set bmargin at screen 0.09493
set label 'largest magnitude over root mean square' at screen 0.51837, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'signal to quantization noise (dB)' at screen 0.01800, screen 0.45283 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [4.82936890095:245.963541047]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('10' 10, '100' 100, '5' 5, '50' 50, '20' 20, '200' 200, '' 6 1, '' 7 1, '' 8 1, '' 9 1, '' 30 1, '' 40 1, '' 60 1, '' 70 1, '' 80 1, '' 90 1)
set grid xtics mxtics
set yrange [0:44.7086751242]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '5' 5, '10' 10, '15' 15, '20' 20, '25' 25, '30' 30, '35' 35, '40' 40)
set grid ytics mytics
lower(v) = v
data = 'tensor-sqnr-tiny-kappa-32.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'tensor-sqnr-tiny-kappa-32.png'.suffix
plot \
  data skip 1 every ::0::47 using 1:($2) with linespoints lw 2.5 pt 7 ps 1.1 lc rgb '#0072b2', \
  data skip 1 every ::48::95 using 1:($2) with lines lw 2 dt (8,5) lc rgb '#555555', \
  data skip 1 every ::96::143 using 1:($2) with linespoints lw 2.5 pt 9 ps 1.1 lc rgb '#e69f00', \
  data skip 1 every ::144::191 using 1:($2) with lines lw 2 dt (3,4) lc rgb '#777777', \
  data skip 1 every ::192::239 using 1:($2) with linespoints lw 2.5 pt 11 ps 1.1 lc rgb '#009e73', \
  data skip 1 every ::240::287 using 1:($2) with lines lw 2 dt (12,4,2,4) lc rgb '#222222', \
  data skip 1 every ::288::335 using 1:($2) with linespoints lw 2.5 pt 6 ps 1.1 lc rgb '#cc79a7', \
  data skip 1 every ::336::383 using 1:($2) with lines lw 2 dt (5,3) lc rgb '#999999', \
  data skip 1 every ::384::431 using 1:($2) with linespoints lw 2.5 pt 13 ps 1.1 lc rgb '#d55e00', \
  data skip 1 every ::432::479 using 1:($2) with lines lw 2 dt (8,5) lc rgb '#555555', \
  data skip 1 every ::480::527 using 1:($2) with linespoints lw 2.5 pt 4 ps 1.1 lc rgb '#56b4e9', \
  data skip 1 every ::528::575 using 1:($2) with lines lw 2 dt (3,4) lc rgb '#777777', \
  data skip 1 every ::576::623 using 1:($2) with linespoints lw 2.5 pt 8 ps 1.1 lc rgb '#000000', \
  data skip 1 every ::624::671 using 1:($2) with lines lw 2 dt (12,4,2,4) lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'tensor-sqnr-tiny-kappa-32.svg'.suffix
replot
unset output
