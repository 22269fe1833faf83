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
set label 'Distance to the float32 model' at screen 0.02500, screen 0.96792 left noenhanced font ',22' tc rgb '#222222' front
set label 'smollm2-135m-instruct (reference is Q4_1, lossy) on king-james, 4 windows of 512 tokens, protocol gptq' at screen 0.02500, screen 0.94096 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.41847
set rmargin at screen 0.97000
set tmargin at screen 0.90670
set bmargin at screen 0.07071
set label 'mean Kullback-Leibler divergence (nats a token)' at screen 0.69423, screen 0.01986 center noenhanced font ',16' tc rgb '#222222' front
set yrange [36.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('bf16' 0, 'w4a16-g128:w=w.int4.channel' 1, 'w4a16-g128' 2, 'w4a16-g128:w=w.int4.g64.f16' 3, 'finequant-w4a16' 4, 'integer-scale-w4a8:w=w.int4.g128.f16.exact' 5, 'integer-scale-w4a8' 6, 'integer-scale-w4a8:amplifier=6' 7, 'integer-scale-w4a8:amplifier=8' 8, 'integer-scale-w4a8:amplifier=10' 9, 'w4a8-int8' 10, 'w4a8-int8:method=output' 11, 'odyssey-w4a8' 12, 'fptq-w4a8' 13, 'fptq-w4a8:policy=uniform+a=a.int8.tensor' 14, 'fptq-w4a8:policy=uniform' 15, 'fptq-w4a8:policy=uniform+with=lae+a=a.int8.tensor' 16, 'fptq-w4a8:policy=uniform+with=smooth+a=a.int8.tensor' 17, 'zq-int4-int8' 18, 'zq-int4-fp8' 19, 'zq-fp4-int8' 20, 'zq-fp4-fp8' 21, 'zq-fp4-fp8-m1' 22, 'zq-fp4-fp8-m2' 23, 'zq-fp4-fp8-m2-lorc' 24, 'w8a8-int8' 25, 'w8a8-fp8' 26, 'w8a8-e5m2' 27, 'w8a8-e3m4' 28, 'w8a8-e2m5' 29, 'w8a8-fp8:a=a.e4m3.tensor' 30, 'w8a8-int8-tensor' 31, 'spike-w8a8' 32, 'spike-w8a8:policy=lottery' 33, 'smoothquant-w8a8' 34, 'tuned-w8a8-int8' 35, 'tuned-w4a16' 36)
set xrange [0.00018133963393:9.60816071992]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.001' 0.001, '0.01' 0.01, '0.1' 0.1, '1' 1, '' 0.0002 1, '' 0.0003 1, '' 0.0004 1, '' 0.0005 1, '' 0.0006 1, '' 0.0007 1, '' 0.0008 1, '' 0.0009 1, '' 0.002 1, '' 0.003 1, '' 0.004 1, '' 0.005 1, '' 0.006 1, '' 0.007 1, '' 0.008 1, '' 0.009 1, '' 0.02 1, '' 0.03 1, '' 0.04 1, '' 0.05 1, '' 0.06 1, '' 0.07 1, '' 0.08 1, '' 0.09 1, '' 0.2 1, '' 0.3 1, '' 0.4 1, '' 0.5 1, '' 0.6 1, '' 0.7 1, '' 0.8 1, '' 0.9 1, '' 2 1, '' 3 1, '' 4 1, '' 5 1, '' 6 1, '' 7 1, '' 8 1, '' 9 1)
set grid xtics mxtics
set label '0.00043' at first 0.000429727883, first 0 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.32' at first 1.32046861, first 1 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.981' at first 0.981360269, first 2 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.853' at first 0.853180144, first 3 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.29' at first 1.28638962, first 4 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.03' at first 1.02886239, first 5 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.02' at first 1.01634765, first 6 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.977' at first 0.977103799, first 7 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.07' at first 1.06781328, first 8 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.03' at first 1.02723164, first 9 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.35' at first 1.34837426, first 10 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.882' at first 0.88154909, first 11 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.668' at first 0.668056575, first 12 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.14' at first 1.14055778, first 13 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.4' at first 2.39994631, first 14 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.03' at first 1.02886239, first 15 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.97' at first 1.96698642, first 16 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.98' at first 1.98271909, first 17 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.28' at first 1.28271684, first 18 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.23' at first 1.2334064, first 19 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.692' at first 0.691868247, first 20 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.653' at first 0.653169424, first 21 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.932' at first 0.932274665, first 22 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.784' at first 0.784009112, first 23 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.663' at first 0.662752934, first 24 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.068' at first 0.068033313, first 25 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0763' at first 0.0763243788, first 26 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.283' at first 0.282757858, first 27 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0206' at first 0.0206368144, first 28 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0211' at first 0.02105336, first 29 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0865' at first 0.0865413672, first 30 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.45' at first 1.45051939, first 31 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.133' at first 0.132748986, first 32 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.18' at first 1.17709445, first 33 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0417' at first 0.0417321539, first 34 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0395' at first 0.0394873421, first 35 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.548' at first 0.547842351, first 36 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0.000181339634
half = 0.34
lower(v) = v > floor_y ? v : floor_y
floor_y = 0.00018133963393
data = 'kl-divergence-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,1007 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'kl-divergence-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::36 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2'
set terminal svg noenhanced size 1200,1007 font 'sans-serif,16' background '#ffffff'
set output 'kl-divergence-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq.svg'.suffix
replot
unset output
