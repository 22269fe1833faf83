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
set label 'tiny on self-sampled, 16 windows of 512 tokens, protocol gptq, outliers of strength 32' at screen 0.02500, screen 0.94096 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.41847
set rmargin at screen 0.97000
set tmargin at screen 0.90670
set bmargin at screen 0.07071
set label 'mean Kullback-Leibler divergence (nats a token)' at screen 0.69423, screen 0.01986 center noenhanced font ',16' tc rgb '#222222' front
set yrange [36.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('bf16' 0, 'w4a16-g128:w=w.int4.channel' 1, 'w4a16-g128' 2, 'w4a16-g128:w=w.int4.g64.f16' 3, 'finequant-w4a16' 4, 'integer-scale-w4a8:w=w.int4.g128.f16.exact' 5, 'integer-scale-w4a8' 6, 'integer-scale-w4a8:amplifier=6' 7, 'integer-scale-w4a8:amplifier=8' 8, 'integer-scale-w4a8:amplifier=10' 9, 'w4a8-int8' 10, 'w4a8-int8:method=output' 11, 'odyssey-w4a8' 12, 'fptq-w4a8' 13, 'fptq-w4a8:policy=uniform+a=a.int8.tensor' 14, 'fptq-w4a8:policy=uniform' 15, 'fptq-w4a8:policy=uniform+with=lae+a=a.int8.tensor' 16, 'fptq-w4a8:policy=uniform+with=smooth+a=a.int8.tensor' 17, 'zq-int4-int8' 18, 'zq-int4-fp8' 19, 'zq-fp4-int8' 20, 'zq-fp4-fp8' 21, 'zq-fp4-fp8-m1' 22, 'zq-fp4-fp8-m2' 23, 'zq-fp4-fp8-m2-lorc' 24, 'w8a8-int8' 25, 'w8a8-fp8' 26, 'w8a8-e5m2' 27, 'w8a8-e3m4' 28, 'w8a8-e2m5' 29, 'w8a8-fp8:a=a.e4m3.tensor' 30, 'w8a8-int8-tensor' 31, 'spike-w8a8' 32, 'spike-w8a8:policy=lottery' 33, 'smoothquant-w8a8' 34, 'tuned-w8a8-int8' 35, 'tuned-w4a16' 36)
set xrange [1.31124329781e-05:21.7932827117]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.0001' 0.0001, '0.001' 0.001, '0.01' 0.01, '0.1' 0.1, '1' 1, '10' 10, '' 2e-05 1, '' 3e-05 1, '' 4e-05 1, '' 5e-05 1, '' 6e-05 1, '' 7e-05 1, '' 8e-05 1, '' 9e-05 1, '' 0.0002 1, '' 0.0003 1, '' 0.0004 1, '' 0.0005 1, '' 0.0006 1, '' 0.0007 1, '' 0.0008 1, '' 0.0009 1, '' 0.002 1, '' 0.003 1, '' 0.004 1, '' 0.005 1, '' 0.006 1, '' 0.007 1, '' 0.008 1, '' 0.009 1, '' 0.02 1, '' 0.03 1, '' 0.04 1, '' 0.05 1, '' 0.06 1, '' 0.07 1, '' 0.08 1, '' 0.09 1, '' 0.2 1, '' 0.3 1, '' 0.4 1, '' 0.5 1, '' 0.6 1, '' 0.7 1, '' 0.8 1, '' 0.9 1, '' 2 1, '' 3 1, '' 4 1, '' 5 1, '' 6 1, '' 7 1, '' 8 1, '' 9 1, '' 20 1)
set grid xtics mxtics
set label '4.04e-05' at first 4.04317189e-05, first 0 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.241' at first 0.241493699, first 1 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.21' at first 0.210117306, first 2 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.189' at first 0.189335499, first 3 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.216' at first 0.216397899, first 4 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.309' at first 0.308532679, first 5 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.313' at first 0.312952404, first 6 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.335' at first 0.334750979, first 7 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.317' at first 0.316807972, first 8 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.316' at first 0.316110915, first 9 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.342' at first 0.342395323, first 10 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.263' at first 0.263060987, first 11 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.221' at first 0.220620615, first 12 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.203' at first 0.203261407, first 13 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.14' at first 3.14131471, first 14 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.309' at first 0.308532679, first 15 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.58' at first 2.58390547, first 16 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.64' at first 2.63970315, first 17 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.238' at first 0.237738573, first 18 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.15' at first 0.14957389, first 19 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.218' at first 0.217637869, first 20 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.13' at first 0.130434303, first 21 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.148' at first 0.148019836, first 22 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.144' at first 0.143612017, first 23 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0847' at first 0.0846612073, first 24 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0904' at first 0.0903747715, first 25 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.00897' at first 0.00897466153, first 26 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0357' at first 0.0356576593, first 27 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.00245' at first 0.00244914638, first 28 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0246' at first 0.0246221774, first 29 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.00974' at first 0.00974424872, first 30 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.7' at first 2.70497715, first 31 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.00897' at first 0.00897466153, first 32 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.00897' at first 0.00897466153, first 33 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0496' at first 0.0495517262, first 34 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.049' at first 0.0489668551, first 35 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.121' at first 0.120936467, first 36 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 1.3112433e-05
half = 0.34
lower(v) = v > floor_y ? v : floor_y
floor_y = 1.31124329781e-05
data = 'kl-divergence-tiny-self-sampled-512-gptq-kappa-32.tsv'
set terminal pngcairo noenhanced size 1200,1007 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'kl-divergence-tiny-self-sampled-512-gptq-kappa-32.png'.suffix
plot \
  data skip 1 every ::0::36 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2'
set terminal svg noenhanced size 1200,1007 font 'sans-serif,16' background '#ffffff'
set output 'kl-divergence-tiny-self-sampled-512-gptq-kappa-32.svg'.suffix
replot
unset output
