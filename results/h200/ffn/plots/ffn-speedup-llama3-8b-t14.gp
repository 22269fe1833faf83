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
set label 'Feed-forward block: speed-up over bf16' at screen 0.02500, screen 0.96244 left noenhanced font ',22' tc rgb '#222222' front
set label 'llama3-8b, NVIDIA H200' at screen 0.02500, screen 0.93087 left noenhanced font ',15' tc rgb '#555555' front
set object rect from screen 0.03167, screen 0.88703 to screen 0.05000, screen 0.90564 fs solid noborder fc rgb '#0072b2'
set label 'batch 1 x 1024 tokens' at screen 0.06000, screen 0.89634 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.24140, screen 0.88703 to screen 0.25973, screen 0.90564 fs solid noborder fc rgb '#e69f00'
set label 'batch 4 x 1024 tokens' at screen 0.26973, screen 0.89634 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.45113, screen 0.88703 to screen 0.46947, screen 0.90564 fs solid noborder fc rgb '#009e73'
set label 'batch 16 x 1024 tokens' at screen 0.47947, screen 0.89634 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.66273, screen 0.89634 to screen 0.69107, screen 0.89634 nohead lw 2 dt (9,5) lc rgb '#aa3377'
set label 'bf16 = 1' at screen 0.69773, screen 0.89634 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.39300
set rmargin at screen 0.97000
set tmargin at screen 0.86285
set bmargin at screen 0.08279
set label 'speed-up (times, 95 % interval)' at screen 0.68150, screen 0.02326 center noenhanced font ',16' tc rgb '#222222' front
set yrange [9.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('w8a8-fp8 cublaslt' 0, 'w4a8-int8 sm90' 1, 'qserve-w4a8kv4 sm90' 2, 'fireq sm90_pdl' 3, 'fireq sm90 SwiGLU' 4, 'fireq sm90' 5, 'qserve_w4a8_chn products alone (imported)' 6, 'qserve_w4a8_g128 products alone (imported)' 7, 'fireq_int4fp8_linear_ndebug products alone (imported)' 8, 'vllm_w4a8_best products alone (imported)' 9)
set xrange [0:2.2796169097]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.0' 0, '0.5' 0.5, '1.0' 1, '1.5' 1.5, '2.0' 2)
set grid xtics mxtics
set arrow from first 1, graph 0 to first 1, graph 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '1.77' at first 1.76803801, first -0.273333333 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.89' at first 1.89598138, first 0.726666667 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.71' at first 1.71848864, first 1.72666667 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.78' at first 1.78612976, first 2.72666667 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.79' at first 1.78837117, first 3.72666667 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.78' at first 1.78226698, first 4.72666667 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.71' at first 0.706901836, first 5.72666667 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.57' at first 0.56762442, first 6.72666667 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.43' at first 1.42776313, first 7.72666667 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.56' at first 1.56449595, first 8.72666667 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.84' at first 1.84025342, first 0 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.06' at first 2.0652573, first 1 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.80' at first 1.80857252, first 2 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.87' at first 1.87783353, first 3 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.87' at first 1.87712416, first 4 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.88' at first 1.88541498, first 5 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.72' at first 0.722691743, first 6 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.59' at first 0.591804816, first 7 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.43' at first 1.42705991, first 8 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.69' at first 1.69359415, first 9 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.88' at first 1.91515497, first 0.273333333 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.89' at first 1.98908201, first 1.27333333 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.78' at first 1.84351187, first 2.27333333 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.00' at first 2.0916692, first 3.27333333 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.97' at first 2.09158392, first 4.27333333 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.99' at first 2.09656275, first 5.27333333 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.79' at first 0.793698359, first 6.27333333 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.64' at first 0.636494994, first 7.27333333 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.51' at first 1.50649743, first 8.27333333 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.75' at first 1.7514243, first 9.27333333 left offset graph 0.01300, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.125733333
lower(v) = v
data = 'ffn-speedup-llama3-8b-t14.tsv'
set terminal pngcairo noenhanced size 1200,860 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'ffn-speedup-llama3-8b-t14.png'.suffix
plot \
  data skip 1 every ::0::9 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::9 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::10::19 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#e69f00', \
  data skip 1 every ::10::19 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::20::29 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#009e73', \
  data skip 1 every ::20::29 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,860 font 'sans-serif,16' background '#ffffff'
set output 'ffn-speedup-llama3-8b-t14.svg'.suffix
replot
unset output
