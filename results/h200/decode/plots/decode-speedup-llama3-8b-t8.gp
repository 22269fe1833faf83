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
set label 'Decode: speed-up over bf16' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'llama3-8b, NVIDIA H200' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set object rect from screen 0.03167, screen 0.87047 to screen 0.05000, screen 0.89180 fs solid noborder fc rgb '#0072b2'
set label 'prompt of 1024, batch 1' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.25447, screen 0.87047 to screen 0.27280, screen 0.89180 fs solid noborder fc rgb '#e69f00'
set label 'prompt of 1024, batch 16' at screen 0.28280, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.48580, screen 0.87047 to screen 0.50413, screen 0.89180 fs solid noborder fc rgb '#009e73'
set label 'prompt of 1024, batch 64' at screen 0.51413, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.71713, screen 0.87047 to screen 0.73547, screen 0.89180 fs solid noborder fc rgb '#cc79a7'
set label 'prompt of 8176, batch 1' at screen 0.74547, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.03167, screen 0.83847 to screen 0.05000, screen 0.85980 fs solid noborder fc rgb '#d55e00'
set label 'prompt of 8176, batch 16' at screen 0.06000, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.26300, screen 0.83847 to screen 0.28133, screen 0.85980 fs solid noborder fc rgb '#56b4e9'
set label 'prompt of 8176, batch 64' at screen 0.29133, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.48767, screen 0.84913 to screen 0.51600, screen 0.84913 nohead lw 2 dt (9,5) lc rgb '#aa3377'
set label 'bf16 = 1' at screen 0.52267, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.07100
set rmargin at screen 0.97000
set tmargin at screen 0.81073
set bmargin at screen 0.06080
set label 'speed-up (times, 95 % interval)' at screen 0.01800, screen 0.43577 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [-0.5:2.5]
set grid noxtics
set xtics nomirror scale 0 tc rgb '#222222' ('w4a8-int8' 0, 'fireq' 1, 'fireq:method=output' 2)
set yrange [0:2.64999906026]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.0' 0, '0.5' 0.5, '1.0' 1, '1.5' 1.5, '2.0' 2, '2.5' 2.5)
set grid ytics mytics
set arrow from graph 0, first 1 to graph 1, first 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '2.16' at first -0.341666667, first 2.1634515 center offset 0, graph 0.02311 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.09' at first 0.658333333, first 2.09456639 center offset 0, graph 0.02311 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.35' at first 1.65833333, first 2.35446551 center offset 0, graph 0.02311 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.73' at first -0.205, first 1.7306412 center offset 0, graph 0.02311 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.91' at first 0.795, first 1.91413333 center offset 0, graph 0.02311 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.11' at first 1.795, first 2.11263482 center offset 0, graph 0.02311 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.33' at first -0.0683333333, first 1.33525933 center offset 0, graph 0.02311 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.72' at first 0.931666667, first 1.71992227 center offset 0, graph 0.02311 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.90' at first 1.93166667, first 1.90112843 center offset 0, graph 0.02311 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.33' at first 2.06833333, first 2.32821651 center offset 0, graph 0.02311 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.41' at first 2.205, first 2.41725309 center offset 0, graph 0.02311 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.46' at first 2.34166667, first 2.4898071 center offset 0, graph 0.02311 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.0628666667
lower(v) = v
data = 'decode-speedup-llama3-8b-t8.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'decode-speedup-llama3-8b-t8.png'.suffix
plot \
  data skip 1 every ::0::2 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::2 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::3::5 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#e69f00', \
  data skip 1 every ::3::5 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::6::8 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#009e73', \
  data skip 1 every ::6::8 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::9::9 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#cc79a7', \
  data skip 1 every ::9::9 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::10::10 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#d55e00', \
  data skip 1 every ::10::10 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::11::11 using 5:2:($5-half):($5+half):(base):2 with boxxyerror fs solid 1 noborder lc rgb '#56b4e9', \
  data skip 1 every ::11::11 using 5:(lower($3)):(0):($4-lower($3)) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'decode-speedup-llama3-8b-t8.svg'.suffix
replot
unset output
