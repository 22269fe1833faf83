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
set label 'tiny on king-james, 8 windows of 512 tokens, protocol gptq' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.09233
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'perplexity minus reference (95 % interval)' at screen 0.53117, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [13.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('fireq-w' 0, 'fireq-wt' 1, 'fireq-wtc' 2, 'fireq-kv' 3, 'fireq-pre' 4, 'fireq-post' 5, 'fireq' 6, 'fireq+s' 7, 'fireq+g' 8, 'fireq+b' 9, 'fireq+a' 10, 'fireq+kv' 11, 'fireq+ko' 12, 'fireq+' 13)
set xrange [0:6.97437293461]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '1' 1, '2' 2, '3' 3, '4' 4, '5' 5, '6' 6)
set grid xtics mxtics
set label '3.43' at first 4.47608248, first 0 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.43' at first 4.47608248, first 1 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.37' at first 4.39117361, first 2 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.34' at first 6.60618538, first 3 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.92' at first 4.89286745, first 4 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.05' at first 4.92976654, first 5 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.06' at first 5.04096244, first 6 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.15' at first 1.50366676, first 7 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.45' at first 0.639222065, first 8 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.55' at first 0.613037762, first 9 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.73' at first 0.920534947, first 10 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.70' at first 1.9782215, first 11 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.11' at first 1.27180287, first 12 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.03' at first 1.19492945, first 13 left offset graph 0.00855, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.34
lower(v) = v
data = 'perplexity-delta-tiny-king-james-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-delta-tiny-king-james-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::13 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::13 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-delta-tiny-king-james-512-gptq.svg'.suffix
replot
unset output
