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
set label 'One number format alone, everything else in bfloat16' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'fireq, tiny on self-sampled, 16 windows of 512 tokens; full variant: perplexity 29.893, 4.371 above float32' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.05820
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.06080
set label 'perplexity minus float32 (95 % interval)' at screen 0.01800, screen 0.46777 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [-0.5:5.5]
set grid noxtics
set xtics nomirror scale 0 tc rgb '#222222' ('all' 0, 'W4' 1, 'A8' 2, 'KV4' 3, 'Q8' 4, 'P8' 5)
set yrange [-0.311576739011:5.09759647234]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '1' 1, '2' 2, '3' 3, '4' 4, '5' 5)
set grid ytics mytics
set label '4.37' at first 0, first 4.79632382 center offset 0, graph 0.02130 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3.24' at first 1, first 3.58083935 center offset 0, graph 0.02130 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.094' at first 2, first 0.149922893 center offset 0, graph 0.02130 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 3, first 1.06779579 center offset 0, graph 0.02130 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.002' at first 4, first 0.0134075564 center offset 0, graph 0.02130 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.013' at first 5, first 0.0219018812 center offset 0, graph 0.02130 noenhanced font ',15' tc rgb '#222222' boxed front
set arrow from graph 0, first 0 to graph 1, first 0 nohead lw 1 lc rgb '#555555'
base = 0
half = 0.34
lower(v) = v
data = 'only-one-fireq-tiny-self-sampled-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'only-one-fireq-tiny-self-sampled-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::5 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::5 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'only-one-fireq-tiny-self-sampled-512-gptq.svg'.suffix
replot
unset output
