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
set label '28672 x 4096, NVIDIA H200' at screen 0.02500, screen 0.97659 left noenhanced font ',15' tc rgb '#555555' front
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
set xrange [0:1.95196524015]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.0' 0, '0.5' 0.5, '1.0' 1, '1.5' 1.5)
set grid xtics mxtics
set arrow from first 1, graph 0 to first 1, graph 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '1.53' at first 1.65104358, first -0.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.68' at first 1.8190549, first 0.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.28' at first 1.38794421, first 1.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.53' at first 1.6592475, first 2.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.00378811, first 3.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.53' at first 0.530330318, first 4.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.90' at first 0.905618951, first 5.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.16' at first 1.15855121, first 6.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.82' at first 0.817162835, first 7.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.20' at first 0.197872247, first 8.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.26' at first 1.25646246, first 9.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.46' at first 1.46373624, first -0.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.58' at first 1.58568854, first 0.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.21' at first 1.21535665, first 1.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.42' at first 1.42539747, first 2.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.9966946, first 3.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.53' at first 0.535921879, first 4.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.90' at first 0.900157097, first 5.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.16' at first 1.16443729, first 6.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.83' at first 0.833341517, first 7.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.35' at first 0.349627651, first 8.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.29' at first 1.28600914, first 9.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.32' at first 1.32371241, first -0.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.42' at first 1.41984469, first 0.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.05' at first 1.05779303, first 1.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.52' at first 1.52107877, first 2.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.994024184, first 3.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.53' at first 0.535321166, first 4.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.87' at first 0.876587966, first 5.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.71' at first 0.708793177, first 6.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.518111713, first 7.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.27' at first 0.265650147, first 8.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.12' at first 1.12437991, first 9.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.14' at first 1.1461753, first -0.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.19' at first 1.19479858, first 0.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.992656822, first 1.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.33' at first 1.33554399, first 2.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.98' at first 0.985731195, first 3.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.530542407, first 4.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.85' at first 0.856484326, first 5.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.54' at first 0.541053054, first 6.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.31' at first 0.311775478, first 7.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.35' at first 0.353150007, first 8.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.932241315, first 9.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.05' at first 1.05709396, first -0.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.07' at first 1.0773359, first 0.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.930645922, first 1.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.11' at first 1.11235524, first 2.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.95' at first 0.956540653, first 3.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.53' at first 0.531504488, first 4.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.931102732, first 5.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.39' at first 0.392494793, first 6.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.33' at first 0.33223115, first 7.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.75' at first 0.749609639, first 8.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.84' at first 0.835013041, first 9.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 0.997368722, first 0.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.00503918, first 1.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 0.887451536, first 2.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.10' at first 1.112235, first 3.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.90' at first 0.906126516, first 4.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.53' at first 0.533083954, first 5.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 0.91501839, first 6.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.35' at first 0.352718541, first 7.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.29' at first 0.294836511, first 8.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.72' at first 0.721971942, first 9.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.78' at first 0.782161366, first 10.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.987354606, first 0.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.996016757, first 1.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.88' at first 0.884330901, first 2.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.08' at first 1.08136972, first 3.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.90' at first 0.90210433, first 4.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.516518986, first 5.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.98' at first 0.987204153, first 6.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.34' at first 0.33784442, first 7.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.28' at first 0.278843758, first 8.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.70' at first 0.696321049, first 9.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.80' at first 0.796759128, first 10.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.97394777, first 0.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.98' at first 0.977937962, first 1.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.88' at first 0.878714666, first 2.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.06' at first 1.06165727, first 3.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.90' at first 0.899152448, first 4.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.51' at first 0.513416008, first 5.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.02' at first 1.02514544, first 6.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.33' at first 0.327812853, first 7.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.28' at first 0.275385718, first 8.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.68' at first 0.67719544, first 9.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.79' at first 0.78606819, first 10.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.03' at first 1.03352363, first 0.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.03' at first 1.03646695, first 1.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.928629326, first 2.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.15' at first 1.15166563, first 3.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.96' at first 0.959514733, first 4.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.524482002, first 5.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.08' at first 1.08489566, first 6.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.35' at first 0.350467658, first 7.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.29' at first 0.288298589, first 8.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.70' at first 0.695473358, first 9.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.83' at first 0.833773008, first 10.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.03' at first 1.03213476, first 0.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.03' at first 1.03383093, first 1.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.929767145, first 2.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.09' at first 1.1430793, first 3.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.94' at first 0.939469731, first 4.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.53' at first 0.528884318, first 5.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.934028448, first 6.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.35' at first 0.3510355, first 7.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.29' at first 0.286398472, first 8.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.68' at first 0.677660456, first 9.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.78' at first 0.779412776, first 10.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.03772
lower(v) = v
data = 'gemm-speedup-28672-x-4096-t14.tsv'
set terminal pngcairo noenhanced size 1200,2540 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'gemm-speedup-28672-x-4096-t14.png'.suffix
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
set output 'gemm-speedup-28672-x-4096-t14.svg'.suffix
replot
unset output
