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
set label 'smollm2-135m-instruct (reference is Q4_1, lossy) on king-james, 8 windows of 512 tokens, protocol gptq' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.06673
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'bits a weight, scales included' at screen 0.51837, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'perplexity (lower is better)' at screen 0.01800, screen 0.48483 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [3.15759312288:41.0122504581]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('10' 10, '5' 5, '20' 20, '30' 30, '8' 8, '4' 4, '40' 40, '6' 6, '7' 7, '9' 9)
set grid xtics mxtics
set yrange [5.08684565203:21.4401664408]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('6' 6, '8' 8, '10' 10, '12' 12, '14' 14, '16' 16, '18' 18, '20' 20)
set grid ytics mytics
set label 'f32' at graph 0.91061, graph 0.08337 left noenhanced font ',15' tc rgb '#222222' front
set label 'bf16' at graph 0.64027, graph 0.08333 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-int8' at graph 0.37222, graph 0.10268 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-fp8' at graph 0.29472, graph 0.12878 left noenhanced font ',15' tc rgb '#222222' front
set label 'w4a16-g128' at graph 0.11260, graph 0.44071 left noenhanced font ',15' tc rgb '#222222' front
set label 'w4a8-int8' at graph 0.10415, graph 0.87639 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-w' at graph 0.10400, graph 0.50733 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-wt' at graph 0.04014, graph 0.50733 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-wtc' at graph 0.03253, graph 0.44584 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-kv' at graph 0.10616, graph 0.91667 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-pre' at graph 0.10616, graph 0.79591 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-post' at graph 0.10400, graph 0.57962 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq' at graph 0.10400, graph 0.64212 left noenhanced font ',15' tc rgb '#222222' front
lower(v) = v
data = 'perplexity-bits-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-bits-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::12 using 1:($2) with points pt 7 ps 1.4 lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-bits-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq.svg'.suffix
replot
unset output
