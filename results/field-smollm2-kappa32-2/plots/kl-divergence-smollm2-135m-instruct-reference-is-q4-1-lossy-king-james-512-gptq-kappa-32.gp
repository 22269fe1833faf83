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
set label 'smollm2-135m-instruct (reference is Q4_1, lossy) on king-james, 4 windows of 512 tokens, protocol gptq, outliers of strength 32' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.15753
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'mean Kullback-Leibler divergence (nats a token)' at screen 0.56377, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [10.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('zq-int4-int8' 0, 'zq-fp4-fp8' 1, 'zq-fp4-fp8-m2' 2, 'zq-fp4-fp8-m2-lorc' 3, 'w8a8-int8' 4, 'w8a8-fp8' 5, 'w8a8-int8-tensor' 6, 'spike-w8a8' 7, 'smoothquant-w8a8' 8, 'tuned-w8a8-int8' 9, 'tuned-w4a16' 10)
set xrange [0.0503883176044:15.0595372363]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.1' 0.1, '1' 1, '10' 10, '0.5' 0.5, '5' 5, '0.2' 0.2, '2' 2, '' 0.06 1, '' 0.07 1, '' 0.08 1, '' 0.09 1, '' 0.3 1, '' 0.4 1, '' 0.6 1, '' 0.7 1, '' 0.8 1, '' 0.9 1, '' 3 1, '' 4 1, '' 6 1, '' 7 1, '' 8 1, '' 9 1)
set grid xtics mxtics
set label '7.64' at first 7.6384786, first 0 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.956' at first 0.955804346, first 1 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.08' at first 1.0793878, first 2 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.872' at first 0.871870695, first 3 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.83' at first 5.83179616, first 4 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0813' at first 0.0813032766, first 5 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '9.73' at first 9.72500765, first 6 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0813' at first 0.0813032766, first 7 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.343' at first 0.343289786, first 8 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.334' at first 0.333716637, first 9 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.888' at first 0.888210775, first 10 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0.0503883176
half = 0.34
lower(v) = v > floor_y ? v : floor_y
floor_y = 0.0503883176044
data = 'kl-divergence-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq-kappa-32.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'kl-divergence-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq-kappa-32.png'.suffix
plot \
  data skip 1 every ::0::10 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'kl-divergence-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq-kappa-32.svg'.suffix
replot
unset output
