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
set label 'tiny on king-james, 8 windows of 512 tokens, protocol gptq, outliers of strength 8' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
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
set yrange [17.4042436313:65.9403672103]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('20' 20, '25' 25, '30' 30, '35' 35, '40' 40, '45' 45, '50' 50, '55' 55, '60' 60, '65' 65)
set grid ytics mytics
set label 'f32' at graph 0.91061, graph 0.08333 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-w' at graph 0.10199, graph 0.20411 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-wt' at graph 0.03814, graph 0.20480 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-wtc' at graph 0.03053, graph 0.14655 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-kv' at graph 0.10416, graph 0.91667 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-pre' at graph 0.10199, graph 0.28011 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-post' at graph 0.10199, graph 0.35492 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq' at graph 0.05987, graph 0.28414 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq+s' at graph 0.11436, graph 0.14666 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09679, graph 0.11679 to graph 0.11252, graph 0.13533 nohead lw 1 lc rgb '#888888'
set label 'fireq+g' at graph 0.03953, graph 0.07802 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq+b' at graph 0.10369, graph 0.06767 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq+a' at graph 0.11808, graph 0.11135 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09847, graph 0.09589 to graph 0.11623, graph 0.10003 nohead lw 1 lc rgb '#888888'
set label 'fireq+kv' at graph 0.10586, graph 0.45258 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq+ko' at graph 0.16085, graph 0.19883 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09847, graph 0.16213 to graph 0.15901, graph 0.18750 nohead lw 1 lc rgb '#888888'
set label 'fireq+' at graph 0.09382, graph 0.03026 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09847, graph 0.10446 to graph 0.09847, graph 0.04159 nohead lw 1 lc rgb '#888888'
lower(v) = v
data = 'perplexity-bits-tiny-king-james-512-gptq-kappa-8.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-bits-tiny-king-james-512-gptq-kappa-8.png'.suffix
plot \
  data skip 1 every ::0::14 using 1:($2) with points pt 7 ps 1.4 lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-bits-tiny-king-james-512-gptq-kappa-8.svg'.suffix
replot
unset output
