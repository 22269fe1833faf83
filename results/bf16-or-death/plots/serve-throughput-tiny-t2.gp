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
set label 'Tokens a second when all requests come at once' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'tiny, poisson requests, 2 threads, AMD EPYC' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.08380
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.06080
set label 'output tokens/s' at screen 0.01800, screen 0.46777 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [-0.5:3.5]
set grid noxtics
set xtics nomirror scale 0 tc rgb '#222222' ('bf16' 0, 'w8a8-fp8' 1, 'tuned-w8a8-int8' 2, 'tuned-w4a16' 3)
set yrange [0:1385.83615171]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '200' 200, '400' 400, '600' 600, '800' 800, '1000' 1000, '1200' 1200)
set grid ytics mytics
set label '955' at first 0, first 954.891729 center offset 0, graph 0.02130 noenhanced font ',15' tc rgb '#222222' boxed front
set label '969' at first 1, first 969.29007 center offset 0, graph 0.02130 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1309' at first 2, first 1308.64977 center offset 0, graph 0.02130 noenhanced font ',15' tc rgb '#222222' boxed front
set label '967' at first 3, first 967.392548 center offset 0, graph 0.02130 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.34
lower(v) = v
data = 'serve-throughput-tiny-t2.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'serve-throughput-tiny-t2.png'.suffix
plot \
  data skip 1 every ::0::3 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'serve-throughput-tiny-t2.svg'.suffix
replot
unset output
