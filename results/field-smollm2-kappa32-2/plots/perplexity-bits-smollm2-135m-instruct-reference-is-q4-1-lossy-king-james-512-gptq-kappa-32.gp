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
set xrange [3.75872477677:8.73066373792]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('5' 5, '8' 8, '4' 4, '6' 6, '7' 7)
set grid xtics mxtics
set yrange [-8826.11194589:97154.5727224]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '20000' 20000, '40000' 40000, '60000' 60000, '80000' 80000)
set grid ytics mytics
set label 'zq-int4-int8' at graph 0.10437, graph 0.19691 left noenhanced font ',15' tc rgb '#222222' front
set label 'zq-fp4-fp8' at graph 0.01862, graph 0.10782 left noenhanced font ',15' tc rgb '#222222' front
set label 'zq-fp4-fp8-m2' at graph 0.10442, graph 0.10782 left noenhanced font ',15' tc rgb '#222222' front
set label 'zq-fp4-fp8-m2-lorc' at graph 0.16110, graph 0.05896 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-int8' at graph 0.90860, graph 0.12717 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-fp8' at graph 0.90860, graph 0.05891 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-int8-tensor' at graph 0.84234, graph 0.94509 left noenhanced font ',15' tc rgb '#222222' front
set label 'spike-w8a8' at graph 0.81667, graph 0.05891 left noenhanced font ',15' tc rgb '#222222' front
set label 'smoothquant-w8a8' at graph 0.74713, graph 0.11322 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.90323, graph 0.08335 to graph 0.88703, graph 0.10189 nohead lw 1 lc rgb '#888888'
set label 'tuned-w8a8-int8' at graph 0.59554, graph 0.08335 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.90323, graph 0.08335 to graph 0.71523, graph 0.08335 nohead lw 1 lc rgb '#888888'
set label 'tuned-w4a16' at graph 0.02051, graph 0.03606 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.11333, graph 0.08338 to graph 0.11333, graph 0.04739 nohead lw 1 lc rgb '#888888'
lower(v) = v
data = 'perplexity-bits-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq-kappa-32.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-bits-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq-kappa-32.png'.suffix
plot \
  data skip 1 every ::0::10 using 1:($2) with points pt 7 ps 1.4 lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-bits-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq-kappa-32.svg'.suffix
replot
unset output
