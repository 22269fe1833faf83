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
set label 'Decode: tokens a second' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'llama2-7b, 2 threads, Intel(R) Xeon(R) Processor (amx)' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.06673
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.06080
set label 'tokens/s (median, 95 % interval)' at screen 0.01800, screen 0.46777 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [-0.5:0.5]
set grid noxtics
set xtics nomirror scale 0 tc rgb '#222222' ('fireq' 0)
set yrange [0:35.1896921127]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '5' 5, '10' 10, '15' 15, '20' 20, '25' 25, '30' 30, '35' 35)
set grid ytics mytics
set label '33.2' at first 0, first 33.2297453 center offset 0, graph 0.02130 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.34
lower(v) = v
data = 'decode-rate-llama2-7b-t2.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'decode-rate-llama2-7b-t2.png'.suffix
plot \
  data skip 1 every ::0::0 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'decode-rate-llama2-7b-t2.svg'.suffix
replot
unset output
