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
set lmargin at screen 0.31367
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'perplexity minus reference (95 % interval)' at screen 0.64183, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [8.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('fireq-wtc' 0, 'fireq-kv' 1, 'fireq-pre' 2, 'fireq-post' 3, 'fireq' 4, 'fireq-kv:with=smooth-keys' 5, 'fireq-kv:with=key-offset' 6, 'fireq-kv:with=key-search' 7, 'fireq-kv:with=key-offset+with=key-search' 8)
set xrange [0:196.653763513]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '50' 50, '100' 100, '150' 150)
set grid xtics mxtics
set label '3.39' at first 3.73509501, first 0 left offset graph 0.01143, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '172' at first 182.771146, first 1 left offset graph 0.01143, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.43' at first 4.88974332, first 2 left offset graph 0.01143, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.46' at first 5.98311503, first 3 left offset graph 0.01143, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.34' at first 4.73307678, first 4 left offset graph 0.01143, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '15' at first 16.218852, first 5 left offset graph 0.01143, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '98' at first 104.486215, first 6 left offset graph 0.01143, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.44' at first 4.8496463, first 7 left offset graph 0.01143, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.88' at first 4.25450979, first 8 left offset graph 0.01143, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.34
lower(v) = v
data = 'perplexity-delta-tiny-self-sampled-512-gptq-kappa-32.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-delta-tiny-self-sampled-512-gptq-kappa-32.png'.suffix
plot \
  data skip 1 every ::0::8 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::8 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-delta-tiny-self-sampled-512-gptq-kappa-32.svg'.suffix
replot
unset output
