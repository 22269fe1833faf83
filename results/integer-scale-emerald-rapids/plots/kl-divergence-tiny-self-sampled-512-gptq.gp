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
set label 'tiny on self-sampled, 32 windows of 512 tokens, protocol gptq' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.32927
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'mean Kullback-Leibler divergence (nats a token)' at screen 0.64963, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [7.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('integer-scale-w4a8:w=w.int4.g128.f16.exact' 0, 'integer-scale-w4a8:amplifier=4' 1, 'integer-scale-w4a8:amplifier=6' 2, 'integer-scale-w4a8:amplifier=7' 3, 'integer-scale-w4a8:amplifier=8' 4, 'integer-scale-w4a8:amplifier=10' 5, 'integer-scale-w4a8:amplifier=12' 6, 'integer-scale-w4a8' 7)
set xrange [0.102439623454:0.402937369035]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.2' 0.2, '0.3' 0.3, '0.4' 0.4)
set grid xtics mxtics
set label '0.115' at first 0.114802904, first 0 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.359' at first 0.358758235, first 1 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.12' at first 0.120380694, first 2 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.118' at first 0.118217222, first 3 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.121' at first 0.120608033, first 4 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.119' at first 0.118537133, first 5 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.115' at first 0.115393791, first 6 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.115' at first 0.114948189, first 7 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0.102439623
half = 0.34
lower(v) = v > floor_y ? v : floor_y
floor_y = 0.102439623454
data = 'kl-divergence-tiny-self-sampled-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'kl-divergence-tiny-self-sampled-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::7 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'kl-divergence-tiny-self-sampled-512-gptq.svg'.suffix
replot
unset output
