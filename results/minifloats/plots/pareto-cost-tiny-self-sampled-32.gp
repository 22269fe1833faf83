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
set label 'Nearness to float32 against the cost of a multiply-accumulate unit' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'tiny on self-sampled, windows of 512, outliers of strength 32; cells: adders of an exact unit' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set label '' at screen 0.03917, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 7 ps 1.2 lc rgb '#0072b2'
set label 'on the Pareto front' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set label '' at screen 0.22543, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 5 ps 1.2 lc rgb '#e69f00'
set label 'beaten in both' at screen 0.24627, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.08807
set rmargin at screen 0.97000
set tmargin at screen 0.84273
set bmargin at screen 0.09493
set label 'area proxy (cells)' at screen 0.52903, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'mean KL divergence (nats a token)' at screen 0.01800, screen 0.46883 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [39.8078584012:141.303758251]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('100' 100, '50' 50, '80' 80, '40' 40, '60' 60, '70' 70, '90' 90)
set grid xtics mxtics
set yrange [0.000904542059234:3.01788595452]
set logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.001' 0.001, '0.01' 0.01, '0.1' 0.1, '1' 1, '' 0.002 1, '' 0.003 1, '' 0.004 1, '' 0.005 1, '' 0.006 1, '' 0.007 1, '' 0.008 1, '' 0.009 1, '' 0.02 1, '' 0.03 1, '' 0.04 1, '' 0.05 1, '' 0.06 1, '' 0.07 1, '' 0.08 1, '' 0.09 1, '' 0.2 1, '' 0.3 1, '' 0.4 1, '' 0.5 1, '' 0.6 1, '' 0.7 1, '' 0.8 1, '' 0.9 1, '' 2 1, '' 3 1)
set grid ytics mytics
set label 'w=w.int6.channel+a=a.int6.token+with=smooth' at graph 0.10433, graph 0.79719 left noenhanced font ',15' tc rgb '#222222' front
set label 'w=w.e3m2.channel+a=a.e3m2.token+with=smooth' at graph 0.31912, graph 0.40753 left noenhanced font ',15' tc rgb '#222222' front
set label 'w=w.int8.channel+a=a.int8.token+with=smooth' at graph 0.48401, graph 0.50715 left noenhanced font ',15' tc rgb '#222222' front
set label 'w=w.e2m5.channel+a=a.e2m5.token+with=smooth' at graph 0.56876, graph 0.30167 left noenhanced font ',15' tc rgb '#222222' front
set label 'w=w.e3m4.channel+a=a.e3m4.token+with=smooth' at graph 0.51931, graph 0.05787 left noenhanced font ',15' tc rgb '#222222' front
lower(v) = v > floor_y ? v : floor_y
floor_y = 0.000904542059234
data = 'pareto-cost-tiny-self-sampled-32.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'pareto-cost-tiny-self-sampled-32.png'.suffix
plot \
  data skip 1 every ::0::4 using 1:($2) with points pt 7 ps 1.4 lc rgb '#0072b2', \
  data skip 1 every ::5::11 using 1:($2) with points pt 5 ps 1.4 lc rgb '#e69f00'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'pareto-cost-tiny-self-sampled-32.svg'.suffix
replot
unset output
