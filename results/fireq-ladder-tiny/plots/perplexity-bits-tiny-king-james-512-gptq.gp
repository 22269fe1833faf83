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
set yrange [20.9150590539:27.3213975609]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('21' 21, '22' 22, '23' 23, '24' 24, '25' 25, '26' 26, '27' 27)
set grid ytics mytics
set label 'f32' at graph 0.91061, graph 0.08333 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-w' at graph 0.10199, graph 0.64339 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-wt' at graph 0.03814, graph 0.64339 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-wtc' at graph 0.10199, graph 0.58427 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-kv' at graph 0.10415, graph 0.91667 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-pre' at graph 0.11435, graph 0.72451 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09677, graph 0.69464 to graph 0.11251, graph 0.71318 nohead lw 1 lc rgb '#888888'
set label 'fireq-post' at graph 0.02513, graph 0.73952 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq' at graph 0.10296, graph 0.76429 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09677, graph 0.71696 to graph 0.10112, graph 0.75296 nohead lw 1 lc rgb '#888888'
set label 'fireq+s' at graph 0.04106, graph 0.28767 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq+g' at graph 0.10201, graph 0.12938 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq+b' at graph 0.11605, graph 0.19903 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09847, graph 0.16916 to graph 0.11421, graph 0.18770 nohead lw 1 lc rgb '#888888'
set label 'fireq+a' at graph 0.11283, graph 0.23846 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09847, graph 0.19712 to graph 0.11098, graph 0.22714 nohead lw 1 lc rgb '#888888'
set label 'fireq+kv' at graph 0.10585, graph 0.34921 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq+ko' at graph 0.10369, graph 0.28129 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq+' at graph 0.03758, graph 0.21349 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09847, graph 0.24336 to graph 0.08274, graph 0.22482 nohead lw 1 lc rgb '#888888'
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
