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
set label 'Linear layer: speed-up over gemm_f8f8.cublaslt' at screen 0.02500, screen 0.98728 left noenhanced font ',22' tc rgb '#222222' front
set label '4096 x 14336, NVIDIA H200' at screen 0.02500, screen 0.97659 left noenhanced font ',15' tc rgb '#555555' front
set object rect from screen 0.03167, screen 0.96175 to screen 0.05000, screen 0.96805 fs solid noborder fc rgb '#0072b2'
set label 'M = 1' at screen 0.06000, screen 0.96490 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.13140, screen 0.96175 to screen 0.14973, screen 0.96805 fs solid noborder fc rgb '#e69f00'
set label 'M = 16' at screen 0.15973, screen 0.96490 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.23967, screen 0.96175 to screen 0.25800, screen 0.96805 fs solid noborder fc rgb '#009e73'
set label 'M = 64' at screen 0.26800, screen 0.96490 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.34793, screen 0.96175 to screen 0.36627, screen 0.96805 fs solid noborder fc rgb '#cc79a7'
set label 'M = 128' at screen 0.37627, screen 0.96490 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.46473, screen 0.96175 to screen 0.48307, screen 0.96805 fs solid noborder fc rgb '#d55e00'
set label 'M = 256' at screen 0.49307, screen 0.96490 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.58153, screen 0.96175 to screen 0.59987, screen 0.96805 fs solid noborder fc rgb '#56b4e9'
set label 'M = 512' at screen 0.60987, screen 0.96490 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.69833, screen 0.96175 to screen 0.71667, screen 0.96805 fs solid noborder fc rgb '#000000'
set label 'M = 1024' at screen 0.72667, screen 0.96490 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.82367, screen 0.96175 to screen 0.84200, screen 0.96805 fs solid noborder fc rgb '#8c6d1f'
set label 'M = 2048' at screen 0.85200, screen 0.96490 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.03167, screen 0.95230 to screen 0.05000, screen 0.95860 fs solid noborder fc rgb '#882255'
set label 'M = 4096' at screen 0.06000, screen 0.95545 left noenhanced font ',16' tc rgb '#222222' front
set object rect from screen 0.15700, screen 0.95230 to screen 0.17533, screen 0.95860 fs solid noborder fc rgb '#7fbf3f'
set label 'M = 8192' at screen 0.18533, screen 0.95545 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.27567, screen 0.95545 to screen 0.30400, screen 0.95545 nohead lw 2 dt (9,5) lc rgb '#aa3377'
set label 'gemm_f8f8.cublaslt = 1' at screen 0.31067, screen 0.95545 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.28953
set rmargin at screen 0.97000
set tmargin at screen 0.94411
set bmargin at screen 0.02803
set label 'speed-up (times, 95 % interval)' at screen 0.62977, screen 0.00787 center noenhanced font ',16' tc rgb '#222222' front
set yrange [10.5:-0.5]
set grid noytics
set ytics nomirror scale 0 tc rgb '#222222' ('i4f8.sm90' 0, 'i4f8.sm90_pdl' 1, 'i4f8.sm90_book' 2, 'i4i8.sm90' 3, 'f8f8.cublaslt_full' 4, 'bf16.cublaslt' 5, 'i8i8.cublaslt' 6, 'qserve_w4a8_chn (imported)' 7, 'qserve_w4a8_g128 (imported)' 8, 'fireq_int4fp8_linear_ndebug (imported)' 9, 'vllm_w4a8_best (imported)' 10)
set xrange [0:2.24223635293]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.0' 0, '0.5' 0.5, '1.0' 1, '1.5' 1.5, '2.0' 2)
set grid xtics mxtics
set arrow from first 1, graph 0 to first 1, graph 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '1.88' at first 1.89070552, first -0.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.08' at first 2.0895613, first 0.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.55' at first 1.56171066, first 1.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.95' at first 1.9563719, first 2.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.997367347, first 3.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.59' at first 0.600296887, first 4.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.01440345, first 5.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.47' at first 0.470220325, first 6.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.42' at first 0.42322026, first 7.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.24' at first 0.23509273, first 8.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.48' at first 0.481466198, first 9.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.87' at first 1.87495029, first -0.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.07' at first 2.08463379, first 0.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.56' at first 1.5656982, first 1.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.99' at first 2.00271684, first 2.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.997549899, first 3.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.60' at first 0.610192862, first 4.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.02' at first 1.02659068, first 5.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.49' at first 0.487678432, first 6.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.44' at first 0.44005009, first 7.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.26' at first 0.256458251, first 8.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.50' at first 0.50284293, first 9.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.30' at first 1.30953349, first -0.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.43' at first 1.43202713, first 0.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.04' at first 1.04743964, first 1.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.42' at first 1.42423707, first 2.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.00099268, first 3.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.518053342, first 4.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.92' at first 0.924940992, first 5.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.43' at first 0.430802151, first 6.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.39' at first 0.393813187, first 7.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.26' at first 0.262444848, first 8.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.45' at first 0.453597233, first 9.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.20' at first 1.20627208, first -0.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.29' at first 1.29795122, first 0.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.06' at first 1.06860043, first 1.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.28' at first 1.28656035, first 2.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.994372335, first 3.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.55' at first 0.552898149, first 4.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.80' at first 0.805323169, first 5.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.38' at first 0.384744037, first 6.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.33' at first 0.330498698, first 7.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.35' at first 0.348769524, first 8.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.48' at first 0.481544816, first 9.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.98' at first 0.977804322, first -0.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.00980515, first 0.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.84' at first 0.840379253, first 1.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.14' at first 1.14371506, first 2.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.95' at first 0.95416971, first 3.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.55' at first 0.550107725, first 4.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.77' at first 0.77904162, first 5.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.40' at first 0.395260763, first 6.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.31' at first 0.307505125, first 7.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.56' at first 0.556677733, first 8.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.56' at first 0.563655539, first 9.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 0.888308336, first 0.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.90' at first 0.900891212, first 1.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.76' at first 0.766855021, first 2.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.12' at first 1.13054821, first 3.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.972423516, first 4.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.53' at first 0.525925868, first 5.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.970099826, first 6.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.39' at first 0.385975268, first 7.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.28' at first 0.282274139, first 8.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.71' at first 0.713679586, first 9.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.68' at first 0.681568527, first 10.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 0.99876535, first 0.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.0146676, first 1.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.92' at first 0.916327602, first 2.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.10' at first 1.11878842, first 3.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.930216683, first 4.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.523693139, first 5.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.02' at first 1.02600207, first 6.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.36' at first 0.363275874, first 7.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.27' at first 0.27248911, first 8.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.69' at first 0.689523815, first 9.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.86' at first 0.855982625, first 10.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.99597453, first 0.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.00203897, first 1.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.88' at first 0.884951557, first 2.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.11' at first 1.11861928, first 3.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.90' at first 0.903233627, first 4.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.520103763, first 5.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.03' at first 1.0285934, first 6.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.36' at first 0.361476936, first 7.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.28' at first 0.277816409, first 8.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.67' at first 0.667188479, first 9.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.82' at first 0.819091457, first 10.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.01117756, first 0.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.01252808, first 1.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 0.899828074, first 2.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.13' at first 1.14142103, first 3.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 0.914679802, first 4.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.519939232, first 5.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.04' at first 1.04745313, first 6.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.36' at first 0.363868653, first 7.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.28' at first 0.282121172, first 8.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.66' at first 0.663278189, first 9.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.82' at first 0.822083431, first 10.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.0075276, first 0.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.00952388, first 1.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 0.895136065, first 2.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.14' at first 1.14514458, first 3.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.928069884, first 4.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.517448173, first 5.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.05' at first 1.05663189, first 6.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.36' at first 0.363648147, first 7.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.28' at first 0.279424329, first 8.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.66' at first 0.658295473, first 9.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.80' at first 0.79733913, first 10.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.03772
lower(v) = v
data = 'gemm-speedup-4096-x-14336-t14.tsv'
set terminal pngcairo noenhanced size 1200,2540 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'gemm-speedup-4096-x-14336-t14.png'.suffix
plot \
  data skip 1 every ::0::10 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#0072b2', \
  data skip 1 every ::0::10 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::11::21 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#e69f00', \
  data skip 1 every ::11::21 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::22::32 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#009e73', \
  data skip 1 every ::22::32 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::33::43 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#cc79a7', \
  data skip 1 every ::33::43 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::44::54 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#d55e00', \
  data skip 1 every ::44::54 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::55::65 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#56b4e9', \
  data skip 1 every ::55::65 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::66::76 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#000000', \
  data skip 1 every ::66::76 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::77::87 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#8c6d1f', \
  data skip 1 every ::77::87 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::88::98 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#882255', \
  data skip 1 every ::88::98 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222', \
  data skip 1 every ::99::109 using 2:5:(base):2:($5-half):($5+half) with boxxyerror fs solid 1 noborder lc rgb '#7fbf3f', \
  data skip 1 every ::99::109 using (lower($3)):5:($4-lower($3)):(0) with vectors nohead lw 1.8 lc rgb '#222222'
set terminal svg noenhanced size 1200,2540 font 'sans-serif,16' background '#ffffff'
set output 'gemm-speedup-4096-x-14336-t14.svg'.suffix
replot
unset output
