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
set label 'Perplexity against the strength of outliers' at screen 0.02500, screen 0.95693 left noenhanced font ',22' tc rgb '#222222' front
set label 'tiny on self-sampled, 16 windows of 512 tokens, protocol gptq' at screen 0.02500, screen 0.92073 left noenhanced font ',15' tc rgb '#555555' front
set arrow from screen 0.02500, screen 0.88113 to screen 0.05333, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#0072b2'
set label '' at screen 0.03917, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 7 ps 1.2 lc rgb '#0072b2'
set label 'f32' at screen 0.06000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.10673, screen 0.88113 to screen 0.13507, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#e69f00'
set label '' at screen 0.12090, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 5 ps 1.2 lc rgb '#e69f00'
set label 'bf16' at screen 0.14173, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.19687, screen 0.88113 to screen 0.22520, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#009e73'
set label '' at screen 0.21103, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 9 ps 1.2 lc rgb '#009e73'
set label 'w4a16-g128:w=w.int4.channel' at screen 0.23187, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.46500, screen 0.88113 to screen 0.49333, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#cc79a7'
set label '' at screen 0.47917, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 13 ps 1.2 lc rgb '#cc79a7'
set label 'w4a16-g128' at screen 0.50000, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.60847, screen 0.88113 to screen 0.63680, screen 0.88113 nohead lw 2.5 dt solid lc rgb '#d55e00'
set label '' at screen 0.62263, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front point pt 11 ps 1.2 lc rgb '#d55e00'
set label 'w4a16-g128:w=w.int4.g64.f16' at screen 0.64347, screen 0.88113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.02500, screen 0.84913 to screen 0.05333, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#56b4e9'
set label '' at screen 0.03917, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 4 ps 1.2 lc rgb '#56b4e9'
set label 'finequant-w4a16' at screen 0.06000, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.19807, screen 0.84913 to screen 0.22640, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#000000'
set label '' at screen 0.21223, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 6 ps 1.2 lc rgb '#000000'
set label 'integer-scale-w4a8:w=w.int4.g128.f16.exact' at screen 0.23307, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.55900, screen 0.84913 to screen 0.58733, screen 0.84913 nohead lw 2.5 dt solid lc rgb '#8c6d1f'
set label '' at screen 0.57317, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front point pt 8 ps 1.2 lc rgb '#8c6d1f'
set label 'integer-scale-w4a8' at screen 0.59400, screen 0.84913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.02500, screen 0.81713 to screen 0.05333, screen 0.81713 nohead lw 2.5 dt solid lc rgb '#0072b2'
set label '' at screen 0.03917, screen 0.81713 left noenhanced font ',16' tc rgb '#222222' front point pt 13 ps 1.2 lc rgb '#0072b2'
set label 'integer-scale-w4a8:amplifier=6' at screen 0.06000, screen 0.81713 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.29620, screen 0.81713 to screen 0.32453, screen 0.81713 nohead lw 2.5 dt solid lc rgb '#e69f00'
set label '' at screen 0.31037, screen 0.81713 left noenhanced font ',16' tc rgb '#222222' front point pt 11 ps 1.2 lc rgb '#e69f00'
set label 'integer-scale-w4a8:amplifier=8' at screen 0.33120, screen 0.81713 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.56740, screen 0.81713 to screen 0.59573, screen 0.81713 nohead lw 2.5 dt solid lc rgb '#009e73'
set label '' at screen 0.58157, screen 0.81713 left noenhanced font ',16' tc rgb '#222222' front point pt 4 ps 1.2 lc rgb '#009e73'
set label 'integer-scale-w4a8:amplifier=10' at screen 0.60240, screen 0.81713 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.84713, screen 0.81713 to screen 0.87547, screen 0.81713 nohead lw 2.5 dt solid lc rgb '#cc79a7'
set label '' at screen 0.86130, screen 0.81713 left noenhanced font ',16' tc rgb '#222222' front point pt 6 ps 1.2 lc rgb '#cc79a7'
set label 'w4a8-int8' at screen 0.88213, screen 0.81713 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.02500, screen 0.78513 to screen 0.05333, screen 0.78513 nohead lw 2.5 dt solid lc rgb '#d55e00'
set label '' at screen 0.03917, screen 0.78513 left noenhanced font ',16' tc rgb '#222222' front point pt 8 ps 1.2 lc rgb '#d55e00'
set label 'w4a8-int8:method=output' at screen 0.06000, screen 0.78513 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.26260, screen 0.78513 to screen 0.29093, screen 0.78513 nohead lw 2.5 dt solid lc rgb '#56b4e9'
set label '' at screen 0.27677, screen 0.78513 left noenhanced font ',16' tc rgb '#222222' front point pt 7 ps 1.2 lc rgb '#56b4e9'
set label 'odyssey-w4a8' at screen 0.29760, screen 0.78513 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.41793, screen 0.78513 to screen 0.44627, screen 0.78513 nohead lw 2.5 dt solid lc rgb '#000000'
set label '' at screen 0.43210, screen 0.78513 left noenhanced font ',16' tc rgb '#222222' front point pt 5 ps 1.2 lc rgb '#000000'
set label 'fptq-w4a8' at screen 0.45293, screen 0.78513 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.54553, screen 0.78513 to screen 0.57387, screen 0.78513 nohead lw 2.5 dt solid lc rgb '#8c6d1f'
set label '' at screen 0.55970, screen 0.78513 left noenhanced font ',16' tc rgb '#222222' front point pt 9 ps 1.2 lc rgb '#8c6d1f'
set label 'fptq-w4a8:policy=uniform+a=a.int8.tensor' at screen 0.58053, screen 0.78513 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.02500, screen 0.75313 to screen 0.05333, screen 0.75313 nohead lw 2.5 dt solid lc rgb '#0072b2'
set label '' at screen 0.03917, screen 0.75313 left noenhanced font ',16' tc rgb '#222222' front point pt 6 ps 1.2 lc rgb '#0072b2'
set label 'fptq-w4a8:policy=uniform' at screen 0.06000, screen 0.75313 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.25927, screen 0.75313 to screen 0.28760, screen 0.75313 nohead lw 2.5 dt solid lc rgb '#e69f00'
set label '' at screen 0.27343, screen 0.75313 left noenhanced font ',16' tc rgb '#222222' front point pt 8 ps 1.2 lc rgb '#e69f00'
set label 'fptq-w4a8:policy=uniform+with=lae+a=a.int8.tensor' at screen 0.29427, screen 0.75313 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.02500, screen 0.72113 to screen 0.05333, screen 0.72113 nohead lw 2.5 dt solid lc rgb '#009e73'
set label '' at screen 0.03917, screen 0.72113 left noenhanced font ',16' tc rgb '#222222' front point pt 7 ps 1.2 lc rgb '#009e73'
set label 'fptq-w4a8:policy=uniform+with=smooth+a=a.int8.tensor' at screen 0.06000, screen 0.72113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.47513, screen 0.72113 to screen 0.50347, screen 0.72113 nohead lw 2.5 dt solid lc rgb '#cc79a7'
set label '' at screen 0.48930, screen 0.72113 left noenhanced font ',16' tc rgb '#222222' front point pt 5 ps 1.2 lc rgb '#cc79a7'
set label 'zq-int4-int8' at screen 0.51013, screen 0.72113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.61180, screen 0.72113 to screen 0.64013, screen 0.72113 nohead lw 2.5 dt solid lc rgb '#d55e00'
set label '' at screen 0.62597, screen 0.72113 left noenhanced font ',16' tc rgb '#222222' front point pt 9 ps 1.2 lc rgb '#d55e00'
set label 'zq-int4-fp8' at screen 0.64680, screen 0.72113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.74420, screen 0.72113 to screen 0.77253, screen 0.72113 nohead lw 2.5 dt solid lc rgb '#56b4e9'
set label '' at screen 0.75837, screen 0.72113 left noenhanced font ',16' tc rgb '#222222' front point pt 13 ps 1.2 lc rgb '#56b4e9'
set label 'zq-fp4-int8' at screen 0.77920, screen 0.72113 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.02500, screen 0.68913 to screen 0.05333, screen 0.68913 nohead lw 2.5 dt solid lc rgb '#000000'
set label '' at screen 0.03917, screen 0.68913 left noenhanced font ',16' tc rgb '#222222' front point pt 11 ps 1.2 lc rgb '#000000'
set label 'zq-fp4-fp8' at screen 0.06000, screen 0.68913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.15313, screen 0.68913 to screen 0.18147, screen 0.68913 nohead lw 2.5 dt solid lc rgb '#8c6d1f'
set label '' at screen 0.16730, screen 0.68913 left noenhanced font ',16' tc rgb '#222222' front point pt 4 ps 1.2 lc rgb '#8c6d1f'
set label 'zq-fp4-fp8-m1' at screen 0.18813, screen 0.68913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.30753, screen 0.68913 to screen 0.33587, screen 0.68913 nohead lw 2.5 dt solid lc rgb '#0072b2'
set label '' at screen 0.32170, screen 0.68913 left noenhanced font ',16' tc rgb '#222222' front point pt 5 ps 1.2 lc rgb '#0072b2'
set label 'zq-fp4-fp8-m2' at screen 0.34253, screen 0.68913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.46193, screen 0.68913 to screen 0.49027, screen 0.68913 nohead lw 2.5 dt solid lc rgb '#e69f00'
set label '' at screen 0.47610, screen 0.68913 left noenhanced font ',16' tc rgb '#222222' front point pt 9 ps 1.2 lc rgb '#e69f00'
set label 'zq-fp4-fp8-m2-lorc' at screen 0.49693, screen 0.68913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.64580, screen 0.68913 to screen 0.67413, screen 0.68913 nohead lw 2.5 dt solid lc rgb '#009e73'
set label '' at screen 0.65997, screen 0.68913 left noenhanced font ',16' tc rgb '#222222' front point pt 13 ps 1.2 lc rgb '#009e73'
set label 'w8a8-int8' at screen 0.68080, screen 0.68913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.77260, screen 0.68913 to screen 0.80093, screen 0.68913 nohead lw 2.5 dt solid lc rgb '#cc79a7'
set label '' at screen 0.78677, screen 0.68913 left noenhanced font ',16' tc rgb '#222222' front point pt 11 ps 1.2 lc rgb '#cc79a7'
set label 'w8a8-fp8' at screen 0.80760, screen 0.68913 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.02500, screen 0.65713 to screen 0.05333, screen 0.65713 nohead lw 2.5 dt solid lc rgb '#d55e00'
set label '' at screen 0.03917, screen 0.65713 left noenhanced font ',16' tc rgb '#222222' front point pt 4 ps 1.2 lc rgb '#d55e00'
set label 'w8a8-e5m2' at screen 0.06000, screen 0.65713 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.16420, screen 0.65713 to screen 0.19253, screen 0.65713 nohead lw 2.5 dt solid lc rgb '#56b4e9'
set label '' at screen 0.17837, screen 0.65713 left noenhanced font ',16' tc rgb '#222222' front point pt 6 ps 1.2 lc rgb '#56b4e9'
set label 'w8a8-e3m4' at screen 0.19920, screen 0.65713 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.30340, screen 0.65713 to screen 0.33173, screen 0.65713 nohead lw 2.5 dt solid lc rgb '#000000'
set label '' at screen 0.31757, screen 0.65713 left noenhanced font ',16' tc rgb '#222222' front point pt 8 ps 1.2 lc rgb '#000000'
set label 'w8a8-e2m5' at screen 0.33840, screen 0.65713 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.44260, screen 0.65713 to screen 0.47093, screen 0.65713 nohead lw 2.5 dt solid lc rgb '#8c6d1f'
set label '' at screen 0.45677, screen 0.65713 left noenhanced font ',16' tc rgb '#222222' front point pt 7 ps 1.2 lc rgb '#8c6d1f'
set label 'w8a8-fp8:a=a.e4m3.tensor' at screen 0.47760, screen 0.65713 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.68633, screen 0.65713 to screen 0.71467, screen 0.65713 nohead lw 2.5 dt solid lc rgb '#0072b2'
set label '' at screen 0.70050, screen 0.65713 left noenhanced font ',16' tc rgb '#222222' front point pt 11 ps 1.2 lc rgb '#0072b2'
set label 'w8a8-int8-tensor' at screen 0.72133, screen 0.65713 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.86033, screen 0.65713 to screen 0.88867, screen 0.65713 nohead lw 2.5 dt solid lc rgb '#e69f00'
set label '' at screen 0.87450, screen 0.65713 left noenhanced font ',16' tc rgb '#222222' front point pt 4 ps 1.2 lc rgb '#e69f00'
set label 'spike-w8a8' at screen 0.89533, screen 0.65713 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.02500, screen 0.62513 to screen 0.05333, screen 0.62513 nohead lw 2.5 dt solid lc rgb '#009e73'
set label '' at screen 0.03917, screen 0.62513 left noenhanced font ',16' tc rgb '#222222' front point pt 6 ps 1.2 lc rgb '#009e73'
set label 'spike-w8a8:policy=lottery' at screen 0.06000, screen 0.62513 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.25980, screen 0.62513 to screen 0.28813, screen 0.62513 nohead lw 2.5 dt solid lc rgb '#cc79a7'
set label '' at screen 0.27397, screen 0.62513 left noenhanced font ',16' tc rgb '#222222' front point pt 8 ps 1.2 lc rgb '#cc79a7'
set label 'smoothquant-w8a8' at screen 0.29480, screen 0.62513 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.44900, screen 0.62513 to screen 0.47733, screen 0.62513 nohead lw 2.5 dt solid lc rgb '#d55e00'
set label '' at screen 0.46317, screen 0.62513 left noenhanced font ',16' tc rgb '#222222' front point pt 7 ps 1.2 lc rgb '#d55e00'
set label 'tuned-w8a8-int8' at screen 0.48400, screen 0.62513 left noenhanced font ',16' tc rgb '#222222' front
set arrow from screen 0.61927, screen 0.62513 to screen 0.64760, screen 0.62513 nohead lw 2.5 dt solid lc rgb '#56b4e9'
set label '' at screen 0.63343, screen 0.62513 left noenhanced font ',16' tc rgb '#222222' front point pt 5 ps 1.2 lc rgb '#56b4e9'
set label 'tuned-w4a16' at screen 0.65427, screen 0.62513 left noenhanced font ',16' tc rgb '#222222' front
set lmargin at screen 0.07527
set rmargin at screen 0.97000
set tmargin at screen 0.58673
set bmargin at screen 0.09493
set label 'kappa, strength of function-preserving outliers (1: none)' at screen 0.52263, screen 0.02667 center noenhanced font ',16' tc rgb '#222222' front
set label 'perplexity (lower is better)' at screen 0.01800, screen 0.34083 center noenhanced font ',16' tc rgb '#222222' front rotate by 90
set xrange [0.901250462611:35.5062231062]
set logscale x
set xtics nomirror scale 0.6,0.3 tc rgb '#222222' ('1' 1, '32' 32)
set grid xtics mxtics
set yrange [21.1881245737:683.545965782]
set logscale y
set ytics nomirror scale 0.6,0.3 tc rgb '#222222' ('100' 100, '50' 50, '500' 500, '200' 200, '30' 30, '300' 300, '70' 70, '' 40 1, '' 60 1, '' 80 1, '' 90 1, '' 400 1, '' 600 1)
set grid ytics mytics
lower(v) = v > floor_y ? v : floor_y
floor_y = 21.1881245737
data = 'outliers-tiny-self-sampled-512-gptq.tsv'
set terminal pngcairo noenhanced size 1200,750 font 'sans-serif,16' fontscale 0.75 background '#ffffff'
set output 'outliers-tiny-self-sampled-512-gptq.png'.suffix
plot \
  data skip 1 every ::0::1 using 1:($2) with linespoints lw 2.5 pt 7 ps 1.1 lc rgb '#0072b2', \
  data skip 1 every ::2::3 using 1:($2) with linespoints lw 2.5 pt 5 ps 1.1 lc rgb '#e69f00', \
  data skip 1 every ::4::5 using 1:($2) with linespoints lw 2.5 pt 9 ps 1.1 lc rgb '#009e73', \
  data skip 1 every ::6::7 using 1:($2) with linespoints lw 2.5 pt 13 ps 1.1 lc rgb '#cc79a7', \
  data skip 1 every ::8::9 using 1:($2) with linespoints lw 2.5 pt 11 ps 1.1 lc rgb '#d55e00', \
  data skip 1 every ::10::11 using 1:($2) with linespoints lw 2.5 pt 4 ps 1.1 lc rgb '#56b4e9', \
  data skip 1 every ::12::13 using 1:($2) with linespoints lw 2.5 pt 6 ps 1.1 lc rgb '#000000', \
  data skip 1 every ::14::15 using 1:($2) with linespoints lw 2.5 pt 8 ps 1.1 lc rgb '#8c6d1f', \
  data skip 1 every ::16::17 using 1:($2) with linespoints lw 2.5 pt 13 ps 1.1 lc rgb '#0072b2', \
  data skip 1 every ::18::19 using 1:($2) with linespoints lw 2.5 pt 11 ps 1.1 lc rgb '#e69f00', \
  data skip 1 every ::20::21 using 1:($2) with linespoints lw 2.5 pt 4 ps 1.1 lc rgb '#009e73', \
  data skip 1 every ::22::23 using 1:($2) with linespoints lw 2.5 pt 6 ps 1.1 lc rgb '#cc79a7', \
  data skip 1 every ::24::25 using 1:($2) with linespoints lw 2.5 pt 8 ps 1.1 lc rgb '#d55e00', \
  data skip 1 every ::26::27 using 1:($2) with linespoints lw 2.5 pt 7 ps 1.1 lc rgb '#56b4e9', \
  data skip 1 every ::28::29 using 1:($2) with linespoints lw 2.5 pt 5 ps 1.1 lc rgb '#000000', \
  data skip 1 every ::30::31 using 1:($2) with linespoints lw 2.5 pt 9 ps 1.1 lc rgb '#8c6d1f', \
  data skip 1 every ::32::33 using 1:($2) with linespoints lw 2.5 pt 6 ps 1.1 lc rgb '#0072b2', \
  data skip 1 every ::34::35 using 1:($2) with linespoints lw 2.5 pt 8 ps 1.1 lc rgb '#e69f00', \
  data skip 1 every ::36::37 using 1:($2) with linespoints lw 2.5 pt 7 ps 1.1 lc rgb '#009e73', \
  data skip 1 every ::38::39 using 1:($2) with linespoints lw 2.5 pt 5 ps 1.1 lc rgb '#cc79a7', \
  data skip 1 every ::40::41 using 1:($2) with linespoints lw 2.5 pt 9 ps 1.1 lc rgb '#d55e00', \
  data skip 1 every ::42::43 using 1:($2) with linespoints lw 2.5 pt 13 ps 1.1 lc rgb '#56b4e9', \
  data skip 1 every ::44::45 using 1:($2) with linespoints lw 2.5 pt 11 ps 1.1 lc rgb '#000000', \
  data skip 1 every ::46::47 using 1:($2) with linespoints lw 2.5 pt 4 ps 1.1 lc rgb '#8c6d1f', \
  data skip 1 every ::48::49 using 1:($2) with linespoints lw 2.5 pt 5 ps 1.1 lc rgb '#0072b2', \
  data skip 1 every ::50::51 using 1:($2) with linespoints lw 2.5 pt 9 ps 1.1 lc rgb '#e69f00', \
  data skip 1 every ::52::53 using 1:($2) with linespoints lw 2.5 pt 13 ps 1.1 lc rgb '#009e73', \
  data skip 1 every ::54::55 using 1:($2) with linespoints lw 2.5 pt 11 ps 1.1 lc rgb '#cc79a7', \
  data skip 1 every ::56::57 using 1:($2) with linespoints lw 2.5 pt 4 ps 1.1 lc rgb '#d55e00', \
  data skip 1 every ::58::59 using 1:($2) with linespoints lw 2.5 pt 6 ps 1.1 lc rgb '#56b4e9', \
  data skip 1 every ::60::61 using 1:($2) with linespoints lw 2.5 pt 8 ps 1.1 lc rgb '#000000', \
  data skip 1 every ::62::63 using 1:($2) with linespoints lw 2.5 pt 7 ps 1.1 lc rgb '#8c6d1f', \
  data skip 1 every ::64::65 using 1:($2) with linespoints lw 2.5 pt 11 ps 1.1 lc rgb '#0072b2', \
  data skip 1 every ::66::67 using 1:($2) with linespoints lw 2.5 pt 4 ps 1.1 lc rgb '#e69f00', \
  data skip 1 every ::68::69 using 1:($2) with linespoints lw 2.5 pt 6 ps 1.1 lc rgb '#009e73', \
  data skip 1 every ::70::71 using 1:($2) with linespoints lw 2.5 pt 8 ps 1.1 lc rgb '#cc79a7', \
  data skip 1 every ::72::73 using 1:($2) with linespoints lw 2.5 pt 7 ps 1.1 lc rgb '#d55e00', \
  data skip 1 every ::74::75 using 1:($2) with linespoints lw 2.5 pt 5 ps 1.1 lc rgb '#56b4e9'
set terminal svg noenhanced size 1200,750 font 'sans-serif,16' background '#ffffff'
set output 'outliers-tiny-self-sampled-512-gptq.svg'.suffix
replot
unset output
