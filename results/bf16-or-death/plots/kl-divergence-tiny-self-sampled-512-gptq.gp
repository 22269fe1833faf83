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
set lmargin at screen 0.20927
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'mean Kullback-Leibler divergence (nats a token)' at screen 0.58963, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [6.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('bf16' 0, 'w8a8-fp8' 1, 'w8a8-int8' 2, 'tuned-w8a8-int8' 3, 'w4a16-g128' 4, 'tuned-w4a16' 5, 'w4a16-g128:method=gptq' 6)
set xrange [1.84326999204e-05:0.284526698865]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.0001' 0.0001, '0.001' 0.001, '0.01' 0.01, '0.1' 0.1, '' 2e-05 1, '' 3e-05 1, '' 4e-05 1, '' 5e-05 1, '' 6e-05 1, '' 7e-05 1, '' 8e-05 1, '' 9e-05 1, '' 0.0002 1, '' 0.0003 1, '' 0.0004 1, '' 0.0005 1, '' 0.0006 1, '' 0.0007 1, '' 0.0008 1, '' 0.0009 1, '' 0.002 1, '' 0.003 1, '' 0.004 1, '' 0.005 1, '' 0.006 1, '' 0.007 1, '' 0.008 1, '' 0.009 1, '' 0.02 1, '' 0.03 1, '' 0.04 1, '' 0.05 1, '' 0.06 1, '' 0.07 1, '' 0.08 1, '' 0.09 1, '' 0.2 1)
set grid xtics mxtics
set label '4.06e-05' at first 4.06474211e-05, first 0 left offset graph 0.00986, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.00735' at first 0.00734922464, first 1 left offset graph 0.00986, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.00437' at first 0.00436521917, first 2 left offset graph 0.00986, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.003' at first 0.00300488354, first 3 left offset graph 0.00986, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.111' at first 0.110528285, first 4 left offset graph 0.00986, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.048' at first 0.0480236041, first 5 left offset graph 0.00986, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0663' at first 0.066307472, first 6 left offset graph 0.00986, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 1.84326999e-05
half = 0.34
lower(v) = v > floor_y ? v : floor_y
floor_y = 1.84326999204e-05
data = 'kl-divergence-tiny-self-sampled-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'kl-divergence-tiny-self-sampled-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::6 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'kl-divergence-tiny-self-sampled-512-gptq.svg'.suffix
replot
unset output
