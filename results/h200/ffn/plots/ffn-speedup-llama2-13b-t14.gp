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
set label 'Feed-forward block: speed-up over bf16' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'llama2-13b, NVIDIA H200' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set object rect from screen 0.03167, screen 0.87047 to screen 0.05000, screen 0.89180 fs solid noborder fc rgb '#0072b2'
set label 'batch 1 x 1024 tokens' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.24140, screen 0.87047 to screen 0.25973, screen 0.89180 fs solid noborder fc rgb '#e69f00'
set label 'batch 4 x 1024 tokens' at screen 0.26973, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.45113, screen 0.87047 to screen 0.46947, screen 0.89180 fs solid noborder fc rgb '#009e73'
set label 'batch 16 x 1024 tokens' at screen 0.47947, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.66273, screen 0.88113 to screen 0.69107, screen 0.88113 nohead lw 2 dt (9,5) lc rgb '#aa3377'
set label 'bf16 = 1' at screen 0.69773, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.17980
set rmargin at screen 0.97000
set tmargin at screen 0.84273
set bmargin at screen 0.09493
set label 'speed-up (times, 95 % interval)' at screen 0.57490, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [5.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('w8a8-fp8 cublaslt' 0, 'w4a8-int8 sm90' 1, 'qserve-w4a8kv4 sm90' 2, 'fireq sm90_pdl' 3, 'fireq sm90 SwiGLU' 4, 'fireq sm90' 5)
set xrange [0:2.26590834032]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.0' 0, '0.5' 0.5, '1.0' 1, '1.5' 1.5, '2.0' 2)
set grid xtics mxtics
set arrow from first 1, graph 0 to first 1, graph 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '1.70' at first 1.70206802, first -0.273333333 left offset graph 0.00949, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.91' at first 1.90978712, first 0.726666667 left offset graph 0.00949, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.73' at first 1.7311794, first 1.72666667 left offset graph 0.00949, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.77' at first 1.77821915, first 2.72666667 left offset graph 0.00949, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.77' at first 1.77681924, first 3.72666667 left offset graph 0.00949, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.77' at first 1.77317888, first 4.72666667 left offset graph 0.00949, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.83' at first 1.83408919, first 0 left offset graph 0.00949, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.07' at first 2.09348775, first 1 left offset graph 0.00949, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.79' at first 1.80144887, first 2 left offset graph 0.00949, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.88' at first 1.88308107, first 3 left offset graph 0.00949, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.88' at first 1.88539907, first 4 left offset graph 0.00949, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.89' at first 1.8913627, first 5 left offset graph 0.00949, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.90' at first 1.96679312, first 0.273333333 left offset graph 0.00949, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.93' at first 1.99300934, first 1.27333333 left offset graph 0.00949, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.73' at first 1.82721229, first 2.27333333 left offset graph 0.00949, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.00' at first 2.1303753, first 3.27333333 left offset graph 0.00949, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.95' at first 2.12705967, first 4.27333333 left offset graph 0.00949, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.97' at first 2.13304693, first 5.27333333 left offset graph 0.00949, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.125733333
lower(v) = v
data = 'ffn-speedup-llama2-13b-t14.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'ffn-speedup-llama2-13b-t14.png'.suffix
plot \
  data skip 1 every ::0::5 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::5 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::6::11 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#e69f00', \
  data skip 1 every ::6::11 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::12::17 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#009e73', \
  data skip 1 every ::12::17 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'ffn-speedup-llama2-13b-t14.svg'.suffix
replot
unset output
