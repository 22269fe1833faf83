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
set label 'tiny on self-sampled, 32 windows of 512 tokens, protocol gptq, outliers of strength 8' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.23607
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'mean Kullback-Leibler divergence (nats a token)' at screen 0.60303, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [4.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('w8a8-int8-tensor' 0, 'spike-w8a8' 1, 'spike-w8a8:policy=lottery' 2, 'w8a8-int8-tensor:with=smooth' 3, 'w8a8-int8' 4)
set xrange [0.00650582470309:0.40316996845]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.01' 0.01, '0.1' 0.1, '0.05' 0.05, '0.02' 0.02, '0.2' 0.2, '' 0.007 1, '' 0.008 1, '' 0.009 1, '' 0.03 1, '' 0.04 1, '' 0.06 1, '' 0.07 1, '' 0.08 1, '' 0.09 1, '' 0.3 1, '' 0.4 1)
set grid xtics mxtics
set label '0.271' at first 0.271482464, first 0 left offset graph 0.01022, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0267' at first 0.0267296393, first 1 left offset graph 0.01022, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.197' at first 0.196716087, first 2 left offset graph 0.01022, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.248' at first 0.248263967, first 3 left offset graph 0.01022, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.00913' at first 0.00913303311, first 4 left offset graph 0.01022, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0.0065058247
half = 0.34
lower(v) = v > floor_y ? v : floor_y
floor_y = 0.00650582470309
data = 'kl-divergence-tiny-self-sampled-512-gptq-kappa-8.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'kl-divergence-tiny-self-sampled-512-gptq-kappa-8.png'.suffix
plot \
  data skip 1 every ::0::4 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'kl-divergence-tiny-self-sampled-512-gptq-kappa-8.svg'.suffix
replot
unset output
