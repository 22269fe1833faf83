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
set label 'smollm2-135m-instruct (reference is Q4_1, lossy) on king-james, 4 windows of 512 tokens, protocol gptq, outliers of strength 32' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.09233
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'bits a weight, scales included' at screen 0.53117, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'perplexity (lower is better)' at screen 0.01800, screen 0.48483 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [3.15759312288:41.0122504581]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('10' 10, '5' 5, '20' 20, '30' 30, '8' 8, '4' 4, '40' 40, '6' 6, '7' 7, '9' 9)
set grid xtics mxtics
set yrange [-995.416555813:11012.895796]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '2000' 2000, '4000' 4000, '6000' 6000, '8000' 8000, '10000' 10000)
set grid ytics mytics
set label 'f32' at graph 0.91082, graph 0.08333 left noenhanced font ',15' tc rgb '#222222' front
set label 'bf16' at graph 0.64049, graph 0.08333 left noenhanced font ',15' tc rgb '#222222' front
set label 'w4a16-g128:w=w.int4.channel' at graph 0.10215, graph 0.11196 left noenhanced font ',15' tc rgb '#222222' front
set label 'w4a16-g128' at graph 0.10451, graph 0.03864 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10522, graph 0.08597 to graph 0.10522, graph 0.04997 nohead lw 1 lc rgb '#888888'
set label 'w4a16-g128:w=w.int4.g64.f16' at graph 0.13605, graph 0.07056 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.11587, graph 0.08602 to graph 0.13415, graph 0.08188 nohead lw 1 lc rgb '#888888'
set label 'finequant-w4a16' at graph 0.09913, graph 0.15593 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09713, graph 0.08788 to graph 0.09723, graph 0.14460 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8:w=w.int4.g128.f16.exact' at graph 0.11059, graph 0.67703 left noenhanced font ',15' tc rgb '#222222' front
set label 'integer-scale-w4a8' at graph 0.11282, graph 0.76592 left noenhanced font ',15' tc rgb '#222222' front
set label 'integer-scale-w4a8:amplifier=6' at graph 0.12540, graph 0.72816 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10522, graph 0.71270 to graph 0.12350, graph 0.71684 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8:amplifier=8' at graph 0.11281, graph 0.91667 left noenhanced font ',15' tc rgb '#222222' front
set label 'integer-scale-w4a8:amplifier=10' at graph 0.11282, graph 0.81296 left noenhanced font ',15' tc rgb '#222222' front
set label 'w4a8-int8' at graph 0.10437, graph 0.42736 left noenhanced font ',15' tc rgb '#222222' front
lower(v) = v
data = 'perplexity-bits-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq-kappa-32.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-bits-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq-kappa-32.png'.suffix
plot \
  data skip 1 every ::0::11 using 1:($2) with points pt 7 ps 1.4 lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-bits-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq-kappa-32.svg'.suffix
replot
unset output
