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
set label 'Prefill attention: speed-up over attention_prefill.amx1 fireq' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'head size 64 batch 1, 2 threads, Intel(R) Xeon(R) Processor (amx)' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set object rect from screen 0.03167, screen 0.87047 to screen 0.05000, screen 0.89180 fs solid noborder fc rgb '#0072b2'
set label 'T = 512' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.14513, screen 0.87047 to screen 0.16347, screen 0.89180 fs solid noborder fc rgb '#e69f00'
set label 'T = 2048' at screen 0.17347, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.26713, screen 0.87047 to screen 0.28547, screen 0.89180 fs solid noborder fc rgb '#009e73'
set label 'T = 8192' at screen 0.29547, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.38247, screen 0.88113 to screen 0.41080, screen 0.88113 nohead lw 2 dt (9,5) lc rgb '#aa3377'
set label 'attention_prefill.amx1 fireq = 1' at screen 0.41747, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.07100
set rmargin at screen 0.97000
set tmargin at screen 0.84273
set bmargin at screen 0.06080
set label 'speed-up (times, 95 % interval)' at screen 0.01800, screen 0.45177 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [-0.5:3.5]
set grid noxtics
set xtics nomirror scale 0 tc rgb '#222222' ('fireq amx1' 0, 'fireq amx2' 1, 'fireq amx3' 2, 'fireq avx512' 3)
set yrange [0:1.50271340797]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.0' 0, '0.2' 0.2, '0.4' 0.4, '0.6' 0.6, '0.8' 0.8, '1.0' 1, '1.2' 1.2, '1.4' 1.4)
set grid ytics mytics
set arrow from graph 0, first 1 to graph 1, first 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '1.00' at first -0.273333333, first 1 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.11' at first 0.726666667, first 1.1961112 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.06' at first 1.72666667, first 1.22796825 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.35' at first 2.72666667, first 0.374738639 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 0, first 1 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.08' at first 1, first 1.12731795 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.18' at first 2, first 1.26014735 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.26' at first 3, first 0.272862928 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 0.273333333, first 1 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.13' at first 1.27333333, first 1.25975656 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.27' at first 2.27333333, first 1.41559216 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.23' at first 3.27333333, first 0.247932595 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.125733333
lower(v) = v
data = 'attention-prefill-speedup-head-size-64-batch-1-t2.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'attention-prefill-speedup-head-size-64-batch-1-t2.png'.suffix
plot \
  data skip 1 every ::0::3 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::3 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::4::7 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#e69f00', \
  data skip 1 every ::4::7 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::8::11 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#009e73', \
  data skip 1 every ::8::11 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'attention-prefill-speedup-head-size-64-batch-1-t2.svg'.suffix
replot
unset output
