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
set label 'tiny on king-james, 8 windows of 512 tokens, protocol gptq, outliers of strength 32' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.07527
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'bits a weight, scales included' at screen 0.52263, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'perplexity (lower is better)' at screen 0.01800, screen 0.48483 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [3.17125073924:40.9932896164]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('10' 10, '5' 5, '20' 20, '30' 30, '8' 8, '4' 4, '40' 40, '6' 6, '7' 7, '9' 9)
set grid xtics mxtics
set yrange [-15.2910792213:425.588918588]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '50' 50, '100' 100, '150' 150, '200' 200, '250' 250, '300' 300, '350' 350, '400' 400)
set grid ytics mytics
set label 'f32' at graph 0.91068, graph 0.08333 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-w' at graph 0.04303, graph 0.11839 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-wt' at graph 0.10423, graph 0.09455 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-wtc' at graph 0.09932, graph 0.14190 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09678, graph 0.09457 to graph 0.09746, graph 0.13057 nohead lw 1 lc rgb '#888888'
set label 'fireq-kv' at graph 0.10423, graph 0.91667 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-pre' at graph 0.10204, graph 0.79357 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-post' at graph 0.10205, graph 0.72602 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq' at graph 0.05733, graph 0.76427 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq+s' at graph 0.07129, graph 0.06128 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq+g' at graph 0.01187, graph 0.06652 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09679, graph 0.08817 to graph 0.06626, graph 0.07785 nohead lw 1 lc rgb '#888888'
set label 'fireq+b' at graph 0.03309, graph 0.30049 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09847, graph 0.08756 to graph 0.08748, graph 0.28917 nohead lw 1 lc rgb '#888888'
set label 'fireq+a' at graph 0.09937, graph 0.21547 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09847, graph 0.08511 to graph 0.09847, graph 0.20414 nohead lw 1 lc rgb '#888888'
set label 'fireq+kv' at graph 0.10593, graph 0.28396 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq+ko' at graph 0.01922, graph 0.46617 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09847, graph 0.19543 to graph 0.08143, graph 0.45485 nohead lw 1 lc rgb '#888888'
set label 'fireq+' at graph 0.07661, graph 0.54555 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09847, graph 0.08624 to graph 0.09847, graph 0.53422 nohead lw 1 lc rgb '#888888'
lower(v) = v
data = 'perplexity-bits-tiny-king-james-512-gptq-kappa-32.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-bits-tiny-king-james-512-gptq-kappa-32.png'.suffix
plot \
  data skip 1 every ::0::14 using 1:($2) with points pt 7 ps 1.4 lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-bits-tiny-king-james-512-gptq-kappa-32.svg'.suffix
replot
unset output
