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
set label 'tiny on king-james, 8 windows of 512 tokens, protocol gptq' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.06673
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'bits a weight, scales included' at screen 0.51837, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'perplexity (lower is better)' at screen 0.01800, screen 0.48483 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [3.17125073924:40.9932896164]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('10' 10, '5' 5, '20' 20, '30' 30, '8' 8, '4' 4, '40' 40, '6' 6, '7' 7, '9' 9)
set grid xtics mxtics
set yrange [20.975387933:26.6577798912]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('21' 21, '22' 22, '23' 23, '24' 24, '25' 25, '26' 26)
set grid ytics mytics
set label 'f32' at graph 0.91061, graph 0.08333 left noenhanced font ',15' tc rgb '#222222' front
set label 'bf16' at graph 0.63977, graph 0.08340 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-int8' at graph 0.33031, graph 0.07489 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-fp8' at graph 0.33252, graph 0.13401 left noenhanced font ',15' tc rgb '#222222' front
set label 'smoothquant-w8a8' at graph 0.41131, graph 0.08251 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36497, graph 0.11124 to graph 0.40947, graph 0.09383 nohead lw 1 lc rgb '#888888'
set label 'w4a16-g128' at graph 0.11012, graph 0.69877 left noenhanced font ',15' tc rgb '#222222' front
set label 'w4a16-g128-zp' at graph 0.11600, graph 0.57059 left noenhanced font ',15' tc rgb '#222222' front
set label 'gptq-w4a16' at graph 0.11600, graph 0.30067 left noenhanced font ',15' tc rgb '#222222' front
set label 'awq-w4a16' at graph 0.11600, graph 0.23368 left noenhanced font ',15' tc rgb '#222222' front
set label 'w4a8-int8' at graph 0.10491, graph 0.74329 left noenhanced font ',15' tc rgb '#222222' front
set label 'trtllm-w4a8-fp8' at graph 0.07845, graph 0.33806 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10274, graph 0.26385 to graph 0.10274, graph 0.32673 nohead lw 1 lc rgb '#888888'
set label 'qserve-w4a8kv4' at graph 0.11672, graph 0.50814 left noenhanced font ',15' tc rgb '#222222' front
set label 'atom-w4a4' at graph 0.13101, graph 0.91667 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq' at graph 0.10415, graph 0.79769 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq+' at graph 0.04778, graph 0.26375 left noenhanced font ',15' tc rgb '#222222' front
lower(v) = v
data = 'perplexity-bits-tiny-king-james-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-bits-tiny-king-james-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::14 using 1:($2) with points pt 7 ps 1.4 lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-bits-tiny-king-james-512-gptq.svg'.suffix
replot
unset output
