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
set label 'Distance to the float32 model' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'tiny on king-james, 8 windows of 512 tokens, protocol gptq, outliers of strength 8' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.09233
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'mean Kullback-Leibler divergence (nats a token)' at screen 0.53117, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [13.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('fireq-w' 0, 'fireq-wt' 1, 'fireq-wtc' 2, 'fireq-kv' 3, 'fireq-pre' 4, 'fireq-post' 5, 'fireq' 6, 'fireq+s' 7, 'fireq+g' 8, 'fireq+b' 9, 'fireq+a' 10, 'fireq+kv' 11, 'fireq+ko' 12, 'fireq+' 13)
set xrange [0.0347117478251:1.35649413352]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.1' 0.1, '1' 1, '0.05' 0.05, '0.5' 0.5, '0.2' 0.2, '' 0.04 1, '' 0.06 1, '' 0.07 1, '' 0.08 1, '' 0.09 1, '' 0.3 1, '' 0.4 1, '' 0.6 1, '' 0.7 1, '' 0.8 1, '' 0.9 1)
set grid xtics mxtics
set label '0.179' at first 0.179358488, first 0 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.179' at first 0.179364806, first 1 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.152' at first 0.152186202, first 2 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.05' at first 1.04557602, first 3 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.386' at first 0.386142127, first 4 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.411' at first 0.41104041, first 5 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.387' at first 0.386782647, first 6 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.101' at first 0.100562315, first 7 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0742' at first 0.0741854351, first 8 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.059' at first 0.0590024764, first 9 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0473' at first 0.0473064152, first 10 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.647' at first 0.647071775, first 11 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.194' at first 0.194384311, first 12 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0669' at first 0.0669201276, first 13 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0.0347117478
half = 0.34
lower(v) = v > floor_y ? v : floor_y
floor_y = 0.0347117478251
data = 'kl-divergence-tiny-king-james-512-gptq-kappa-8.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'kl-divergence-tiny-king-james-512-gptq-kappa-8.png'.suffix
plot \
  data skip 1 every ::0::13 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'kl-divergence-tiny-king-james-512-gptq-kappa-8.svg'.suffix
replot
unset output
