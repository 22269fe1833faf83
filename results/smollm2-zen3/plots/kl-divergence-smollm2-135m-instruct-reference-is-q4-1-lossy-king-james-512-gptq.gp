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
set label 'smollm2-135m-instruct (reference is Q4_1, lossy) on king-james, 8 windows of 512 tokens, protocol gptq' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.11180
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'mean Kullback-Leibler divergence (nats a token)' at screen 0.54090, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [11.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('bf16' 0, 'w8a8-int8' 1, 'w8a8-fp8' 2, 'w4a16-g128' 3, 'w4a8-int8' 4, 'fireq-w' 5, 'fireq-wt' 6, 'fireq-wtc' 7, 'fireq-kv' 8, 'fireq-pre' 9, 'fireq-post' 10, 'fireq' 11)
set xrange [0.000162769392651:3.07657023205]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.001' 0.001, '0.01' 0.01, '0.1' 0.1, '1' 1, '' 0.0002 1, '' 0.0003 1, '' 0.0004 1, '' 0.0005 1, '' 0.0006 1, '' 0.0007 1, '' 0.0008 1, '' 0.0009 1, '' 0.002 1, '' 0.003 1, '' 0.004 1, '' 0.005 1, '' 0.006 1, '' 0.007 1, '' 0.008 1, '' 0.009 1, '' 0.02 1, '' 0.03 1, '' 0.04 1, '' 0.05 1, '' 0.06 1, '' 0.07 1, '' 0.08 1, '' 0.09 1, '' 0.2 1, '' 0.3 1, '' 0.4 1, '' 0.5 1, '' 0.6 1, '' 0.7 1, '' 0.8 1, '' 0.9 1, '' 2 1, '' 3 1)
set grid xtics mxtics
set label '0.000367' at first 0.000367163279, first 0 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0576' at first 0.0575826012, first 1 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0633' at first 0.0633478985, first 2 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.854' at first 0.853595885, first 3 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.25' at first 1.25234565, first 4 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.903' at first 0.902695086, first 5 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.903' at first 0.902695086, first 6 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.81' at first 0.809809894, first 7 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.21' at first 1.20814943, first 8 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.12' at first 1.11723716, first 9 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.961' at first 0.960739767, first 10 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.96' at first 0.959550668, first 11 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0.000162769393
half = 0.34
lower(v) = v > floor_y ? v : floor_y
floor_y = 0.000162769392651
data = 'kl-divergence-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'kl-divergence-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::11 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'kl-divergence-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq.svg'.suffix
replot
unset output
