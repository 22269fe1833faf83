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
set label 'smollm2-135m-instruct (reference is Q4_1, lossy) on king-james, 8 windows of 512 tokens, protocol gptq, outliers of strength 32' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.15753
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'perplexity minus reference (95 % interval)' at screen 0.56377, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [8.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('w8a8-fp8' 0, 'smoothquant-w8a8' 1, 'w4a16-g128-zp' 2, 'gptq-w4a16' 3, 'awq-w4a16' 4, 'qserve-w4a8kv4' 5, 'atom-w4a4' 6, 'fireq' 7, 'fireq+' 8)
set xrange [0:6155.12018695]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '1000' 1000, '2000' 2000, '3000' 3000, '4000' 4000, '5000' 5000, '6000' 6000)
set grid xtics mxtics
set label '0.40' at first 0.565025469, first 0 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.78' at first 2.37674961, first 1 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '24.6' at first 35.6819559, first 2 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '6.20' at first 9.03705159, first 3 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.88' at first 8.7457294, first 4 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '26.0' at first 35.6829688, first 5 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '969' at first 1447.36362, first 6 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4086' at first 5773.80274, first 7 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.84' at first 6.61245181, first 8 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.34
lower(v) = v
data = 'perplexity-delta-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq-kappa-32.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-delta-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq-kappa-32.png'.suffix
plot \
  data skip 1 every ::0::8 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::8 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-delta-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq-kappa-32.svg'.suffix
replot
unset output
