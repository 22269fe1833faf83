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
set label 'What quantization costs: perplexity above the float32 model' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'tiny on self-sampled, 32 windows of 512 tokens, protocol gptq' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.22927
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'perplexity minus reference (95 % interval)' at screen 0.59963, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [7.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('bf16' 0, 'smoothquant-w8a8' 1, 'w8a8-int8' 2, 'w4a8-int8' 3, 'w4a8-int8:method=mse' 4, 'w4a8-int8:method=output' 5, 'odyssey-w4a8' 6, 'w4a8-int8:method=percentile' 7)
set xrange [-0.367579440905:4.58117328219]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '1' 1, '2' 2, '3' 3, '4' 4)
set grid xtics mxtics
set label '0.000' at first 0.00399902, first 0 left offset graph 0.01013, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.078' at first 0.108583254, first 1 left offset graph 0.01013, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.10' at first 0.134737032, first 2 left offset graph 0.01013, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.84' at first 4.21817864, first 3 left offset graph 0.01013, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.81' at first 3.1195548, first 4 left offset graph 0.01013, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.11' at first 2.34631736, first 5 left offset graph 0.01013, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.36' at first 1.58297346, first 6 left offset graph 0.01013, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.76' at first 4.12715032, first 7 left offset graph 0.01013, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set arrow from first 0, graph 0 to first 0, graph 1 nohead lw 1 lc rgb '#555555'
base = 0
half = 0.34
lower(v) = v
data = 'perplexity-delta-tiny-self-sampled-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-delta-tiny-self-sampled-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::7 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::7 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-delta-tiny-self-sampled-512-gptq.svg'.suffix
replot
unset output
