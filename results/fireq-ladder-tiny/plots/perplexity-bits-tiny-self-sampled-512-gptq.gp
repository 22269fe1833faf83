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
set label 'tiny on self-sampled, 16 windows of 512 tokens, protocol gptq' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
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
set yrange [24.968487474:31.6104258131]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('25' 25, '26' 26, '27' 27, '28' 28, '29' 29, '30' 30, '31' 31)
set grid ytics mytics
set label 'f32' at graph 0.91061, graph 0.08333 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-w' at graph 0.10199, graph 0.62444 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-wt' at graph 0.03814, graph 0.62444 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-wtc' at graph 0.10199, graph 0.56582 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-kv' at graph 0.10415, graph 0.91667 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-pre' at graph 0.10415, graph 0.75036 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq-post' at graph 0.10199, graph 0.79889 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq' at graph 0.10199, graph 0.71698 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq+s' at graph 0.10201, graph 0.38815 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq+g' at graph 0.10417, graph 0.29725 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq+b' at graph 0.11808, graph 0.24671 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09847, graph 0.26217 to graph 0.11623, graph 0.25804 nohead lw 1 lc rgb '#888888'
set label 'fireq+a' at graph 0.04150, graph 0.22556 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq+kv' at graph 0.10585, graph 0.48769 left noenhanced font ',15' tc rgb '#222222' front
set label 'fireq+ko' at graph 0.11808, graph 0.32852 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09847, graph 0.34398 to graph 0.11623, graph 0.33985 nohead lw 1 lc rgb '#888888'
set label 'fireq+' at graph 0.03555, graph 0.34855 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09847, graph 0.33309 to graph 0.08071, graph 0.33723 nohead lw 1 lc rgb '#888888'
lower(v) = v
data = 'perplexity-bits-tiny-self-sampled-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-bits-tiny-self-sampled-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::14 using 1:($2) with points pt 7 ps 1.4 lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-bits-tiny-self-sampled-512-gptq.svg'.suffix
replot
unset output
