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
set label 'tiny on self-sampled, 16 windows of 512 tokens, protocol gptq' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.06673
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'bits a weight, scales included' at screen 0.51837, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'perplexity (lower is better)' at screen 0.01800, screen 0.48483 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [3.15087629918:41.0216087475]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('10' 10, '5' 5, '20' 20, '30' 30, '8' 8, '4' 4, '40' 40, '6' 6, '7' 7, '9' 9)
set grid xtics mxtics
set yrange [25.0772005295:30.4145822019]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('26' 26, '27' 27, '28' 28, '29' 29, '30' 30)
set grid ytics mytics
set label 'f32' at graph 0.91061, graph 0.08333 left noenhanced font ',15' tc rgb '#222222' front
set label 'bf16' at graph 0.64052, graph 0.08406 left noenhanced font ',15' tc rgb '#222222' front
set label 'w4a16-g128:w=w.int4.channel' at graph 0.33964, graph 0.81364 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09977, graph 0.81364 to graph 0.33779, graph 0.81364 nohead lw 1 lc rgb '#888888'
set label 'w4a16-g128' at graph 0.11018, graph 0.66159 left noenhanced font ',15' tc rgb '#222222' front
set label 'w4a16-g128:w=w.int4.g64.f16' at graph 0.12398, graph 0.58865 left noenhanced font ',15' tc rgb '#222222' front
set label 'finequant-w4a16' at graph 0.15180, graph 0.74635 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10546, graph 0.71762 to graph 0.14995, graph 0.73503 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8:w=w.int4.g128.f16.exact' at graph 0.16955, graph 0.71036 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10497, graph 0.71036 to graph 0.16770, graph 0.71036 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8' at graph 0.07298, graph 0.62578 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10498, graph 0.69999 to graph 0.10498, graph 0.63711 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8:amplifier=6' at graph 0.05989, graph 0.88143 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10497, graph 0.71473 to graph 0.10497, graph 0.87010 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8:amplifier=8' at graph 0.11933, graph 0.77914 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10497, graph 0.73779 to graph 0.11748, graph 0.76781 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8:amplifier=10' at graph 0.21191, graph 0.66200 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10497, graph 0.72083 to graph 0.21006, graph 0.67333 nohead lw 1 lc rgb '#888888'
set label 'w4a8-int8' at graph 0.01286, graph 0.82263 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09977, graph 0.85250 to graph 0.08403, graph 0.83396 nohead lw 1 lc rgb '#888888'
set label 'w4a8-int8:method=output' at graph 0.10715, graph 0.45430 left noenhanced font ',15' tc rgb '#222222' front
set label 'odyssey-w4a8' at graph 0.10498, graph 0.31765 left noenhanced font ',15' tc rgb '#222222' front
set label 'fptq-w4a8' at graph 0.02742, graph 0.73120 left noenhanced font ',15' tc rgb '#222222' front
set label 'fptq-w4a8:policy=uniform+a=a.int8.tensor' at graph 0.11235, graph 0.91667 left noenhanced font ',15' tc rgb '#222222' front
set label 'fptq-w4a8:policy=uniform' at graph 0.07161, graph 0.54367 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10497, graph 0.71036 to graph 0.10497, graph 0.55500 nohead lw 1 lc rgb '#888888'
set label 'fptq-w4a8:policy=uniform+with=lae+a=a.int8.tensor' at graph 0.02751, graph 0.97756 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10497, graph 0.70682 to graph 0.10497, graph 0.96623 nohead lw 1 lc rgb '#888888'
set label 'fptq-w4a8:policy=uniform+with=smooth+a=a.int8.tensor' at graph 0.33666, graph 0.86082 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10497, graph 0.74003 to graph 0.33482, graph 0.84949 nohead lw 1 lc rgb '#888888'
set label 'zq-int4-int8' at graph 0.10789, graph 0.48811 left noenhanced font ',15' tc rgb '#222222' front
set label 'zq-int4-fp8' at graph 0.01799, graph 0.49227 left noenhanced font ',15' tc rgb '#222222' front
set label 'zq-fp4-int8' at graph 0.00576, graph 0.38597 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10051, graph 0.37051 to graph 0.08275, graph 0.37464 nohead lw 1 lc rgb '#888888'
set label 'zq-fp4-fp8' at graph 0.01544, graph 0.42269 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10051, graph 0.38134 to graph 0.08801, graph 0.41136 nohead lw 1 lc rgb '#888888'
set label 'zq-fp4-fp8-m1' at graph 0.12026, graph 0.34952 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09677, graph 0.40779 to graph 0.11841, graph 0.36085 nohead lw 1 lc rgb '#888888'
set label 'zq-fp4-fp8-m2' at graph 0.09023, graph 0.27867 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10349, graph 0.40903 to graph 0.10349, graph 0.29000 nohead lw 1 lc rgb '#888888'
set label 'zq-fp4-fp8-m2-lorc' at graph 0.13617, graph 0.39566 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-int8' at graph 0.33180, graph 0.06890 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-fp8' at graph 0.37385, graph 0.10513 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-e5m2' at graph 0.37385, graph 0.24458 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-e3m4' at graph 0.26466, graph 0.10721 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36647, graph 0.09175 to graph 0.34871, graph 0.09588 nohead lw 1 lc rgb '#888888'
set label 'w8a8-e2m5' at graph 0.45135, graph 0.08959 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36647, graph 0.08959 to graph 0.44950, graph 0.08959 nohead lw 1 lc rgb '#888888'
set label 'w8a8-fp8:a=a.e4m3.tensor' at graph 0.37169, graph 0.14631 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-int8-tensor' at graph 0.37385, graph 0.27596 left noenhanced font ',15' tc rgb '#222222' front
set label 'spike-w8a8' at graph 0.27001, graph 0.14535 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36647, graph 0.11549 to graph 0.35074, graph 0.13403 nohead lw 1 lc rgb '#888888'
set label 'spike-w8a8:policy=lottery' at graph 0.17766, graph 0.24496 left noenhanced font ',15' tc rgb '#222222' front
set label 'smoothquant-w8a8' at graph 0.33787, graph 0.19906 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36647, graph 0.09843 to graph 0.36647, graph 0.18773 nohead lw 1 lc rgb '#888888'
set label 'tuned-w8a8-int8' at graph 0.14131, graph 0.09268 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36647, graph 0.09268 to graph 0.25760, graph 0.09268 nohead lw 1 lc rgb '#888888'
set label 'tuned-w4a16' at graph 0.00611, graph 0.34303 left noenhanced font ',15' tc rgb '#222222' front
lower(v) = v
data = 'perplexity-bits-tiny-self-sampled-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-bits-tiny-self-sampled-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::37 using 1:($2) with points pt 7 ps 1.4 lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-bits-tiny-self-sampled-512-gptq.svg'.suffix
replot
unset output
