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
set lmargin at screen 0.16967
set rmargin at screen 0.97000
set tmargin at screen 0.81073
set bmargin at screen 0.09493
set label 'tokens/s (median, 95 % interval)' at screen 0.56983, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set yrange [3.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('bf16' 0, 'w4a8-int8' 1, 'fireq' 2, 'fireq:method=output' 3)
set xrange [0:16694.3380328]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '2000' 2000, '4000' 4000, '6000' 6000, '8000' 8000, '10000' 10000, '12000' 12000, '14000' 14000, '16000' 16000)
set grid xtics mxtics
set label '193' at first 192.858175, first -0.341666667 left offset graph 0.00937, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '416' at first 416.921923, first 0.658333333 left offset graph 0.00937, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '403' at first 403.646971, first 1.65833333 left offset graph 0.00937, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '453' at first 453.732513, first 2.65833333 left offset graph 0.00937, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2680' at first 2681.69674, first -0.205 left offset graph 0.00937, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '4634' at first 4638.34153, first 0.795 left offset graph 0.00937, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5119' at first 5128.57518, first 1.795 left offset graph 0.00937, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '5659' at first 5662.22309, first 2.795 left offset graph 0.00937, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '8143' at first 8144.5905, first -0.0683333333 left offset graph 0.00937, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '10867' at first 10875.1404, first 0.931666667 left offset graph 0.00937, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '13971' at first 14005.6384, first 1.93166667 left offset graph 0.00937, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '15464' at first 15477.5495, first 2.93166667 left offset graph 0.00937, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '177' at first 177.352762, first 0.0683333333 left offset graph 0.00937, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '412' at first 412.712451, first 3.06833333 left offset graph 0.00937, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1627' at first 1627.38658, first 0.205 left offset graph 0.00937, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '3920' at first 3931.50616, first 3.205 left offset graph 0.00937, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2796' at first 2802.87101, first 0.341666667 left offset graph 0.00937, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '6868' at first 6978.60813, first 3.34166667 left offset graph 0.00937, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.0628666667
lower(v) = v
data = 'decode-rate-llama3-8b-t8.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'decode-rate-llama3-8b-t8.png'.suffix
plot \
  data skip 1 every ::0::3 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::3 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::4::7 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#e69f00', \
  data skip 1 every ::4::7 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::8::11 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#009e73', \
  data skip 1 every ::8::11 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::12::13 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#cc79a7', \
  data skip 1 every ::12::13 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::14::15 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#d55e00', \
  data skip 1 every ::14::15 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::16::17 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#56b4e9', \
  data skip 1 every ::16::17 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'decode-rate-llama3-8b-t8.svg'.suffix
replot
unset output
