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
set label 'tiny on self-sampled, 16 windows of 512 tokens, protocol gptq' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.11180
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'perplexity minus reference (95 % interval)' at screen 0.54090, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [11.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('bf16' 0, 'w8a8-int8' 1, 'w8a8-fp8' 2, 'w4a16-g128' 3, 'w4a8-int8' 4, 'fireq-w' 5, 'fireq-wt' 6, 'fireq-wtc' 7, 'fireq-kv' 8, 'fireq-pre' 9, 'fireq-post' 10, 'fireq' 11)
set xrange [-0.443325360555:6.94890074881]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '1' 1, '2' 2, '3' 3, '4' 4, '5' 5, '6' 6)
set grid xtics mxtics
set label '-0.00' at first -0.00546531174, first 0 right offset graph -0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.07' at first 0.136414234, first 1 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.13' at first 0.192517898, first 2 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.22' at first 3.60782815, first 3 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.10' at first 4.64210844, first 4 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.46' at first 3.84745093, first 5 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.46' at first 3.84745093, first 6 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.33' at first 3.64320579, first 7 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.80' at first 6.5110407, first 8 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.48' at first 4.89953715, first 9 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.61' at first 5.06681848, first 10 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.32' at first 4.75234146, first 11 left offset graph 0.00874, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set arrow from first 0, graph 0 to first 0, graph 1 nohead lw 1 lc rgb '#555555'
base = 0
half = 0.34
lower(v) = v
data = 'perplexity-delta-tiny-self-sampled-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-delta-tiny-self-sampled-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::11 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::11 using 2:5:(lower($3)):4 with xerrorbars pt 0 lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-delta-tiny-self-sampled-512-gptq.svg'.suffix
replot
unset output
