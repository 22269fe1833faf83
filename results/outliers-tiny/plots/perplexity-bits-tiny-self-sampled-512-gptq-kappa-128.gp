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
set label 'Perplexity against stored bits a weight' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'tiny on self-sampled, 16 windows of 512 tokens, protocol gptq, outliers of strength 128' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.07527
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'bits a weight, scales included' at screen 0.52263, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'perplexity (lower is better)' at screen 0.01800, screen 0.48483 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [3.17128631419:40.9932403459]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('10' 10, '5' 5, '20' 20, '30' 30, '8' 8, '4' 4, '40' 40, '6' 6, '7' 7, '9' 9)
set grid xtics mxtics
set yrange [-31.8376909424:656.478388393]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '100' 100, '200' 200, '300' 300, '400' 400, '500' 500, '600' 600)
set grid ytics mytics
set label 'f32' at graph 0.91068, graph 0.08333 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-int8' at graph 0.37242, graph 0.20755 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-fp8' at graph 0.37024, graph 0.05914 left noenhanced font ',15' tc rgb '#222222' front
set label 'smoothquant-w8a8' at graph 0.37024, graph 0.13528 left noenhanced font ',15' tc rgb '#222222' front
set label 'w4a16-g128' at graph 0.01001, graph 0.11666 left noenhanced font ',15' tc rgb '#222222' front
set label 'gptq-w4a16' at graph 0.11388, graph 0.06402 left noenhanced font ',15' tc rgb '#222222' front
set label 'awq-w4a16' at graph 0.02273, graph 0.06128 left noenhanced font ',15' tc rgb '#222222' front
set label 'trtllm-w4a8-fp8' at graph 0.07821, graph 0.16084 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10274, graph 0.08664 to graph 0.10274, graph 0.14952 nohead lw 1 lc rgb '#888888'
set label 'qserve-w4a8kv4' at graph 0.11679, graph 0.11909 left noenhanced font ',15' tc rgb '#222222' front
set label 'atom-w4a4' at graph 0.13108, graph 0.91667 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq' at graph 0.10204, graph 0.87943 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq+' at graph 0.21024, graph 0.08654 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09847, graph 0.08654 to graph 0.20837, graph 0.08654 nohead lw 1 lc rgb '#888888'
lower(v) = v
data = 'perplexity-bits-tiny-self-sampled-512-gptq-kappa-128.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-bits-tiny-self-sampled-512-gptq-kappa-128.png'.suffix
plot \
  data skip 1 every ::0::11 using 1:($2) with points pt 7 ps 1.4 lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-bits-tiny-self-sampled-512-gptq-kappa-128.svg'.suffix
replot
unset output
