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
set lmargin at screen 0.09233
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'perplexity minus reference (95 % interval)' at screen 0.53117, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [13.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('fireq-w' 0, 'fireq-wt' 1, 'fireq-wtc' 2, 'fireq-kv' 3, 'fireq-pre' 4, 'fireq-post' 5, 'fireq' 6, 'fireq+s' 7, 'fireq+g' 8, 'fireq+b' 9, 'fireq+a' 10, 'fireq+kv' 11, 'fireq+ko' 12, 'fireq+' 13)
set xrange [0:431.804853145]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '50' 50, '100' 100, '150' 150, '200' 200, '250' 250, '300' 300, '350' 350, '400' 400)
set grid xtics mxtics
set label '6.66' at first 7.50529526, first 0 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '6.60' at first 7.4555657, first 1 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.22' at first 5.71686655, first 2 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '384' at first 409.00923, first 3 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '259' at first 272.779811, first 4 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '261' at first 272.841486, first 5 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '258' at first 270.228122, first 6 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.63' at first 5.35088915, first 7 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.51' at first 4.15864477, first 8 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.11' at first 3.47933422, first 9 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.40' at first 1.63393948, first 10 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '136' at first 144.854036, first 11 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '67' at first 71.4497283, first 12 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.88' at first 2.15495054, first 13 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.34
lower(v) = v
data = 'perplexity-delta-tiny-self-sampled-512-gptq-kappa-32.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-delta-tiny-self-sampled-512-gptq-kappa-32.png'.suffix
plot \
  data skip 1 every ::0::13 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::13 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-delta-tiny-self-sampled-512-gptq-kappa-32.svg'.suffix
replot
unset output
