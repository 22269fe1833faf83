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
set label 'What quantization costs: perplexity above the float32 model' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'tiny on self-sampled, 16 windows of 512 tokens, protocol gptq, outliers of strength 8' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.09233
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'perplexity minus reference (95 % interval)' at screen 0.53117, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [13.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('fireq-w' 0, 'fireq-wt' 1, 'fireq-wtc' 2, 'fireq-kv' 3, 'fireq-pre' 4, 'fireq-post' 5, 'fireq' 6, 'fireq+s' 7, 'fireq+g' 8, 'fireq+b' 9, 'fireq+a' 10, 'fireq+kv' 11, 'fireq+ko' 12, 'fireq+' 13)
set xrange [0:47.0827171207]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '5' 5, '10' 10, '15' 15, '20' 20, '25' 25, '30' 30, '35' 35, '40' 40, '45' 45)
set grid xtics mxtics
set label '4.9' at first 5.45139529, first 0 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.8' at first 5.45051516, first 1 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.1' at first 4.53318969, first 2 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '41.6' at first 44.5971502, first 3 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '11.3' at first 12.2627311, first 4 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '12.4' at first 13.6966264, first 5 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '11.2' at first 12.1233987, first 6 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.8' at first 3.21317638, first 7 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.0' at first 2.31904888, first 8 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.48' at first 1.74670162, first 9 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.19' at first 1.41717827, first 10 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '22.5' at first 24.5193691, first 11 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.6' at first 6.03733738, first 12 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.7' at first 1.96847156, first 13 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.34
lower(v) = v
data = 'perplexity-delta-tiny-self-sampled-512-gptq-kappa-8.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-delta-tiny-self-sampled-512-gptq-kappa-8.png'.suffix
plot \
  data skip 1 every ::0::13 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::13 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-delta-tiny-self-sampled-512-gptq-kappa-8.svg'.suffix
replot
unset output
