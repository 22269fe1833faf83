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
set label 'smollm2-135m-instruct (reference is Q4_1, lossy) on king-james, 8 windows of 512 tokens, protocol gptq, outliers of strength 32' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.08380
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'bits a weight, scales included' at screen 0.52690, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'perplexity (lower is better)' at screen 0.01800, screen 0.48483 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [3.17582049371:40.9869656136]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('10' 10, '5' 5, '20' 20, '30' 30, '8' 8, '4' 4, '40' 40, '6' 6, '7' 7, '9' 9)
set grid xtics mxtics
set yrange [-402.104098708:4500.5483842]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '1000' 1000, '2000' 2000, '3000' 3000, '4000' 4000)
set grid ytics mytics
set label 'f32' at graph 0.91075, graph 0.08333 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-fp8' at graph 0.37102, graph 0.08341 left noenhanced font ',15' tc rgb '#222222' front
set label 'smoothquant-w8a8' at graph 0.22150, graph 0.10812 left noenhanced font ',15' tc rgb '#222222' front
set label 'w4a16-g128-zp' at graph 0.11490, graph 0.06394 left noenhanced font ',15' tc rgb '#222222' front
set label 'gptq-w4a16' at graph 0.11490, graph 0.10902 left noenhanced font ',15' tc rgb '#222222' front
set label 'awq-w4a16' at graph 0.02287, graph 0.10895 left noenhanced font ',15' tc rgb '#222222' front
set label 'qserve-w4a8kv4' at graph 0.04931, graph 0.14100 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10763, graph 0.08864 to graph 0.10763, graph 0.12968 nohead lw 1 lc rgb '#888888'
set label 'atom-w4a4' at graph 0.13323, graph 0.28103 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq' at graph 0.10430, graph 0.91667 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq+' at graph 0.04843, graph 0.05990 left noenhanced font ',15' tc rgb '#222222' front
lower(v) = v
data = 'perplexity-bits-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq-kappa-32.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-bits-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq-kappa-32.png'.suffix
plot \
  data skip 1 every ::0::9 using 1:($2) with points pt 7 ps 1.4 lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-bits-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq-kappa-32.svg'.suffix
replot
unset output
