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
set label 'smollm2-135m-instruct (reference is Q4_1, lossy) on king-james, 4 windows of 512 tokens, protocol gptq, outliers of strength 32' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.32927
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'perplexity minus reference (95 % interval)' at screen 0.64963, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [10.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('bf16' 0, 'w4a16-g128:w=w.int4.channel' 1, 'w4a16-g128' 2, 'w4a16-g128:w=w.int4.g64.f16' 3, 'finequant-w4a16' 4, 'integer-scale-w4a8:w=w.int4.g128.f16.exact' 5, 'integer-scale-w4a8' 6, 'integer-scale-w4a8:amplifier=6' 7, 'integer-scale-w4a8:amplifier=8' 8, 'integer-scale-w4a8:amplifier=10' 9, 'w4a8-int8' 10)
set xrange [-1376.87640914:13618.0657403]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '5000' 5000, '10000' 10000)
set grid xtics mxtics
set label '-0.002' at first -0.012768847, first 0 right offset graph -0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '50.5' at first 73.0415539, first 1 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '31.6' at first 42.617984, first 2 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '32.2' at first 46.2367466, first 3 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '54.6' at first 79.171409, first 4 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '7423' at first 8927.70157, first 5 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '8197' at first 9543.09917, first 6 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '7558' at first 9696.9513, first 7 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '10007' at first 12241.2021, first 8 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '8762' at first 10227.9359, first 9 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4131' at first 4974.90222, first 10 left offset graph 0.01171, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set arrow from first 0, graph 0 to first 0, graph 1 nohead lw 1 lc rgb '#555555'
base = 0
half = 0.34
lower(v) = v
data = 'perplexity-delta-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq-kappa-32.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-delta-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq-kappa-32.png'.suffix
plot \
  data skip 1 every ::0::10 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::10 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-delta-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq-kappa-32.svg'.suffix
replot
unset output
