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
set label 'Leave one out: what perplexity does without one step (below 0: the step costs, above: it helps)' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'fireq, tiny on self-sampled, 16 windows of 512 tokens; full variant: perplexity 29.893, 4.371 above float32' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.06300
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.06080
set label 'perplexity minus that of the full variant (95 % interval)' at screen 0.01800, screen 0.46777 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [-0.5:8.5]
set grid noxtics
set xtics nomirror scale 0 tc rgb '#222222' ('no W4' 0, 'no A8' 1, 'no KV4' 2, 'no Q8' 3, 'no P8' 4, 'no tensor' 5, 'no channel' 6, 'no pre-rope' 7, 'no post-rope' 8)
set yrange [-4.07573405425:0.749908704599]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('-4.0' -4, '-3.5' -3.5, '-3.0' -3, '-2.5' -2.5, '-2.0' -2, '-1.5' -1.5, '-1.0' -1, '-0.5' -0.5, '0.0' 0, '0.5' 0.5)
set grid ytics mytics
set label '-3.43' at first 0, first -3.80696208 center offset 0, graph -0.02130 noenhanced font ',15' tc rgb '#222222' boxed front
set label '-0.27' at first 1, first -0.503962278 center offset 0, graph -0.02130 noenhanced font ',15' tc rgb '#222222' boxed front
set label '-1.02' at first 2, first -1.27184807 center offset 0, graph -0.02130 noenhanced font ',15' tc rgb '#222222' boxed front
set label '-0.13' at first 3, first -0.363724156 center offset 0, graph -0.02130 noenhanced font ',15' tc rgb '#222222' boxed front
set label '-0.056' at first 4, first -0.272668545 center offset 0, graph -0.02130 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0' at first 5, first 0 center offset 0, graph 0.02130 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.15' at first 6, first 0.481136727 center offset 0, graph 0.02130 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.22' at first 7, first 0.424562413 center offset 0, graph 0.02130 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.059' at first 8, first 0.322597099 center offset 0, graph 0.02130 noenhanced font ',15' tc rgb '#222222' boxed front
set arrow from graph 0, first 0 to graph 1, first 0 nohead lw 1 lc rgb '#555555'
base = 0
half = 0.34
lower(v) = v
data = 'leave-one-out-fireq-tiny-self-sampled-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'leave-one-out-fireq-tiny-self-sampled-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::8 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::8 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'leave-one-out-fireq-tiny-self-sampled-512-gptq.svg'.suffix
replot
unset output
