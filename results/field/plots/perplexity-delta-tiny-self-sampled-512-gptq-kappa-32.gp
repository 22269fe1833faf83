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
set label 'What quantization costs: perplexity above the float32 model' at screen 0.02500, screen 0.96792 left noenhanced font ',22' tc rgb '#222222' front
set label 'tiny on self-sampled, 16 windows of 512 tokens, protocol gptq, outliers of strength 32' at screen 0.02500, screen 0.94096 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.41847
set rmargin at screen 0.97000
set tmargin at screen 0.90670
set bmargin at screen 0.07071
set label 'perplexity minus reference (95 % interval)' at screen 0.69423, screen 0.01986 center noenhanced font ',16' tc rgb '#222222' front
set yrange [36.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('bf16' 0, 'w4a16-g128:w=w.int4.channel' 1, 'w4a16-g128' 2, 'w4a16-g128:w=w.int4.g64.f16' 3, 'finequant-w4a16' 4, 'integer-scale-w4a8:w=w.int4.g128.f16.exact' 5, 'integer-scale-w4a8' 6, 'integer-scale-w4a8:amplifier=6' 7, 'integer-scale-w4a8:amplifier=8' 8, 'integer-scale-w4a8:amplifier=10' 9, 'w4a8-int8' 10, 'w4a8-int8:method=output' 11, 'odyssey-w4a8' 12, 'fptq-w4a8' 13, 'fptq-w4a8:policy=uniform+a=a.int8.tensor' 14, 'fptq-w4a8:policy=uniform' 15, 'fptq-w4a8:policy=uniform+with=lae+a=a.int8.tensor' 16, 'fptq-w4a8:policy=uniform+with=smooth+a=a.int8.tensor' 17, 'zq-int4-int8' 18, 'zq-int4-fp8' 19, 'zq-fp4-int8' 20, 'zq-fp4-fp8' 21, 'zq-fp4-fp8-m1' 22, 'zq-fp4-fp8-m2' 23, 'zq-fp4-fp8-m2-lorc' 24, 'w8a8-int8' 25, 'w8a8-fp8' 26, 'w8a8-e5m2' 27, 'w8a8-e3m4' 28, 'w8a8-e2m5' 29, 'w8a8-fp8:a=a.e4m3.tensor' 30, 'w8a8-int8-tensor' 31, 'spike-w8a8' 32, 'spike-w8a8:policy=lottery' 33, 'smoothquant-w8a8' 34, 'tuned-w8a8-int8' 35, 'tuned-w4a16' 36)
set xrange [-71.9798702437:658.672874251]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '200' 200, '400' 400, '600' 600)
set grid xtics mxtics
set label '0.004' at first 0.00875108928, first 0 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '7.10' at first 8.00028647, first 1 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '6.13' at first 6.88664215, first 2 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.42' at first 6.05419181, first 3 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '6.35' at first 7.15854891, first 4 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '9.63' at first 10.8508627, first 5 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '9.52' at first 10.5621908, first 6 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '10.5' at first 11.4543926, first 7 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '9.70' at first 10.9529415, first 8 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '9.83' at first 11.0835689, first 9 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '10.5' at first 11.9019943, first 10 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '7.09' at first 7.77864961, first 11 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.86' at first 6.72356293, first 12 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.62' at first 6.3730382, first 13 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '542' at first 586.693908, first 14 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '9.63' at first 10.8508627, first 15 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '307' at first 346.332988, first 16 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '324' at first 362.912306, first 17 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '6.59' at first 7.3563168, first 18 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.02' at first 4.65489121, first 19 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '6.19' at first 6.98652974, first 20 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.32' at first 3.80441854, first 21 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.89' at first 4.4329349, first 22 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.79' at first 4.34099561, first 23 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.18' at first 2.48351565, first 24 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.04' at first 2.31829413, first 25 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.17' at first 0.232127832, first 26 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 1.21475596, first 27 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.064' at first 0.104645484, first 28 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.68' at first 0.852460329, first 29 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.16' at first 0.219262944, first 30 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '356' at first 389.482818, first 31 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.17' at first 0.232127832, first 32 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.17' at first 0.232127832, first 33 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.26' at first 1.58979212, first 34 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.28' at first 1.52421847, first 35 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.28' at first 3.8233322, first 36 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set arrow from first 0, graph 0 to first 0, graph 1 nohead lw 1 lc rgb '#555555'
base = 0
half = 0.34
lower(v) = v
data = 'perplexity-delta-tiny-self-sampled-512-gptq-kappa-32.tsv'
set terminal pngcairo noenhanced size 1200,1007 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-delta-tiny-self-sampled-512-gptq-kappa-32.png'.suffix
plot \
  data skip 1 every ::0::36 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::36 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,1007 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-delta-tiny-self-sampled-512-gptq-kappa-32.svg'.suffix
replot
unset output
