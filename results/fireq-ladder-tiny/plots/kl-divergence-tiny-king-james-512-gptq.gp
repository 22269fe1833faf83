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
set label 'Distance to the float32 model' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'tiny on king-james, 8 windows of 512 tokens, protocol gptq' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.09233
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'mean Kullback-Leibler divergence (nats a token)' at screen 0.53117, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [13.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('fireq-w' 0, 'fireq-wt' 1, 'fireq-wtc' 2, 'fireq-kv' 3, 'fireq-pre' 4, 'fireq-post' 5, 'fireq' 6, 'fireq+s' 7, 'fireq+g' 8, 'fireq+b' 9, 'fireq+a' 10, 'fireq+kv' 11, 'fireq+ko' 12, 'fireq+' 13)
set xrange [0.03969077753:0.223810169135]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.1' 0.1, '0.05' 0.05, '0.2' 0.2, '0.08' 0.08, '0.04' 0.04, '0.06' 0.06, '0.07' 0.07, '0.09' 0.09)
set grid xtics mxtics
set label '0.123' at first 0.122743329, first 0 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.123' at first 0.122743329, first 1 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.116' at first 0.116419168, first 2 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.198' at first 0.197937941, first 3 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.157' at first 0.1570963, first 4 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.16' at first 0.159691739, first 5 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.153' at first 0.152519217, first 6 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0662' at first 0.0662005849, first 7 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0519' at first 0.0518914818, first 8 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0462' at first 0.0461742806, first 9 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0459' at first 0.0459335018, first 10 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.097' at first 0.0969585206, first 11 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0647' at first 0.0646681957, first 12 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0609' at first 0.0609205187, first 13 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0.0396907775
half = 0.34
lower(v) = v > floor_y ? v : floor_y
floor_y = 0.03969077753
data = 'kl-divergence-tiny-king-james-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'kl-divergence-tiny-king-james-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::13 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'kl-divergence-tiny-king-james-512-gptq.svg'.suffix
replot
unset output
