#!/bin/sh
# Speed relative to cuBLASLt FP8 (fast accumulation) from a results.csv of scenarios/linear-h200.yaml: the geometric mean
# over shapes, one line a kernel, one column a number of tokens, and the least of the shapes in brackets.
# With a second file, of peers' times (kernel,m,n,k,us_median), one more line for each of them, marked imported: relative to
# cuBLASLt FP8 as that file has it, on the shapes of the first.
#   tools/gpu-summary.sh results/h200/results.csv [results/peers/h200_linear.csv]
set -eu
awk -F, '
function at(name) { return $(column[name]) }
BEGIN { base_of_peers = "cublaslt_fp8 of the peers" }
NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
FNR == 1 { next }
FNR < NR && peers == "" { peers = FILENAME }
peers != "" {
    name = $1 == "cublaslt_fp8" ? base_of_peers : $1 " (imported)"
    if ($3 "x" $4 in shapes && $2 + 0 in ms) { t[name, $2 + 0, $3 "x" $4] = $5; if (name != base_of_peers) kernels[name] }
    next
}
at("verdict") == "PASS" { t[at("kernel"), at("m"), at("n") "x" at("k")] = at("median_ns"); kernels[at("kernel")]; ms[at("m") + 0]; shapes[at("n") "x" at("k")] }
END {
    base = "gemm_f8f8.cublaslt"; n = 0
    for (m in ms) order[++n] = m + 0
    for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (order[j] < order[i]) { x = order[i]; order[i] = order[j]; order[j] = x }
    printf "%-42s", "M"
    for (i = 1; i <= n; i++) printf " %12d", order[i]
    printf "\n"
    for (k in kernels) {
        line = sprintf("%-42s", k)
        from = k ~ /imported/ ? base_of_peers : base
        for (i = 1; i <= n; i++) {
            s = c = 0; least = 1e9
            for (shape in shapes) {
                if (!((k, order[i], shape) in t) || !((from, order[i], shape) in t)) continue
                r = t[from, order[i], shape] / t[k, order[i], shape]
                s += log(r); c++
                if (r < least) least = r
            }
            line = line (c ? sprintf("  %.2f (%.2f)", exp(s / c), least) : "            -")
        }
        print line | "sort"
    }
}' "$@"
