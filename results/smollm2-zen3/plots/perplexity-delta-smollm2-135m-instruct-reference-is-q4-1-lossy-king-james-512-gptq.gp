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
set label 'smollm2-135m-instruct (reference is Q4_1, lossy) on king-james, 8 windows of 512 tokens, protocol gptq' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.11180
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'perplexity minus reference (95 % interval)' at screen 0.54090, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [11.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('bf16' 0, 'w8a8-int8' 1, 'w8a8-fp8' 2, 'w4a16-g128' 3, 'w4a8-int8' 4, 'fireq-w' 5, 'fireq-wt' 6, 'fireq-wtc' 7, 'fireq-kv' 8, 'fireq-pre' 9, 'fireq-post' 10, 'fireq' 11)
set xrange [-1.17181837424:20.3700982316]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '5' 5, '10' 10, '15' 15, '20' 20)
set grid xtics mxtics
set label '-0.0' at first -0.00879250296, first 0 right offset graph -0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.3' at first 0.458913122, first 1 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.3' at first 0.485382773, first 2 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.8' at first 8.32322592, first 3 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '13.0' at first 19.2070724, first 4 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '6.5' at first 9.47715768, first 5 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '6.5' at first 9.47715768, first 6 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '6.3' at first 9.22289118, first 7 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '13.6' at first 18.4988468, first 8 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '11.7' at first 16.1802406, first 9 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '8.5' at first 11.8380717, first 10 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '8.7' at first 12.324592, first 11 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set arrow from first 0, graph 0 to first 0, graph 1 nohead lw 1 lc rgb '#555555'
base = 0
half = 0.34
lower(v) = v
data = 'perplexity-delta-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-delta-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::11 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::11 using 2:5:(lower($3)):4 with xerrorbars pt 0 lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-delta-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq.svg'.suffix
replot
unset output
