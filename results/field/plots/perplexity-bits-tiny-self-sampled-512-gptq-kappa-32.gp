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
set label 'tiny on self-sampled, 16 windows of 512 tokens, protocol gptq, outliers of strength 32' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.07527
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'bits a weight, scales included' at screen 0.52263, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'perplexity (lower is better)' at screen 0.01800, screen 0.48483 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [3.15087925997:41.0216046175]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('10' 10, '5' 5, '20' 20, '30' 30, '8' 8, '4' 4, '40' 40, '6' 6, '7' 7, '9' 9)
set grid xtics mxtics
set yrange [-28.67320247:621.66901477]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '100' 100, '200' 200, '300' 300, '400' 400, '500' 500, '600' 600)
set grid ytics mytics
set label 'f32' at graph 0.91068, graph 0.08333 left noenhanced font ',15' tc rgb '#222222' front
set label 'bf16' at graph 0.64059, graph 0.08334 left noenhanced font ',15' tc rgb '#222222' front
set label 'w4a16-g128:w=w.int4.channel' at graph 0.16564, graph 0.40515 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09976, graph 0.09425 to graph 0.16378, graph 0.39383 nohead lw 1 lc rgb '#888888'
set label 'w4a16-g128' at graph 0.01224, graph 0.06835 left noenhanced font ',15' tc rgb '#222222' front
set label 'w4a16-g128:w=w.int4.g64.f16' at graph 0.14031, graph 0.03340 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.11660, graph 0.09167 to graph 0.13844, graph 0.04473 nohead lw 1 lc rgb '#888888'
set label 'finequant-w4a16' at graph 0.15224, graph 0.12184 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10546, graph 0.09310 to graph 0.15038, graph 0.11051 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8:w=w.int4.g128.f16.exact' at graph 0.05673, graph 0.44321 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10497, graph 0.09814 to graph 0.10497, graph 0.43188 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8' at graph 0.12869, graph 0.15597 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10498, graph 0.09770 to graph 0.12682, graph 0.14465 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8:amplifier=6' at graph 0.09408, graph 0.03135 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10497, graph 0.09941 to graph 0.10497, graph 0.04268 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8:amplifier=8' at graph 0.19839, graph 0.49800 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10497, graph 0.09825 to graph 0.19653, graph 0.48667 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8:amplifier=10' at graph 0.11024, graph 0.12267 left noenhanced font ',15' tc rgb '#222222' front
set label 'w4a8-int8' at graph 0.01528, graph 0.14081 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09976, graph 0.09947 to graph 0.08714, graph 0.12949 nohead lw 1 lc rgb '#888888'
set label 'w4a8-int8:method=output' at graph 0.11935, graph 0.24521 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09976, graph 0.09424 to graph 0.11748, graph 0.23389 nohead lw 1 lc rgb '#888888'
set label 'odyssey-w4a8' at graph 0.11988, graph 0.21074 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09976, graph 0.09234 to graph 0.11801, graph 0.19941 nohead lw 1 lc rgb '#888888'
set label 'fptq-w4a8' at graph 0.01877, graph 0.18372 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10497, graph 0.09198 to graph 0.09147, graph 0.17240 nohead lw 1 lc rgb '#888888'
set label 'fptq-w4a8:policy=uniform+a=a.int8.tensor' at graph 0.11242, graph 0.91667 left noenhanced font ',15' tc rgb '#222222' front
set label 'fptq-w4a8:policy=uniform' at graph 0.12867, graph 0.15642 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10497, graph 0.09814 to graph 0.12681, graph 0.14509 nohead lw 1 lc rgb '#888888'
set label 'fptq-w4a8:policy=uniform+with=lae+a=a.int8.tensor' at graph 0.11023, graph 0.53094 left noenhanced font ',15' tc rgb '#222222' front
set label 'fptq-w4a8:policy=uniform+with=smooth+a=a.int8.tensor' at graph 0.12476, graph 0.59726 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10497, graph 0.58180 to graph 0.12289, graph 0.58593 nohead lw 1 lc rgb '#888888'
set label 'zq-int4-int8' at graph 0.01583, graph 0.30641 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10051, graph 0.09347 to graph 0.09802, graph 0.29508 nohead lw 1 lc rgb '#888888'
set label 'zq-int4-fp8' at graph 0.00486, graph 0.10497 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10051, graph 0.08951 to graph 0.08258, graph 0.09364 nohead lw 1 lc rgb '#888888'
set label 'zq-fp4-int8' at graph 0.01938, graph 0.06843 left noenhanced font ',15' tc rgb '#222222' front
set label 'zq-fp4-fp8' at graph 0.00541, graph 0.03016 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10051, graph 0.08844 to graph 0.07867, graph 0.04149 nohead lw 1 lc rgb '#888888'
set label 'zq-fp4-fp8-m1' at graph 0.00594, graph 0.25600 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09677, graph 0.08931 to graph 0.09677, graph 0.24467 nohead lw 1 lc rgb '#888888'
set label 'zq-fp4-fp8-m2' at graph 0.10876, graph 0.06474 left noenhanced font ',15' tc rgb '#222222' front
set label 'zq-fp4-fp8-m2-lorc' at graph 0.21664, graph 0.08669 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.13095, graph 0.08669 to graph 0.21478, graph 0.08669 nohead lw 1 lc rgb '#888888'
set label 'w8a8-int8' at graph 0.27263, graph 0.20488 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36647, graph 0.08648 to graph 0.34448, graph 0.19355 nohead lw 1 lc rgb '#888888'
set label 'w8a8-fp8' at graph 0.40071, graph 0.16122 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36647, graph 0.08360 to graph 0.39885, graph 0.14989 nohead lw 1 lc rgb '#888888'
set label 'w8a8-e5m2' at graph 0.37174, graph 0.06040 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-e3m4' at graph 0.39018, graph 0.02516 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36647, graph 0.08343 to graph 0.38831, graph 0.03649 nohead lw 1 lc rgb '#888888'
set label 'w8a8-e2m5' at graph 0.47823, graph 0.08438 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36647, graph 0.08438 to graph 0.47637, graph 0.08438 nohead lw 1 lc rgb '#888888'
set label 'w8a8-fp8:a=a.e4m3.tensor' at graph 0.32976, graph 0.25028 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36647, graph 0.08359 to graph 0.36647, graph 0.23895 nohead lw 1 lc rgb '#888888'
set label 'w8a8-int8-tensor' at graph 0.37392, graph 0.63123 left noenhanced font ',15' tc rgb '#222222' front
set label 'spike-w8a8' at graph 0.22461, graph 0.32787 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36647, graph 0.08360 to graph 0.30610, graph 0.31654 nohead lw 1 lc rgb '#888888'
set label 'spike-w8a8:policy=lottery' at graph 0.42944, graph 0.12030 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36647, graph 0.08360 to graph 0.42758, graph 0.10898 nohead lw 1 lc rgb '#888888'
set label 'smoothquant-w8a8' at graph 0.38214, graph 0.20367 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36647, graph 0.08527 to graph 0.38028, graph 0.19235 nohead lw 1 lc rgb '#888888'
set label 'tuned-w8a8-int8' at graph 0.36005, graph 0.29825 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36647, graph 0.08531 to graph 0.36647, graph 0.28692 nohead lw 1 lc rgb '#888888'
set label 'tuned-w4a16' at graph 0.05879, graph 0.36815 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10497, graph 0.08838 to graph 0.10497, graph 0.35683 nohead lw 1 lc rgb '#888888'
lower(v) = v
data = 'perplexity-bits-tiny-self-sampled-512-gptq-kappa-32.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-bits-tiny-self-sampled-512-gptq-kappa-32.png'.suffix
plot \
  data skip 1 every ::0::37 using 1:($2) with points pt 7 ps 1.4 lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-bits-tiny-self-sampled-512-gptq-kappa-32.svg'.suffix
replot
unset output
