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
set lmargin at screen 0.32927
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'mean Kullback-Leibler divergence (nats a token)' at screen 0.64963, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [10.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('bf16' 0, 'w4a16-g128:w=w.int4.channel' 1, 'w4a16-g128' 2, 'w4a16-g128:w=w.int4.g64.f16' 3, 'finequant-w4a16' 4, 'integer-scale-w4a8:w=w.int4.g128.f16.exact' 5, 'integer-scale-w4a8' 6, 'integer-scale-w4a8:amplifier=6' 7, 'integer-scale-w4a8:amplifier=8' 8, 'integer-scale-w4a8:amplifier=10' 9, 'w4a8-int8' 10)
set xrange [0.000161971050206:27.8945887912]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.001' 0.001, '0.01' 0.01, '0.1' 0.1, '1' 1, '10' 10, '' 0.0002 1, '' 0.0003 1, '' 0.0004 1, '' 0.0005 1, '' 0.0006 1, '' 0.0007 1, '' 0.0008 1, '' 0.0009 1, '' 0.002 1, '' 0.003 1, '' 0.004 1, '' 0.005 1, '' 0.006 1, '' 0.007 1, '' 0.008 1, '' 0.009 1, '' 0.02 1, '' 0.03 1, '' 0.04 1, '' 0.05 1, '' 0.06 1, '' 0.07 1, '' 0.08 1, '' 0.09 1, '' 0.2 1, '' 0.3 1, '' 0.4 1, '' 0.5 1, '' 0.6 1, '' 0.7 1, '' 0.8 1, '' 0.9 1, '' 2 1, '' 3 1, '' 4 1, '' 5 1, '' 6 1, '' 7 1, '' 8 1, '' 9 1, '' 20 1)
set grid xtics mxtics
set label '0.00043' at first 0.000429727883, first 0 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.45' at first 2.44635368, first 1 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.06' at first 2.05954927, first 2 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.1' at first 2.09876951, first 3 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.51' at first 2.51018147, first 4 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '7.17' at first 7.17197903, first 5 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '7.23' at first 7.22832156, first 6 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '7.19' at first 7.18512803, first 7 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '7.43' at first 7.42599909, first 8 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '7.29' at first 7.28817829, first 9 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '6.62' at first 6.62427527, first 10 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0.00016197105
half = 0.34
lower(v) = v > floor_y ? v : floor_y
floor_y = 0.000161971050206
data = 'kl-divergence-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq-kappa-32.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'kl-divergence-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq-kappa-32.png'.suffix
plot \
  data skip 1 every ::0::10 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'kl-divergence-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq-kappa-32.svg'.suffix
replot
unset output
