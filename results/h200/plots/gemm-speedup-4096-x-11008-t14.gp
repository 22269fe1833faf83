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
set label '4096 x 11008, NVIDIA H200' at screen 0.02500, screen 0.97659 left noenhanced font ',15' tc rgb '#555555' front
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
set xrange [0:2.31414727548]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.0' 0, '0.5' 0.5, '1.0' 1, '1.5' 1.5, '2.0' 2)
set grid xtics mxtics
set arrow from first 1, graph 0 to first 1, graph 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '1.88' at first 1.8984622, first -0.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.14' at first 2.14586676, first 0.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.54' at first 1.54138682, first 1.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.94' at first 1.94303423, first 2.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.997140883, first 3.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.61' at first 0.609015194, first 4.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.02' at first 1.021938, first 5.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.50' at first 0.499967428, first 6.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.45' at first 0.452243264, first 7.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.23' at first 0.23277081, first 8.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.51' at first 0.51063233, first 9.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.88' at first 1.8853334, first -0.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '2.15' at first 2.15657577, first 0.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.54' at first 1.54277458, first 1.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.98' at first 1.99260333, first 2.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.00746696, first 3.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.62' at first 0.619275035, first 4.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.06' at first 1.06530313, first 5.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.516040044, first 6.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.47' at first 0.467438697, first 7.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.28' at first 0.279811653, first 8.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.54' at first 0.536875198, first 9.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.23' at first 1.23912059, first -0.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.38' at first 1.38188495, first 0.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.0168515, first 1.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.32' at first 1.32632862, first 2.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.0019778, first 3.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.57' at first 0.572184563, first 4.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.90' at first 0.906625595, first 5.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.43' at first 0.434445222, first 6.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.40' at first 0.399892008, first 7.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.28' at first 0.275824518, first 8.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.46' at first 0.458013778, first 9.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.17' at first 1.17357375, first -0.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.29' at first 1.29471832, first 0.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.04' at first 1.04258072, first 1.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.23' at first 1.23493287, first 2.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.00139856, first 3.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.54' at first 0.54391771, first 4.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.80' at first 0.801063765, first 5.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.40' at first 0.395929412, first 6.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.34' at first 0.338089441, first 7.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.36' at first 0.356239401, first 8.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.50' at first 0.495112387, first 9.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.991420754, first -0.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.02' at first 1.01976808, first 0.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.86' at first 0.859216812, first 1.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.15' at first 1.14992884, first 2.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.95' at first 0.952757512, first 3.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.55' at first 0.562427419, first 4.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.75' at first 0.755633661, first 5.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.40' at first 0.397803875, first 6.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.31' at first 0.309069537, first 7.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.56' at first 0.561850496, first 8.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.57' at first 0.570976726, first 9.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 0.891980364, first 0.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 0.908464567, first 1.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.76' at first 0.769879767, first 2.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.11' at first 1.12367781, first 3.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.972365823, first 4.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.53' at first 0.530956209, first 5.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.98' at first 0.982707046, first 6.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.39' at first 0.386747942, first 7.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.28' at first 0.283982389, first 8.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.72' at first 0.723965787, first 9.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.68' at first 0.67988943, first 10.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.0021669, first 0.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.02' at first 1.01797073, first 1.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 0.917662478, first 2.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.09' at first 1.10712679, first 3.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.930261563, first 4.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.527267081, first 5.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.00665276, first 6.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.36' at first 0.363012724, first 7.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.27' at first 0.271914586, first 8.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.70' at first 0.700267786, first 9.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.86' at first 0.85931503, first 10.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.995462461, first 0.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.00214199, first 1.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.88' at first 0.88285166, first 2.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.10' at first 1.11050621, first 3.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.90' at first 0.903198849, first 4.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.522973049, first 5.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.995985958, first 6.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.36' at first 0.357722191, first 7.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.28' at first 0.27861319, first 8.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.69' at first 0.686306918, first 9.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.82' at first 0.819817043, first 10.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.00793877, first 0.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.01216554, first 1.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 0.894708383, first 2.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.12' at first 1.13408223, first 3.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 0.9147539, first 4.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.519795781, first 5.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.00912493, first 6.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.36' at first 0.363395292, first 7.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.28' at first 0.283370684, first 8.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.65' at first 0.647511605, first 9.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.83' at first 0.832249171, first 10.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.00695515, first 0.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.0100955, first 1.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 0.894019541, first 2.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.14' at first 1.14093708, first 3.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.927831806, first 4.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.52032033, first 5.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.992977186, first 6.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.36' at first 0.363241407, first 7.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.28' at first 0.283236022, first 8.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.68' at first 0.677349162, first 9.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.80' at first 0.803340652, first 10.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.03772
lower(v) = v
data = 'gemm-speedup-4096-x-11008-t14.tsv'
set terminal pngcairo noenhanced size 1200,2540 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'gemm-speedup-4096-x-11008-t14.png'.suffix
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
set output 'gemm-speedup-4096-x-11008-t14.svg'.suffix
replot
unset output
