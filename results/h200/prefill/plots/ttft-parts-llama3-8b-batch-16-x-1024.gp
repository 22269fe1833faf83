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
set label 'Time to first token by kernel' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'llama3-8b batch 16 x 1024, NVIDIA H200; parts by events between single launches, the whole as one graph' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set object rect from screen 0.03167, screen 0.87047 to screen 0.05000, screen 0.89180 fs solid noborder fc rgb '#0072b2'
set label 'row kernels' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.16927, screen 0.87047 to screen 0.18760, screen 0.89180 fs solid noborder fc rgb '#e69f00'
set label 'qkv' at screen 0.19760, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.25327, screen 0.87047 to screen 0.27160, screen 0.89180 fs solid noborder fc rgb '#009e73'
set label 'rope' at screen 0.28160, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.34353, screen 0.87047 to screen 0.36187, screen 0.89180 fs solid noborder fc rgb '#cc79a7'
set label 'attention' at screen 0.37187, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.46420, screen 0.87047 to screen 0.48253, screen 0.89180 fs solid noborder fc rgb '#d55e00'
set label 'o' at screen 0.49253, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.53233, screen 0.87047 to screen 0.55067, screen 0.89180 fs solid noborder fc rgb '#56b4e9'
set label 'gate and up' at screen 0.56067, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.67260, screen 0.87047 to screen 0.69093, screen 0.89180 fs solid noborder fc rgb '#000000'
set label 'embedding and head' at screen 0.70093, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.87447, screen 0.87047 to screen 0.89280, screen 0.89180 fs solid noborder fc rgb '#8c6d1f'
set label 'down' at screen 0.90280, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.07527
set rmargin at screen 0.97000
set tmargin at screen 0.84273
set bmargin at screen 0.06080
set label 'ms (median)' at screen 0.01800, screen 0.45177 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [-0.5:2.5]
set grid noxtics
set xtics nomirror scale 0 tc rgb '#222222' ('fireq:method=output, whole 202.8 ms' 0, 'fireq, whole 222.1 ms' 1, 'bf16, whole 378.4 ms' 2)
set yrange [0:398.853889147]
unset logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('0' 0, '50' 50, '100' 100, '150' 150, '200' 200, '250' 250, '300' 300, '350' 350)
set grid ytics mytics
set label '22' at first 1, first 29.6605439 center offset 0, graph 0.00000 noenhanced font ',15' tc rgb '#222222'  front
set label '38' at first 2, first 36.8391682 center offset 0, graph 0.00000 noenhanced font ',15' tc rgb '#222222'  front
set label '27' at first 2, first 73.1841445 center offset 0, graph 0.00000 noenhanced font ',15' tc rgb '#222222'  front
set label '26' at first 2, first 99.7662725 center offset 0, graph 0.00000 noenhanced font ',15' tc rgb '#222222'  front
set label '93' at first 0, first 112.526 center offset 0, graph 0.00000 noenhanced font ',15' tc rgb '#222222'  front
set label '100' at first 1, first 120.716864 center offset 0, graph 0.00000 noenhanced font ',15' tc rgb '#222222'  front
set label '175' at first 2, first 199.937393 center offset 0, graph 0.00000 noenhanced font ',15' tc rgb '#222222'  front
set label '44' at first 0, first 181.544544 center offset 0, graph 0.00000 noenhanced font ',15' tc rgb '#222222'  front
set label '204' at first 0, first 203.614016 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '50' at first 1, first 196.181664 center offset 0, graph 0.00000 noenhanced font ',15' tc rgb '#222222'  front
set label '221' at first 1, first 221.381632 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
set label '88' at first 2, first 331.697585 center offset 0, graph 0.00000 noenhanced font ',15' tc rgb '#222222'  front
set label '376' at first 2, first 375.729953 center offset 0, graph 0.02217 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.34
lower(v) = v
data = 'ttft-parts-llama3-8b-batch-16-x-1024.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'ttft-parts-llama3-8b-batch-16-x-1024.png'.suffix
plot \
  data skip 1 every ::0::2 using 5:4:($5-half):($5+half):3:4 with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::3::5 using 5:4:($5-half):($5+half):3:4 with boxxyerror fs solid 1 noborder lc rgb '#e69f00', \
  data skip 1 every ::6::8 using 5:4:($5-half):($5+half):3:4 with boxxyerror fs solid 1 noborder lc rgb '#009e73', \
  data skip 1 every ::9::11 using 5:4:($5-half):($5+half):3:4 with boxxyerror fs solid 1 noborder lc rgb '#cc79a7', \
  data skip 1 every ::12::14 using 5:4:($5-half):($5+half):3:4 with boxxyerror fs solid 1 noborder lc rgb '#d55e00', \
  data skip 1 every ::15::17 using 5:4:($5-half):($5+half):3:4 with boxxyerror fs solid 1 noborder lc rgb '#56b4e9', \
  data skip 1 every ::18::20 using 5:4:($5-half):($5+half):3:4 with boxxyerror fs solid 1 noborder lc rgb '#000000', \
  data skip 1 every ::21::23 using 5:4:($5-half):($5+half):3:4 with boxxyerror fs solid 1 noborder lc rgb '#8c6d1f'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'ttft-parts-llama3-8b-batch-16-x-1024.svg'.suffix
replot
unset output
