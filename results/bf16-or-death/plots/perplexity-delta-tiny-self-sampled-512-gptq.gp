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
set label 'What quantization costs: perplexity above the float32 model' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'tiny on self-sampled, 32 windows of 512 tokens, protocol gptq' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.20927
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'perplexity minus reference (95 % interval)' at screen 0.58963, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [6.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('bf16' 0, 'w8a8-fp8' 1, 'w8a8-int8' 2, 'tuned-w8a8-int8' 3, 'w4a16-g128' 4, 'tuned-w4a16' 5, 'w4a16-g128:method=gptq' 6)
set xrange [-0.280828700411:3.61502068509]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.0' 0, '0.5' 0.5, '1.0' 1, '1.5' 1.5, '2.0' 2, '2.5' 2.5, '3.0' 3, '3.5' 3.5)
set grid xtics mxtics
set label '0.001' at first 0.00514014395, first 0 left offset graph 0.00986, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.16' at first 0.218852408, first 1 left offset graph 0.00986, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.10' at first 0.14131588, first 2 left offset graph 0.00986, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.056' at first 0.0855461304, first 3 left offset graph 0.00986, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.02' at first 3.33677012, first 4 left offset graph 0.00986, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.33' at first 1.4920609, first 5 left offset graph 0.00986, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.82' at first 2.02419219, first 6 left offset graph 0.00986, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set arrow from first 0, graph 0 to first 0, graph 1 nohead lw 1 lc rgb '#555555'
base = 0
half = 0.34
lower(v) = v
data = 'perplexity-delta-tiny-self-sampled-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'perplexity-delta-tiny-self-sampled-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::6 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::6 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'perplexity-delta-tiny-self-sampled-512-gptq.svg'.suffix
replot
unset output
