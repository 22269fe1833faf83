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
set label 'Perplexity against stored bits a weight' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'smollm2-135m-instruct (reference is Q4_1, lossy) on king-james, 4 windows of 512 tokens, protocol gptq' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.06673
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'bits a weight, scales included' at screen 0.51837, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'perplexity (lower is better)' at screen 0.01800, screen 0.48483 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [3.15081039612:41.0217006771]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('10' 10, '5' 5, '20' 20, '30' 30, '8' 8, '4' 4, '40' 40, '6' 6, '7' 7, '9' 9)
set grid xtics mxtics
set yrange [0.829271137:54.191699533]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('10' 10, '20' 20, '30' 30, '40' 40, '50' 50)
set grid ytics mytics
set label 'f32' at graph 0.91061, graph 0.08338 left noenhanced font ',15' tc rgb '#222222' front
set label 'bf16' at graph 0.64053, graph 0.08333 left noenhanced font ',15' tc rgb '#222222' front
set label 'w4a16-g128:w=w.int4.channel' at graph 0.11187, graph 0.31909 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09752, graph 0.27775 to graph 0.11003, graph 0.30777 nohead lw 1 lc rgb '#888888'
set label 'w4a16-g128' at graph 0.00617, graph 0.09589 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10596, graph 0.18763 to graph 0.09464, graph 0.10721 nohead lw 1 lc rgb '#888888'
set label 'w4a16-g128:w=w.int4.g64.f16' at graph 0.13621, graph 0.18522 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.11660, graph 0.16976 to graph 0.13436, graph 0.17390 nohead lw 1 lc rgb '#888888'
set label 'finequant-w4a16' at graph 0.11749, graph 0.28532 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09788, graph 0.26985 to graph 0.11564, graph 0.27399 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8:w=w.int4.g128.f16.exact' at graph 0.05817, graph 0.54275 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10596, graph 0.19769 to graph 0.10596, graph 0.53143 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8' at graph 0.13472, graph 0.15103 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10596, graph 0.19287 to graph 0.13288, graph 0.16236 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8:amplifier=6' at graph 0.06088, graph 0.02521 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10596, graph 0.19190 to graph 0.10596, graph 0.03654 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8:amplifier=8' at graph 0.12100, graph 0.36095 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10596, graph 0.20997 to graph 0.11915, graph 0.34962 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8:amplifier=10' at graph 0.06485, graph 0.41069 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10596, graph 0.19776 to graph 0.10596, graph 0.39937 nohead lw 1 lc rgb '#888888'
set label 'w4a8-int8' at graph 0.02297, graph 0.31176 left noenhanced font ',15' tc rgb '#222222' front
set label 'w4a8-int8:method=output' at graph 0.07815, graph 0.45080 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09752, graph 0.18005 to graph 0.09752, graph 0.43947 nohead lw 1 lc rgb '#888888'
set label 'odyssey-w4a8' at graph 0.10914, graph 0.06994 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09752, graph 0.16169 to graph 0.10730, graph 0.08127 nohead lw 1 lc rgb '#888888'
set label 'fptq-w4a8' at graph 0.01822, graph 0.26039 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10596, graph 0.23053 to graph 0.09022, graph 0.24907 nohead lw 1 lc rgb '#888888'
set label 'fptq-w4a8:policy=uniform+a=a.int8.tensor' at graph 0.11334, graph 0.91667 left noenhanced font ',15' tc rgb '#222222' front
set label 'fptq-w4a8:policy=uniform' at graph 0.13804, graph 0.21935 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10596, graph 0.19769 to graph 0.13619, graph 0.20802 nohead lw 1 lc rgb '#888888'
set label 'fptq-w4a8:policy=uniform+with=lae+a=a.int8.tensor' at graph 0.11117, graph 0.64930 left noenhanced font ',15' tc rgb '#222222' front
set label 'fptq-w4a8:policy=uniform+with=smooth+a=a.int8.tensor' at graph 0.11117, graph 0.58769 left noenhanced font ',15' tc rgb '#222222' front
set label 'zq-int4-int8' at graph 0.01429, graph 0.37758 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10052, graph 0.30953 to graph 0.09570, graph 0.36625 nohead lw 1 lc rgb '#888888'
set label 'zq-int4-fp8' at graph 0.01816, graph 0.21360 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10052, graph 0.28165 to graph 0.09515, graph 0.22492 nohead lw 1 lc rgb '#888888'
set label 'zq-fp4-int8' at graph 0.00577, graph 0.16110 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10052, graph 0.17657 to graph 0.08276, graph 0.17243 nohead lw 1 lc rgb '#888888'
set label 'zq-fp4-fp8' at graph 0.01545, graph 0.12939 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10052, graph 0.17074 to graph 0.08801, graph 0.14072 nohead lw 1 lc rgb '#888888'
set label 'zq-fp4-fp8-m1' at graph 0.12554, graph 0.25295 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09677, graph 0.21111 to graph 0.12369, graph 0.24162 nohead lw 1 lc rgb '#888888'
set label 'zq-fp4-fp8-m2' at graph 0.33296, graph 0.05900 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10127, graph 0.17979 to graph 0.33112, graph 0.07033 nohead lw 1 lc rgb '#888888'
set label 'zq-fp4-fp8-m2-lorc' at graph 0.29811, graph 0.25661 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.11988, graph 0.16237 to graph 0.29626, graph 0.24528 nohead lw 1 lc rgb '#888888'
set label 'w8a8-int8' at graph 0.24967, graph 0.05994 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36534, graph 0.08868 to graph 0.32085, graph 0.07127 nohead lw 1 lc rgb '#888888'
set label 'w8a8-fp8' at graph 0.29522, graph 0.11297 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-e5m2' at graph 0.44733, graph 0.06385 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36534, graph 0.11029 to graph 0.44548, graph 0.07518 nohead lw 1 lc rgb '#888888'
set label 'w8a8-e3m4' at graph 0.27681, graph 0.15323 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36534, graph 0.08518 to graph 0.36085, graph 0.14191 nohead lw 1 lc rgb '#888888'
set label 'w8a8-e2m5' at graph 0.35691, graph 0.21544 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36534, graph 0.08508 to graph 0.36534, graph 0.20411 nohead lw 1 lc rgb '#888888'
set label 'w8a8-fp8:a=a.e4m3.tensor' at graph 0.35811, graph 0.02208 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36534, graph 0.09013 to graph 0.36534, graph 0.03340 nohead lw 1 lc rgb '#888888'
set label 'w8a8-int8-tensor' at graph 0.37272, graph 0.37659 left noenhanced font ',15' tc rgb '#222222' front
set label 'spike-w8a8' at graph 0.46122, graph 0.20528 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36534, graph 0.09163 to graph 0.45937, graph 0.19395 nohead lw 1 lc rgb '#888888'
set label 'spike-w8a8:policy=lottery' at graph 0.37056, graph 0.30252 left noenhanced font ',15' tc rgb '#222222' front
set label 'smoothquant-w8a8' at graph 0.41168, graph 0.11560 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36534, graph 0.08686 to graph 0.40983, graph 0.10427 nohead lw 1 lc rgb '#888888'
set label 'tuned-w8a8-int8' at graph 0.42127, graph 0.15851 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36534, graph 0.08761 to graph 0.41942, graph 0.14719 nohead lw 1 lc rgb '#888888'
set label 'tuned-w4a16' at graph 0.11117, graph 0.11681 left noenhanced font ',15' tc rgb '#222222' front
lower(v) = v
data = 'perplexity-bits-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-bits-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::37 using 1:($2) with points pt 7 ps 1.4 lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-bits-smollm2-135m-instruct-reference-is-q4-1-lossy-king-james-512-gptq.svg'.suffix
replot
unset output
