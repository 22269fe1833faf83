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
set label 'smollm2-135m-instruct (reference is Q4_1, lossy) on king-james, 4 windows of 512 tokens, protocol gptq' at screen 0.02500, screen 0.94096 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.41847
set rmargin at screen 0.97000
set tmargin at screen 0.90670
set bmargin at screen 0.07071
set label 'perplexity minus reference (95 % interval)' at screen 0.69423, screen 0.01986 center noenhanced font ',16' tc rgb '#222222' front
set yrange [36.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('bf16' 0, 'w4a16-g128:w=w.int4.channel' 1, 'w4a16-g128' 2, 'w4a16-g128:w=w.int4.g64.f16' 3, 'finequant-w4a16' 4, 'integer-scale-w4a8:w=w.int4.g128.f16.exact' 5, 'integer-scale-w4a8' 6, 'integer-scale-w4a8:amplifier=6' 7, 'integer-scale-w4a8:amplifier=8' 8, 'integer-scale-w4a8:amplifier=10' 9, 'w4a8-int8' 10, 'w4a8-int8:method=output' 11, 'odyssey-w4a8' 12, 'fptq-w4a8' 13, 'fptq-w4a8:policy=uniform+a=a.int8.tensor' 14, 'fptq-w4a8:policy=uniform' 15, 'fptq-w4a8:policy=uniform+with=lae+a=a.int8.tensor' 16, 'fptq-w4a8:policy=uniform+with=smooth+a=a.int8.tensor' 17, 'zq-int4-int8' 18, 'zq-int4-fp8' 19, 'zq-fp4-int8' 20, 'zq-fp4-fp8' 21, 'zq-fp4-fp8-m1' 22, 'zq-fp4-fp8-m2' 23, 'zq-fp4-fp8-m2-lorc' 24, 'w8a8-int8' 25, 'w8a8-fp8' 26, 'w8a8-e5m2' 27, 'w8a8-e3m4' 28, 'w8a8-e2m5' 29, 'w8a8-fp8:a=a.e4m3.tensor' 30, 'w8a8-int8-tensor' 31, 'spike-w8a8' 32, 'spike-w8a8:policy=lottery' 33, 'smoothquant-w8a8' 34, 'tuned-w8a8-int8' 35, 'tuned-w4a16' 36)
set xrange [-8.27422152063:69.1728016736]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '20' 20, '40' 40, '60' 60)
set grid xtics mxtics
set label '-0.002' at first -0.012768847, first 0 right offset graph -0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '10.4' at first 14.6647193, first 1 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.6' at first 7.82520827, first 2 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.6' at first 6.30619177, first 3 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '10.0' at first 15.3723243, first 4 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '6.1' at first 8.3937644, first 5 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.8' at first 8.18830269, first 6 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.8' at first 8.6485654, first 7 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '6.8' at first 9.26727022, first 8 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '6.1' at first 8.46814609, first 9 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '10.9' at first 15.1992782, first 10 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.2' at first 7.33742392, first 11 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.2' at first 5.01372843, first 12 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '7.9' at first 10.1011268, first 13 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '44.5' at first 60.911349, first 14 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '6.1' at first 8.3937644, first 15 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '28.9' at first 39.0690433, first 16 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '28.2' at first 37.0203054, first 17 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '12.1' at first 15.3987313, first 18 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '10.6' at first 14.05939, first 19 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.0' at first 6.37500583, first 20 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.7' at first 5.84017047, first 21 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '6.8' at first 9.18837516, first 22 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5.1' at first 8.03084154, first 23 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4.2' at first 6.49949882, first 24 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.28' at first 0.388218204, first 25 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.28' at first 0.441009748, first 26 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.44' at first 2.01680685, first 27 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.10' at first 0.141426472, first 28 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.091' at first 0.103672805, first 29 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.36' at first 0.453518507, first 30 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '15.6' at first 21.7489684, first 31 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.44' at first 0.681528644, first 32 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '10.4' at first 14.1555067, first 33 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.19' at first 0.239583075, first 34 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.23' at first 0.310434571, first 35 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.1' at first 4.41671188, first 36 left offset graph 0.01360, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set arrow from first 0, graph 0 to first 0, graph 1 nohead lw 1 lc rgb '#555555'
base = 0
half = 0.34
lower(v) = v
data = 'perplexity-delta-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,1007 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-delta-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::36 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::36 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,1007 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-delta-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq.svg'.suffix
replot
unset output
