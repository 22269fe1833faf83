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
set label 'tiny on self-sampled, 8 windows of 512 tokens, protocol gptq' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.06673
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'bits a weight, scales included' at screen 0.51837, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'perplexity (lower is better)' at screen 0.01800, screen 0.48483 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [3.74935223058:8.76116508332]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('5' 5, '8' 8, '4' 4, '6' 6, '7' 7)
set grid xtics mxtics
set yrange [24.6787790891:29.1095520754]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('25.0' 25, '25.5' 25.5, '26.0' 26, '26.5' 26.5, '27.0' 27, '27.5' 27.5, '28.0' 28, '28.5' 28.5, '29.0' 29)
set grid ytics mytics
set label 'w8a8-int8:policy=results/fliqs/greedy-2-5.07.yaml' at graph 0.31361, graph 0.47706 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.29603, graph 0.50693 to graph 0.31176, graph 0.48839 nohead lw 1 lc rgb '#888888'
set label 'w8a8-int8:policy=results/fliqs/knapsack-2-5.07.yaml' at graph 0.35814, graph 0.54213 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-int8:policy=results/fliqs/reinforce-2-5.07.yaml' at graph 0.16047, graph 0.57377 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.34099, graph 0.52140 to graph 0.34099, graph 0.56244 nohead lw 1 lc rgb '#888888'
set label 'w8a8-int8:policy=results/fliqs/random-2-5.07.yaml' at graph 0.31197, graph 0.65399 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.34588, graph 0.60666 to graph 0.34588, graph 0.64266 nohead lw 1 lc rgb '#888888'
set label 'w8a8-int8' at graph 0.91061, graph 0.08333 left noenhanced font ',15' tc rgb '#222222' front
set label 'w4a8-int8' at graph 0.10415, graph 0.91667 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-int8:policy=results/fliqs/greedy-4-5.07.yaml' at graph 0.36590, graph 0.42133 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.34832, graph 0.45120 to graph 0.36405, graph 0.43265 nohead lw 1 lc rgb '#888888'
set label 'w8a8-int8:policy=results/fliqs/knapsack-4-5.07.yaml' at graph 0.17228, graph 0.38931 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-int8:policy=results/fliqs/reinforce-4-5.07.yaml' at graph 0.35082, graph 0.35106 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-int8:policy=results/fliqs/random-4-5.07.yaml' at graph 0.36056, graph 0.62035 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-int8' at graph 0.82868, graph 0.10775 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-int8:w=w.int6.channel' at graph 0.57507, graph 0.15180 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-int8:w=w.int5.channel' at graph 0.36299, graph 0.25236 left noenhanced font ',15' tc rgb '#222222' front
set label 'w4a8-int8' at graph 0.02222, graph 0.94109 left noenhanced font ',15' tc rgb '#222222' front
lower(v) = v
data = 'perplexity-bits-tiny-self-sampled-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-bits-tiny-self-sampled-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::13 using 1:($2) with points pt 7 ps 1.4 lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-bits-tiny-self-sampled-512-gptq.svg'.suffix
replot
unset output
