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
set label 'tiny on self-sampled, 16 windows of 512 tokens, protocol gptq, outliers of strength 8' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
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
set yrange [22.4095690593:59.758528375]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('25' 25, '30' 30, '35' 35, '40' 40, '45' 45, '50' 50, '55' 55)
set grid ytics mytics
set label 'f32' at graph 0.91061, graph 0.08333 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-wtc' at graph 0.10199, graph 0.14839 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-kv' at graph 0.10416, graph 0.91667 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-pre' at graph 0.10415, graph 0.20195 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-post' at graph 0.11435, graph 0.26103 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09677, graph 0.23116 to graph 0.11251, graph 0.24970 nohead lw 1 lc rgb '#888888'
set label 'fireq' at graph 0.05770, graph 0.20051 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-kv:with=smooth-keys' at graph 0.08354, graph 0.30349 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09677, graph 0.25616 to graph 0.09677, graph 0.29216 nohead lw 1 lc rgb '#888888'
set label 'fireq-kv:with=key-offset' at graph 0.10416, graph 0.33515 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-kv:with=key-search' at graph 0.09895, graph 0.11066 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09677, graph 0.20240 to graph 0.09710, graph 0.12198 nohead lw 1 lc rgb '#888888'
set label 'fireq-kv:with=key-offset+with=key-search' at graph 0.09205, graph 0.07021 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09677, graph 0.18861 to graph 0.09677, graph 0.08153 nohead lw 1 lc rgb '#888888'
lower(v) = v
data = 'perplexity-bits-tiny-self-sampled-512-gptq-kappa-8.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-bits-tiny-self-sampled-512-gptq-kappa-8.png'.suffix
plot \
  data skip 1 every ::0::9 using 1:($2) with points pt 7 ps 1.4 lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-bits-tiny-self-sampled-512-gptq-kappa-8.svg'.suffix
replot
unset output
