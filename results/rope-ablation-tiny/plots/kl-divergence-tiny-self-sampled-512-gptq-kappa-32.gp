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
set label 'tiny on self-sampled, 16 windows of 512 tokens, protocol gptq, outliers of strength 32' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.31367
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'mean Kullback-Leibler divergence (nats a token)' at screen 0.64183, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [8.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('fireq-wtc' 0, 'fireq-kv' 1, 'fireq-pre' 2, 'fireq-post' 3, 'fireq' 4, 'fireq-kv:with=smooth-keys' 5, 'fireq-kv:with=key-offset' 6, 'fireq-kv:with=key-search' 7, 'fireq-kv:with=key-offset+with=key-search' 8)
set xrange [0.0889172936094:2.7242375383]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.1' 0.1, '1' 1, '0.5' 0.5, '0.2' 0.2, '2' 2, '' 0.09 1, '' 0.3 1, '' 0.4 1, '' 0.6 1, '' 0.7 1, '' 0.8 1, '' 0.9 1)
set grid xtics mxtics
set label '0.118' at first 0.118281131, first 0 left offset graph 0.01143, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.05' at first 2.05214389, first 1 left offset graph 0.01143, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.159' at first 0.1588344, first 2 left offset graph 0.01143, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.19' at first 0.189864835, first 3 left offset graph 0.01143, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.159' at first 0.158737661, first 4 left offset graph 0.01143, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.471' at first 0.470956676, first 5 left offset graph 0.01143, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.58' at first 1.58095204, first 6 left offset graph 0.01143, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.149' at first 0.148800132, first 7 left offset graph 0.01143, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.138' at first 0.13832258, first 8 left offset graph 0.01143, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0.0889172936
half = 0.34
lower(v) = v > floor_y ? v : floor_y
floor_y = 0.0889172936094
data = 'kl-divergence-tiny-self-sampled-512-gptq-kappa-32.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'kl-divergence-tiny-self-sampled-512-gptq-kappa-32.png'.suffix
plot \
  data skip 1 every ::0::8 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'kl-divergence-tiny-self-sampled-512-gptq-kappa-32.svg'.suffix
replot
unset output
