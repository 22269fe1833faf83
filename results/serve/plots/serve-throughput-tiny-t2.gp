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
set object rect from screen 0.03167, screen 0.87047 to screen 0.05000, screen 0.89180 fs solid noborder fc rgb '#0072b2'
set label '16 slots' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.14393, screen 0.87047 to screen 0.16227, screen 0.89180 fs solid noborder fc rgb '#e69f00'
set label '1 slot' at screen 0.17227, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.24073, screen 0.87047 to screen 0.25907, screen 0.89180 fs solid noborder fc rgb '#009e73'
set label '4 slots' at screen 0.26907, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.08380
set rmargin at screen 0.97000
set tmargin at screen 0.84273
set bmargin at screen 0.06080
set label 'output tokens/s' at screen 0.01800, screen 0.45177 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [-0.5:4.5]
set grid noxtics
set xtics nomirror scale 0 tc rgb '#222222' ('bf16' 0, 'w8a8-fp8' 1, 'w8a8-int8' 2, 'w4a16-g128' 3, 'fireq' 4)
set yrange [0:1825.51497228]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '200' 200, '400' 400, '600' 600, '800' 800, '1000' 1000, '1200' 1200, '1400' 1400, '1600' 1600, '1800' 1800)
set grid ytics mytics
set label '1261' at first -0.273333333, first 1261.02058 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1259' at first 0.726666667, first 1258.52071 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1720' at first 1.72666667, first 1719.67899 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1264' at first 2.72666667, first 1264.40107 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1190' at first 3.72666667, first 1190.14765 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '414' at first 0, first 414.066735 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '832' at first 2, first 832.316258 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '616' at first 4, first 615.915255 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '969' at first 0.273333333, first 968.758483 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1279' at first 2.27333333, first 1278.64237 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '989' at first 4.27333333, first 989.133384 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.125733333
lower(v) = v
data = 'serve-throughput-tiny-t2.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'serve-throughput-tiny-t2.png'.suffix
plot \
  data skip 1 every ::0::4 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::5::7 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#e69f00', \
  data skip 1 every ::8::10 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#009e73'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'serve-throughput-tiny-t2.svg'.suffix
replot
unset output
