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
set label '4096 x 4096, NVIDIA H200' at screen 0.02500, screen 0.97659 left noenhanced font ',15' tc rgb '#555555' front
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
set xrange [0:1.96668795774]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.0' 0, '0.5' 0.5, '1.0' 1, '1.5' 1.5)
set grid xtics mxtics
set arrow from first 1, graph 0 to first 1, graph 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '1.41' at first 1.41539794, first -0.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.83' at first 1.83277514, first 0.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.20' at first 1.20145433, first 1.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.46' at first 1.46886337, first 2.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.02' at first 1.02467765, first 3.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.53' at first 0.529289021, first 4.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.85' at first 0.851514774, first 5.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.519363856, first 6.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.48' at first 0.48147629, first 7.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.26' at first 0.262404316, first 8.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.51' at first 0.505499635, first 9.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.43' at first 1.42905486, first -0.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.82' at first 1.83172666, first 0.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.21' at first 1.21201504, first 1.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.49' at first 1.4941522, first 2.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.938567633, first 3.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.54' at first 0.545212191, first 4.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.78' at first 0.781311111, first 5.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.54' at first 0.539989609, first 6.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.50' at first 0.504969437, first 7.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.29' at first 0.286832055, first 8.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.53' at first 0.533086012, first 9.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.02' at first 1.02177676, first -0.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.22' at first 1.22447974, first 0.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 0.894328971, first 1.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.05' at first 1.05678318, first 2.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.995722284, first 3.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.63' at first 0.63276813, first 4.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.73' at first 0.738502785, first 5.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.517102341, first 6.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.50' at first 0.497917992, first 7.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.43' at first 0.425970935, first 8.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.53' at first 0.527587037, first 9.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.92' at first 0.924333362, first -0.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.07' at first 1.07201794, first 0.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.78' at first 0.782870716, first 1.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.04' at first 1.04396117, first 2.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.988023697, first 3.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.60' at first 0.602776215, first 4.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.76' at first 0.762665605, first 5.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.44' at first 0.436708644, first 6.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.33' at first 0.334366996, first 7.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.40' at first 0.398198378, first 8.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.51' at first 0.50522687, first 9.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 0.893396874, first -0.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.00208877, first 0.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.79' at first 0.790484933, first 1.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.975065851, first 2.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.94' at first 0.944200204, first 3.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.58' at first 0.581049419, first 4.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.61' at first 0.613630229, first 5.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.42' at first 0.421984089, first 6.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.34' at first 0.339353076, first 7.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.55' at first 0.553739002, first 8.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.56' at first 0.557505707, first 9.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.87' at first 0.871827514, first 0.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.93485943, first 1.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.74' at first 0.746778463, first 2.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.00247226, first 3.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.973635246, first 4.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.57' at first 0.568937305, first 5.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.85' at first 0.855054716, first 6.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.40' at first 0.396326252, first 7.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.30' at first 0.304898562, first 8.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.82' at first 0.815282388, first 9.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.69' at first 0.692397, first 10.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.973889348, first 0.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.02' at first 1.01989789, first 1.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.90' at first 0.905500096, first 2.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.02' at first 1.02476982, first 3.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.94' at first 0.93932073, first 4.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.54' at first 0.543618715, first 5.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.90' at first 0.90077896, first 6.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.35' at first 0.353026277, first 7.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.28' at first 0.279824255, first 8.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.72' at first 0.715122976, first 9.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.85' at first 0.849497376, first 10.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.991354827, first 0.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.01312399, first 1.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 0.910271061, first 2.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.06' at first 1.06975733, first 3.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 0.893248865, first 4.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.53' at first 0.531512061, first 5.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.96' at first 0.965220177, first 6.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.34' at first 0.344804353, first 7.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.28' at first 0.278871664, first 8.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.72' at first 0.71604344, first 9.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.85' at first 0.848637782, first 10.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.00305203, first 0.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.01274692, first 1.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.90' at first 0.901510166, first 2.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.07' at first 1.08694372, first 3.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.92' at first 0.920421224, first 4.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.53' at first 0.529632103, first 5.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.02' at first 1.02306221, first 6.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.35' at first 0.347553753, first 7.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.29' at first 0.285811797, first 8.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.72' at first 0.716372971, first 9.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.77' at first 0.771612142, first 10.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.995047371, first 0.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 1.00232806, first 1.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 0.895524675, first 2.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.09' at first 1.09661296, first 3.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.92' at first 0.926186679, first 4.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.519756443, first 5.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.03' at first 1.02996066, first 6.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.35' at first 0.34509236, first 7.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.28' at first 0.281479828, first 8.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.62' at first 0.624413158, first 9.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.77' at first 0.769116066, first 10.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.03772
lower(v) = v
data = 'gemm-speedup-4096-x-4096-t14.tsv'
set terminal pngcairo noenhanced size 1200,2540 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'gemm-speedup-4096-x-4096-t14.png'.suffix
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
set output 'gemm-speedup-4096-x-4096-t14.svg'.suffix
replot
unset output
