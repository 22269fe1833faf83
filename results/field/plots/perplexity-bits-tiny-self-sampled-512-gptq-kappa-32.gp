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
set xrange [3.15087926171:41.0216046151]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('10' 10, '5' 5, '20' 20, '30' 30, '8' 8, '4' 4, '40' 40, '6' 6, '7' 7, '9' 9)
set grid xtics mxtics
set yrange [-28.6732024689:621.669015184]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '100' 100, '200' 200, '300' 300, '400' 400, '500' 500, '600' 600)
set grid ytics mytics
set label 'f32' at graph 0.91068, graph 0.08333 left noenhanced font ',15' tc rgb '#222222' front
set label 'bf16' at graph 0.64059, graph 0.08334 left noenhanced font ',15' tc rgb '#222222' front
set label 'w4a16-g128:w=w.int4.channel' at graph 0.08127, graph 0.43932 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09976, graph 0.09425 to graph 0.09976, graph 0.42799 nohead lw 1 lc rgb '#888888'
set label 'w4a16-g128' at graph 0.01224, graph 0.06835 left noenhanced font ',15' tc rgb '#222222' front
set label 'w4a16-g128:w=w.int4.g64.f16' at graph 0.14031, graph 0.03340 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.11660, graph 0.09167 to graph 0.13844, graph 0.04473 nohead lw 1 lc rgb '#888888'
set label 'finequant-w4a16' at graph 0.11995, graph 0.13445 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10546, graph 0.09310 to graph 0.11808, graph 0.12312 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8:w=w.int4.g128.f16.exact' at graph 0.18663, graph 0.49789 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10497, graph 0.09814 to graph 0.18477, graph 0.48656 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8' at graph 0.16041, graph 0.34223 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10498, graph 0.09796 to graph 0.15855, graph 0.33090 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8:amplifier=6' at graph 0.10991, graph 0.21781 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10497, graph 0.09941 to graph 0.10805, graph 0.20648 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8:amplifier=8' at graph 0.12015, graph 0.24923 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10497, graph 0.09825 to graph 0.11829, graph 0.23790 nohead lw 1 lc rgb '#888888'
set label 'integer-scale-w4a8:amplifier=10' at graph 0.11946, graph 0.13980 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10498, graph 0.09845 to graph 0.11760, graph 0.12847 nohead lw 1 lc rgb '#888888'
set label 'w4a8-int8' at graph 0.01528, graph 0.14081 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09976, graph 0.09947 to graph 0.08714, graph 0.12949 nohead lw 1 lc rgb '#888888'
set label 'w4a8-int8:method=output' at graph 0.09327, graph 0.02618 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09976, graph 0.09424 to graph 0.09976, graph 0.03751 nohead lw 1 lc rgb '#888888'
set label 'odyssey-w4a8' at graph 0.00825, graph 0.25903 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09976, graph 0.09234 to graph 0.09976, graph 0.24771 nohead lw 1 lc rgb '#888888'
set label 'fptq-w4a8' at graph 0.01877, graph 0.18372 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10497, graph 0.09198 to graph 0.09147, graph 0.17240 nohead lw 1 lc rgb '#888888'
set label 'fptq-w4a8:policy=uniform+a=a.int8.tensor' at graph 0.11242, graph 0.91667 left noenhanced font ',15' tc rgb '#222222' front
set label 'fptq-w4a8:policy=uniform' at graph 0.15175, graph 0.06941 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10497, graph 0.09814 to graph 0.14988, graph 0.08074 nohead lw 1 lc rgb '#888888'
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
set label 'zq-fp4-fp8-m1' at graph 0.04732, graph 0.36908 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.09677, graph 0.08931 to graph 0.09677, graph 0.35775 nohead lw 1 lc rgb '#888888'
set label 'zq-fp4-fp8-m2' at graph 0.10876, graph 0.06474 left noenhanced font ',15' tc rgb '#222222' front
set label 'zq-fp4-fp8-m2-lorc' at graph 0.15075, graph 0.10215 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.13095, graph 0.08669 to graph 0.14888, graph 0.09082 nohead lw 1 lc rgb '#888888'
set label 'w8a8-int8' at graph 0.37399, graph 0.29941 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36647, graph 0.08648 to graph 0.37212, graph 0.28808 nohead lw 1 lc rgb '#888888'
set label 'w8a8-fp8' at graph 0.29568, graph 0.10802 left noenhanced font ',15' tc rgb '#222222' front
set label 'w8a8-e5m2' at graph 0.38031, graph 0.17657 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36647, graph 0.08482 to graph 0.37845, graph 0.16524 nohead lw 1 lc rgb '#888888'
set label 'w8a8-e3m4' at graph 0.38626, graph 0.09889 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36647, graph 0.08343 to graph 0.38440, graph 0.08757 nohead lw 1 lc rgb '#888888'
set label 'w8a8-e2m5' at graph 0.27994, graph 0.29731 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36647, graph 0.08438 to graph 0.36479, graph 0.28599 nohead lw 1 lc rgb '#888888'
set label 'w8a8-fp8:a=a.e4m3.tensor' at graph 0.38096, graph 0.04224 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36647, graph 0.08359 to graph 0.37909, graph 0.05357 nohead lw 1 lc rgb '#888888'
set label 'w8a8-int8-tensor' at graph 0.37392, graph 0.63123 left noenhanced font ',15' tc rgb '#222222' front
set label 'spike-w8a8' at graph 0.47823, graph 0.08360 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36647, graph 0.08360 to graph 0.47637, graph 0.08360 nohead lw 1 lc rgb '#888888'
set label 'spike-w8a8:policy=lottery' at graph 0.35866, graph 0.42866 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36647, graph 0.08360 to graph 0.36647, graph 0.41734 nohead lw 1 lc rgb '#888888'
set label 'smoothquant-w8a8' at graph 0.39018, graph 0.14355 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36647, graph 0.08527 to graph 0.38831, graph 0.13222 nohead lw 1 lc rgb '#888888'
set label 'tuned-w8a8-int8' at graph 0.36849, graph 0.35605 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.36647, graph 0.08531 to graph 0.36663, graph 0.34472 nohead lw 1 lc rgb '#888888'
set label 'tuned-w4a16' at graph 0.17917, graph 0.17809 left noenhanced font ',15' tc rgb '#222222' front
set arrow from graph 0.10497, graph 0.08838 to graph 0.17731, graph 0.16677 nohead lw 1 lc rgb '#888888'
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
