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
set label 'Time to first token: speed-up over bf16' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'tiny batch 1, 2 threads, AMD EPYC (avx2)' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set arrow from screen 0.02500, screen 0.88113 to screen 0.05333, screen 0.88113 nohead lw 2 dt (9,5) lc rgb '#aa3377'
set label 'bf16 = 1' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.15620
set rmargin at screen 0.97000
set tmargin at screen 0.84273
set bmargin at screen 0.09493
set label 'speed-up (times, 95 % interval)' at screen 0.56310, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [11.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('w4a16-g128' 0, 'finequant-w4a16' 1, 'integer-scale-w4a8' 2, 'odyssey-w4a8' 3, 'fptq-w4a8' 4, 'zq-fp4-fp8-m2' 5, 'zq-fp4-fp8-m2-lorc' 6, 'w8a8-int8' 7, 'w8a8-fp8' 8, 'spike-w8a8' 9, 'tuned-w8a8-int8' 10, 'tuned-w4a16' 11)
set xrange [0:1.81832431414]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.0' 0, '0.5' 0.5, '1.0' 1, '1.5' 1.5)
set grid xtics mxtics
set arrow from first 1, graph 0 to first 1, graph 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '0.99' at first 1.08972356, first 0 left offset graph 0.00922, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.95' at first 1.16317457, first 1 left offset graph 0.00922, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.22' at first 1.42549153, first 2 left offset graph 0.00922, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.21' at first 1.42279633, first 3 left offset graph 0.00922, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.19' at first 1.56412089, first 4 left offset graph 0.00922, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.88' at first 0.948185525, first 5 left offset graph 0.00922, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.70' at first 0.787516276, first 6 left offset graph 0.00922, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.27' at first 1.48834266, first 7 left offset graph 0.00922, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.10916181, first 8 left offset graph 0.00922, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.23' at first 1.71479885, first 9 left offset graph 0.00922, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.31' at first 1.62266316, first 10 left offset graph 0.00922, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.03' at first 1.26351735, first 11 left offset graph 0.00922, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.34
lower(v) = v
data = 'prefill-speedup-tiny-batch-1-t2.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'prefill-speedup-tiny-batch-1-t2.png'.suffix
plot \
  data skip 1 every ::0::11 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::11 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'prefill-speedup-tiny-batch-1-t2.svg'.suffix
replot
unset output
