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
set label 'tiny on self-sampled, 32 windows of 512 tokens, protocol gptq, outliers of strength 8' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.06673
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'bits a weight, scales included' at screen 0.51837, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'perplexity (lower is better)' at screen 0.01800, screen 0.48483 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [3.42681257466:19.0059836739]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('10' 10, '5' 5, '8' 8, '4' 4, '6' 6, '7' 7, '9' 9)
set grid xtics mxtics
set yrange [24.6852396014:33.6954813438]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('25' 25, '26' 26, '27' 27, '28' 28, '29' 29, '30' 30, '31' 31, '32' 32, '33' 33)
set grid ytics mytics
set label 'w8a8-int8-tensor' at graph 0.50738, graph 0.91667 left noenhanced font ',15' tc rgb '#222222' front
set label 'spike-w8a8' at graph 0.50738, graph 0.12667 left noenhanced font ',15' tc rgb '#222222' front
set label 'spike-w8a8:policy=lottery' at graph 0.50738, graph 0.64803 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-int8-tensor:with=smooth' at graph 0.50738, graph 0.84170 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-int8' at graph 0.50738, graph 0.08333 left noenhanced font ',15' tc rgb '#222222' front
lower(v) = v
data = 'perplexity-bits-tiny-self-sampled-512-gptq-kappa-8.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-bits-tiny-self-sampled-512-gptq-kappa-8.png'.suffix
plot \
  data skip 1 every ::0::4 using 1:($2) with points pt 7 ps 1.4 lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-bits-tiny-self-sampled-512-gptq-kappa-8.svg'.suffix
replot
unset output
