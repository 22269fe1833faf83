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
set label 'tiny on self-sampled, 16 windows of 512 tokens, protocol gptq, outliers of strength 32' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.15753
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'perplexity minus reference (95 % interval)' at screen 0.56377, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [10.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('w8a8-int8' 0, 'w8a8-fp8' 1, 'smoothquant-w8a8' 2, 'w4a16-g128' 3, 'gptq-w4a16' 4, 'awq-w4a16' 5, 'trtllm-w4a8-fp8' 6, 'qserve-w4a8kv4' 7, 'atom-w4a4' 8, 'fireq' 9, 'fireq+' 10)
set xrange [0:295.749113253]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '50' 50, '100' 100, '150' 150, '200' 200, '250' 250)
set grid xtics mxtics
set label '2.04' at first 2.31829413, first 0 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.17' at first 0.232127832, first 1 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.26' at first 1.58979212, first 2 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '6.13' at first 6.88664215, first 3 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.38' at first 3.93220925, first 4 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.58' at first 1.83494869, first 5 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.21' at first 2.51649935, first 6 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '7.06' at first 7.91896299, first 7 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '260' at first 278.883139, first 8 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '258' at first 270.228122, first 9 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.88' at first 2.15495054, first 10 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.34
lower(v) = v
data = 'perplexity-delta-tiny-self-sampled-512-gptq-kappa-32.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-delta-tiny-self-sampled-512-gptq-kappa-32.png'.suffix
plot \
  data skip 1 every ::0::10 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::10 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-delta-tiny-self-sampled-512-gptq-kappa-32.svg'.suffix
replot
unset output
