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
set lmargin at screen 0.15753
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'perplexity minus reference (95 % interval)' at screen 0.56377, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [10.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('zq-int4-int8' 0, 'zq-fp4-fp8' 1, 'zq-fp4-fp8-m2' 2, 'zq-fp4-fp8-m2-lorc' 3, 'w8a8-int8' 4, 'w8a8-fp8' 5, 'w8a8-int8-tensor' 6, 'spike-w8a8' 7, 'smoothquant-w8a8' 8, 'tuned-w8a8-int8' 9, 'tuned-w4a16' 10)
set xrange [0:129758.27169]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '20000' 20000, '40000' 40000, '60000' 60000, '80000' 80000, '100000' 100000, '120000' 120000)
set grid xtics mxtics
set label '12037' at first 16555.974, first 0 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '7.14' at first 10.3335743, first 1 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '7.94' at first 11.6641976, first 2 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.62' at first 7.54464334, first 3 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2058' at first 2255.83386, first 4 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.33' at first 0.471713983, first 5 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '88318' at first 120441.911, first 6 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.33' at first 0.471713983, first 7 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.88' at first 2.47076889, first 8 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.68' at first 2.33095676, first 9 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.76' at first 8.42413962, first 10 left offset graph 0.00923, 0 noenhanced font ',15' tc rgb '#222222' boxed front
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
