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
set label 'tiny on self-sampled, 32 windows of 512 tokens, protocol gptq' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.06673
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'bits a weight, scales included' at screen 0.51837, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'perplexity (lower is better)' at screen 0.01800, screen 0.48483 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [1.75154965411:9.71489133353]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('5' 5, '2' 2, '3' 3, '8' 8, '4' 4, '6' 6, '7' 7, '9' 9)
set grid xtics mxtics
set yrange [27.51519005:36.74784545]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('28' 28, '29' 29, '30' 30, '31' 31, '32' 32, '33' 33, '34' 34, '35' 35, '36' 36)
set grid ytics mytics
set label 'integer-scale-w4a8:w=w.int4.g128.f16.exact' at graph 0.14131, graph 0.05815 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.49999, graph 0.08689 to graph 0.45550, graph 0.06948 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8:amplifier=4' at graph 0.50738, graph 0.91667 left noenhanced font ',15' tc rgb '#222222' front
set label 'integer-scale-w4a8:amplifier=6' at graph 0.39040, graph 0.13404 left noenhanced font ',15' tc rgb '#222222' front
set label 'integer-scale-w4a8:amplifier=7' at graph 0.51436, graph 0.06144 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.50000, graph 0.10279 to graph 0.51251, graph 0.07277 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8:amplifier=8' at graph 0.26119, graph 0.09657 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.50000, graph 0.11203 to graph 0.48224, graph 0.10790 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8:amplifier=10' at graph 0.48810, graph 0.02610 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.50000, graph 0.09416 to graph 0.50000, graph 0.03743 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8:amplifier=12' at graph 0.73987, graph 0.08862 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.50000, graph 0.08862 to graph 0.73803, graph 0.08862 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8' at graph 0.34381, graph 0.02506 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.50001, graph 0.08333 to graph 0.47837, graph 0.03639 nohead lw 1 lc rgb '#888888'
lower(v) = v
data = 'perplexity-bits-tiny-self-sampled-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-bits-tiny-self-sampled-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::7 using 1:($2) with points pt 7 ps 1.4 lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-bits-tiny-self-sampled-512-gptq.svg'.suffix
replot
unset output
