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
set label 'tiny on self-sampled, 8 windows of 512 tokens, protocol gptq' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.37927
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'perplexity minus reference (95 % interval)' at screen 0.67463, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [13.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('w8a8-int8:policy=results/fliqs/greedy-2-5.07.yaml' 0, 'w8a8-int8:policy=results/fliqs/knapsack-2-5.07.yaml' 1, 'w8a8-int8:policy=results/fliqs/reinforce-2-5.07.yaml' 2, 'w8a8-int8:policy=results/fliqs/random-2-5.07.yaml' 3, 'w8a8-int8' 4, 'w4a8-int8' 5, 'w8a8-int8:policy=results/fliqs/greedy-4-5.07.yaml' 6, 'w8a8-int8:policy=results/fliqs/knapsack-4-5.07.yaml' 7, 'w8a8-int8:policy=results/fliqs/reinforce-4-5.07.yaml' 8, 'w8a8-int8:policy=results/fliqs/random-4-5.07.yaml' 9, 'w8a8-int8' 10, 'w8a8-int8:w=w.int6.channel' 11, 'w8a8-int8:w=w.int5.channel' 12, 'w4a8-int8' 13)
set xrange [0:4.92828835864]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '1' 1, '2' 2, '3' 3, '4' 4)
set grid xtics mxtics
set label '1.93' at first 2.32342839, first 0 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.09' at first 2.56117143, first 1 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.00' at first 2.44642669, first 2 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.38' at first 2.82680572, first 3 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.057' at first 0.11042504, first 4 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.75' at first 4.47500374, first 5 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.69' at first 2.11081984, first 6 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.54' at first 1.86099355, first 7 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.24' at first 1.45904605, first 8 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.44' at first 2.99482865, first 9 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.057' at first 0.11042504, first 10 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.36' at first 0.433303432, first 11 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.81' at first 1.06853975, first 12 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.75' at first 4.47500374, first 13 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.34
lower(v) = v
data = 'perplexity-delta-tiny-self-sampled-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-delta-tiny-self-sampled-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::13 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::13 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-delta-tiny-self-sampled-512-gptq.svg'.suffix
replot
unset output
