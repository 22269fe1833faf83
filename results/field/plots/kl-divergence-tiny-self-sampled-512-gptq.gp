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
set label 'tiny on self-sampled, 16 windows of 512 tokens, protocol gptq' at screen 0.02500, screen 0.94096 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.41847
set rmargin at screen 0.97000
set tmargin at screen 0.90670
set bmargin at screen 0.07071
set label 'mean Kullback-Leibler divergence (nats a token)' at screen 0.69423, screen 0.01986 center noenhanced font ',16' tc rgb '#222222' front
set yrange [36.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('bf16' 0, 'w4a16-g128:w=w.int4.channel' 1, 'w4a16-g128' 2, 'w4a16-g128:w=w.int4.g64.f16' 3, 'finequant-w4a16' 4, 'integer-scale-w4a8:w=w.int4.g128.f16.exact' 5, 'integer-scale-w4a8' 6, 'integer-scale-w4a8:amplifier=6' 7, 'integer-scale-w4a8:amplifier=8' 8, 'integer-scale-w4a8:amplifier=10' 9, 'w4a8-int8' 10, 'w4a8-int8:method=output' 11, 'odyssey-w4a8' 12, 'fptq-w4a8' 13, 'fptq-w4a8:policy=uniform+a=a.int8.tensor' 14, 'fptq-w4a8:policy=uniform' 15, 'fptq-w4a8:policy=uniform+with=lae+a=a.int8.tensor' 16, 'fptq-w4a8:policy=uniform+with=smooth+a=a.int8.tensor' 17, 'zq-int4-int8' 18, 'zq-int4-fp8' 19, 'zq-fp4-int8' 20, 'zq-fp4-fp8' 21, 'zq-fp4-fp8-m1' 22, 'zq-fp4-fp8-m2' 23, 'zq-fp4-fp8-m2-lorc' 24, 'w8a8-int8' 25, 'w8a8-fp8' 26, 'w8a8-e5m2' 27, 'w8a8-e3m4' 28, 'w8a8-e2m5' 29, 'w8a8-fp8:a=a.e4m3.tensor' 30, 'w8a8-int8-tensor' 31, 'spike-w8a8' 32, 'spike-w8a8:policy=lottery' 33, 'smoothquant-w8a8' 34, 'tuned-w8a8-int8' 35, 'tuned-w4a16' 36)
set xrange [1.77132016812e-05:0.641965838273]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.0001' 0.0001, '0.001' 0.001, '0.01' 0.01, '0.1' 0.1, '' 2e-05 1, '' 3e-05 1, '' 4e-05 1, '' 5e-05 1, '' 6e-05 1, '' 7e-05 1, '' 8e-05 1, '' 9e-05 1, '' 0.0002 1, '' 0.0003 1, '' 0.0004 1, '' 0.0005 1, '' 0.0006 1, '' 0.0007 1, '' 0.0008 1, '' 0.0009 1, '' 0.002 1, '' 0.003 1, '' 0.004 1, '' 0.005 1, '' 0.006 1, '' 0.007 1, '' 0.008 1, '' 0.009 1, '' 0.02 1, '' 0.03 1, '' 0.04 1, '' 0.05 1, '' 0.06 1, '' 0.07 1, '' 0.08 1, '' 0.09 1, '' 0.2 1, '' 0.3 1, '' 0.4 1, '' 0.5 1, '' 0.6 1)
set grid xtics mxtics
set label '4.04e-05' at first 4.04317189e-05, first 0 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.142' at first 0.142285997, first 1 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.112' at first 0.112213632, first 2 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0949' at first 0.0948798326, first 3 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.118' at first 0.117806308, first 4 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.117' at first 0.117052414, first 5 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.116' at first 0.116264899, first 6 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.122' at first 0.122153873, first 7 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.122' at first 0.121970267, first 8 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.12' at first 0.119712831, first 9 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.148' at first 0.147585682, first 10 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0823' at first 0.0822674997, first 11 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0563' at first 0.0562684915, first 12 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.12' at first 0.119898205, first 13 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.155' at first 0.15522926, first 14 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.117' at first 0.117052414, first 15 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.122' at first 0.121633431, first 16 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.127' at first 0.12747134, first 17 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0815' at first 0.0815154633, first 18 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0811' at first 0.0811041443, first 19 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0603' at first 0.0602687008, first 20 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0608' at first 0.0607889141, first 21 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0753' at first 0.0753373354, first 22 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0694' at first 0.0693941978, first 23 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.063' at first 0.0630149573, first 24 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.00438' at first 0.00438185402, first 25 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.00738' at first 0.00738197497, first 26 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0286' at first 0.0286312321, first 27 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.00178' at first 0.00177976344, first 28 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0014' at first 0.00139774388, first 29 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.00969' at first 0.00969168445, first 30 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0368' at first 0.0368009609, first 31 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.00714' at first 0.00713951368, first 32 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0343' at first 0.0343281372, first 33 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.00302' at first 0.00302186294, first 34 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.00298' at first 0.00297889174, first 35 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.0486' at first 0.0485802397, first 36 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 1.77132017e-05
half = 0.34
lower(v) = v > floor_y ? v : floor_y
floor_y = 1.77132016812e-05
data = 'kl-divergence-tiny-self-sampled-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,1007 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'kl-divergence-tiny-self-sampled-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::36 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2'
set terminal svg noenhanced size 1200,1007 font 'sans-serif,16' background '#ffffff'
set output 'kl-divergence-tiny-self-sampled-512-gptq.svg'.suffix
replot
unset output
