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
set label 'smollm2-135m, 2 threads, Intel(R) Xeon(R) Processor (amx)' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set lmargin at screen 0.07527
set rmargin at screen 0.97000
set tmargin at screen 0.87473
set bmargin at screen 0.06080
set label 'tokens/s (median, 95 % interval)' at screen 0.01800, screen 0.46777 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [-0.5:2.5]
set grid noxtics
set xtics nomirror scale 0 tc rgb '#222222' ('bf16' 0, 'w4a8-int8' 1, 'fireq' 2)
set yrange [0:271.917097503]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '50' 50, '100' 100, '150' 150, '200' 200, '250' 250)
set grid ytics mytics
set label '97' at first 0, first 97.0123142 center offset 0, graph 0.02130 noenhanced font ',15' tc rgb '#222222' boxed front
set label '257' at first 1, first 256.772235 center offset 0, graph 0.02130 noenhanced font ',15' tc rgb '#222222' boxed front
set label '227' at first 2, first 227.257662 center offset 0, graph 0.02130 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.34
lower(v) = v
data = 'decode-rate-smollm2-135m-t2.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'decode-rate-smollm2-135m-t2.png'.suffix
plot \
  data skip 1 every ::0::2 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#0072b2'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'decode-rate-smollm2-135m-t2.svg'.suffix
replot
unset output
