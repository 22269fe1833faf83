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
set label 'fireq+, tiny on self-sampled, 16 windows of 512 tokens; full variant: perplexity 27.181, 1.659 above float32' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.12367
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.09493
set label 'perplexity minus that of the full variant (95 % interval)' at screen 0.54683, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [9.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('no W4' 0, 'no A8' 1, 'no KV4' 2, 'no Q8' 3, 'no P8' 4, 'no tensor' 5, 'no awq' 6, 'no key-search' 7, 'no key-offset' 8, 'no gptq-books' 9)
set xrange [-1.62893445977:2.00780411794]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('-1.5' -1.5, '-1.0' -1, '-0.5' -0.5, '0.0' 0, '0.5' 0.5, '1.0' 1, '1.5' 1.5, '2.0' 2)
set grid xtics mxtics
set label '-1.14' at first -1.37612455, first 0 right offset graph -0.00886, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '-0.09' at first -0.176069145, first 1 right offset graph -0.00886, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '-0.50' at first -0.625672521, first 2 right offset graph -0.00886, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '-0.012' at first -0.0724844835, first 3 right offset graph -0.00886, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '-0.11' at first -0.184328695, first 4 right offset graph -0.00886, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.043' at first 0.208790251, first 5 left offset graph 0.00886, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '-0.09' at first -0.311352769, first 6 right offset graph -0.00886, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.07' at first 0.222895386, first 7 left offset graph 0.00886, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.25' at first 0.384776729, first 8 left offset graph 0.00886, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.36' at first 1.75499421, first 9 left offset graph 0.00886, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set arrow from first 0, graph 0 to first 0, graph 1 nohead lw 1 lc rgb '#555555'
base = 0
half = 0.34
lower(v) = v
data = 'leave-one-out-fireq+-tiny-self-sampled-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'leave-one-out-fireq+-tiny-self-sampled-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::9 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::9 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'leave-one-out-fireq+-tiny-self-sampled-512-gptq.svg'.suffix
replot
unset output
