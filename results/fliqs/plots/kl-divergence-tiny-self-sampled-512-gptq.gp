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
set label 'tiny on self-sampled, 8 windows of 512 tokens, protocol gptq' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.37927
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'mean Kullback-Leibler divergence (nats a token)' at screen 0.67463, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [13.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('w8a8-int8:policy=results/fliqs/greedy-2-5.07.yaml' 0, 'w8a8-int8:policy=results/fliqs/knapsack-2-5.07.yaml' 1, 'w8a8-int8:policy=results/fliqs/reinforce-2-5.07.yaml' 2, 'w8a8-int8:policy=results/fliqs/random-2-5.07.yaml' 3, 'w8a8-int8' 4, 'w4a8-int8' 5, 'w8a8-int8:policy=results/fliqs/greedy-4-5.07.yaml' 6, 'w8a8-int8:policy=results/fliqs/knapsack-4-5.07.yaml' 7, 'w8a8-int8:policy=results/fliqs/reinforce-4-5.07.yaml' 8, 'w8a8-int8:policy=results/fliqs/random-4-5.07.yaml' 9, 'w8a8-int8' 10, 'w8a8-int8:w=w.int6.channel' 11, 'w8a8-int8:w=w.int5.channel' 12, 'w4a8-int8' 13)
set xrange [0.00280232639104:0.220940820876]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.01' 0.01, '0.1' 0.1, '0.005' 0.005, '0.05' 0.05, '0.02' 0.02, '0.2' 0.2, '' 0.003 1, '' 0.004 1, '' 0.006 1, '' 0.007 1, '' 0.008 1, '' 0.009 1, '' 0.03 1, '' 0.04 1, '' 0.06 1, '' 0.07 1, '' 0.08 1, '' 0.09 1)
set grid xtics mxtics
set label '0.0799' at first 0.0799301111, first 0 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0786' at first 0.0786465495, first 1 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.079' at first 0.0790405757, first 2 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.097' at first 0.0970421455, first 3 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.004' at first 0.00399720449, first 4 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.139' at first 0.139358307, first 5 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0566' at first 0.056640708, first 6 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.054' at first 0.0539842794, first 7 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0525' at first 0.0525397824, first 8 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0952' at first 0.0951524152, first 9 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.004' at first 0.00399720449, first 10 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0107' at first 0.010672791, first 11 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0341' at first 0.0340863665, first 12 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.139' at first 0.139358307, first 13 left offset graph 0.01270, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0.00280232639
half = 0.34
lower(v) = v > floor_y ? v : floor_y
floor_y = 0.00280232639104
data = 'kl-divergence-tiny-self-sampled-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'kl-divergence-tiny-self-sampled-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::13 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'kl-divergence-tiny-self-sampled-512-gptq.svg'.suffix
replot
unset output
