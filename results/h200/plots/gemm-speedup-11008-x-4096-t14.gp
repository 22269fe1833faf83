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
set label '11008 x 4096, NVIDIA H200' at screen 0.02500, screen 0.97659 left noenhanced font ',15' tc rgb '#555555' front
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
set xrange [0:1.75536535021]
unset logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('0.0' 0, '0.5' 0.5, '1.0' 1, '1.5' 1.5)
set grid xtics mxtics
set arrow from first 1, graph 0 to first 1, graph 1 nohead lw 2 dt (9,5) lc rgb '#aa3377' front
set label '1.38' at first 1.38832417, first -0.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.63' at first 1.6358416, first 0.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.18' at first 1.19068201, first 1.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.49' at first 1.50071883, first 2.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.988395921, first 3.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.56' at first 0.560994586, first 4.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 0.893038344, first 5.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.81' at first 0.811512961, first 6.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.68' at first 0.683309503, first 7.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.21' at first 0.211783961, first 8.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.92' at first 0.915758258, first 9.631 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.44' at first 1.43970912, first -0.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.56' at first 1.57045226, first 0.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.17' at first 1.17872205, first 1.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.51' at first 1.52014021, first 2.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 1.0105835, first 3.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.57' at first 0.572084949, first 4.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.88' at first 0.926689286, first 5.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.85' at first 0.851623205, first 6.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.72' at first 0.719727039, first 7.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.36' at first 0.359545579, first 8.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.973641267, first 9.713 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.10' at first 1.09783965, first -0.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.23' at first 1.23693978, first 0.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.87' at first 0.877301011, first 1.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.35' at first 1.35207521, first 2.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 0.998478873, first 3.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.57' at first 0.576136645, first 4.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 0.913252025, first 5.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.68' at first 0.681720374, first 6.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.50' at first 0.500418088, first 7.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.35' at first 0.351714436, first 8.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.86' at first 0.861762688, first 9.795 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.96' at first 0.966650312, first -0.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.04' at first 1.04373376, first 0.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.81' at first 0.813068872, first 1.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.10' at first 1.10159927, first 2.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.992604732, first 3.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.58' at first 0.582106522, first 4.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.78' at first 0.778209484, first 5.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.51' at first 0.50573042, first 6.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.30' at first 0.303133044, first 7.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.35' at first 0.352939304, first 8.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.79' at first 0.792799684, first 9.877 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.92' at first 0.924993396, first -0.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.95' at first 0.957396833, first 0.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.76' at first 0.763011317, first 1.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.01684371, first 2.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.88' at first 0.882737227, first 3.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.57' at first 0.571905173, first 4.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.73' at first 0.728336326, first 5.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.34' at first 0.340559326, first 6.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.29' at first 0.293225521, first 7.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.64' at first 0.640189856, first 8.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.77' at first 0.77303517, first 9.959 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.96' at first 0.959145381, first 0.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.973315725, first 1.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.84' at first 0.844738144, first 2.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.05' at first 1.04938818, first 3.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.90' at first 0.90025889, first 4.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.54' at first 0.542413664, first 5.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.83' at first 0.833612937, first 6.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.33' at first 0.325975122, first 7.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.27' at first 0.265380784, first 8.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.69' at first 0.687469537, first 9.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.70' at first 0.695603164, first 10.041 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.95' at first 0.94809345, first 0.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.96' at first 0.963131993, first 1.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.84' at first 0.845288914, first 2.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.99' at first 0.995780707, first 3.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.90' at first 0.904629849, first 4.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.53' at first 0.528257107, first 5.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.95' at first 0.953105469, first 6.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.31' at first 0.313124526, first 7.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.28' at first 0.280901634, first 8.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.68' at first 0.677127026, first 9.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.78' at first 0.784783852, first 10.123 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.95' at first 0.956183509, first 0.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.97' at first 0.96793237, first 1.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.84' at first 0.837204902, first 2.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.03' at first 1.03815569, first 3.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.89' at first 0.89386046, first 4.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.52' at first 0.518600571, first 5.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 0.99922568, first 6.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.32' at first 0.324863446, first 7.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.28' at first 0.282419583, first 8.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.69' at first 0.686076954, first 9.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.76' at first 0.763609898, first 10.205 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.98' at first 0.980455211, first 0.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.98' at first 0.982792975, first 1.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.87' at first 0.871690254, first 2.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.07' at first 1.07681502, first 3.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 0.914444019, first 4.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.50' at first 0.49890418, first 5.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.02' at first 1.02622857, first 6.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.33' at first 0.332896951, first 7.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.28' at first 0.278152219, first 8.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.64' at first 0.636105632, first 9.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.80' at first 0.798315706, first 10.287 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.00817627, first 0.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.01' at first 1.01176851, first 1.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.91' at first 0.909675005, first 2.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.11' at first 1.11395783, first 3.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.93' at first 0.930383458, first 4.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.51' at first 0.513741414, first 5.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '1.00' at first 0.999632849, first 6.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.34' at first 0.339075454, first 7.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.28' at first 0.279907093, first 8.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.66' at first 0.661826099, first 9.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
set label '0.77' at first 0.766918264, first 10.369 left offset graph 0.01102, 0 noenhanced font ',15' tc rgb '#222222' boxed front
base = 0
half = 0.03772
lower(v) = v
data = 'gemm-speedup-11008-x-4096-t14.tsv'
set terminal pngcairo noenhanced size 1200,2540 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'gemm-speedup-11008-x-4096-t14.png'.suffix
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
set output 'gemm-speedup-11008-x-4096-t14.svg'.suffix
replot
unset output
