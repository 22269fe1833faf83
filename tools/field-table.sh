#!/bin/sh
# The methods of the field as a Markdown table: tools/field-table.sh results/field. From accuracy.csv (perplexity above the
# reference, divergence, bits, seconds to quantize; kappa 1 and 32) and, where it has prefill rows, results.csv.
set -eu
dir=${1:?usage: tools/field-table.sh DIR}
results=$dir/results.csv
[ -f "$results" ] || results=/dev/null
awk -v first="$results" '
function cells(line,   n, i, c, quoted, cell) {
    n = 1; cell = ""; quoted = 0
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        if (c == "\"") quoted = !quoted
        else if (c == "," && !quoted) { field[n++] = cell; cell = "" }
        else cell = cell c
    }
    field[n] = cell
    return n
}
function number(x, digits) { return x == "" ? "" : sprintf("%." digits "f", x) }
function interval(v, k) {
    if (!((v, k) in dppl)) return ""
    return sprintf("%+.2f [%.2f, %.2f]", dppl[v, k], lo[v, k], hi[v, k])
}
FNR == 1 { n = cells($0); delete at; for (i = 1; i <= n; i++) at[field[i]] = i; next }
FILENAME == first {
    cells($0)
    if (field[at["op"]] == "prefill" && field[at["verdict"]] == "PASS") speed[field[at["variant"]]] = field[at["speedup"]]
    next
}
{
    cells($0)
    v = field[at["variant"]]; k = field[at["kappa"]] > 1 ? 32 : 1
    dppl[v, k] = field[at["dppl"]]; lo[v, k] = field[at["dppl_lo"]]; hi[v, k] = field[at["dppl_hi"]]
    kld[v, k] = field[at["kld_mean"]]
    if (k == 1) { bits[v] = field[at["bits_per_weight"]]; seconds[v] = field[at["quantize_s"]] }
    if (v == "f32" && k == 1)
        printf "**%s**, %s text, %d windows of %d; f32 has perplexity %.3f.\n\n", field[at["model"]], field[at["text"]],
            field[at["windows"]], field[at["ctx"]], field[at["ppl"]]
}
END {
    timed = length(speed) > 0
    printf "| method | row | bits a weight | kappa 1: above f32 | mean KL | kappa 32: above f32 | mean KL | %squantized in |\n",
        timed ? "TTFT over bf16 | " : ""
    printf "|---|---|---:|---:|---:|---:|---:|%s---:|\n", timed ? "---:|" : ""
    rows = split("baseline|bf16;baseline|w8a8-int8;baseline|w4a16-g128;baseline|w4a8-int8;FineQuant|finequant-w4a16;" \
        "Integer Scale|integer-scale-w4a8;OdysseyLLM|odyssey-w4a8;FPTQ|fptq-w4a8;ZeroQuant-FP|zq-int4-int8;" \
        "ZeroQuant-FP|zq-fp4-fp8;ZeroQuant-FP, M2|zq-fp4-fp8-m2;ZeroQuant-FP, M2, LoRC|zq-fp4-fp8-m2-lorc;" \
        "FP8 versus INT8|w8a8-fp8;FP8 versus INT8|w8a8-e3m4;FP8 versus INT8|w8a8-e2m5;FP8 versus INT8|w8a8-int8-tensor;" \
        "spike-aware|spike-w8a8;BF16 or death, W8A8-INT8|tuned-w8a8-int8;BF16 or death, W4A16|tuned-w4a16", row, ";")
    for (i = 1; i <= rows; i++) {
        split(row[i], part, "|"); v = part[2]
        if (!((v, 1) in dppl)) continue
        printf "| %s | `%s` | %s | %s | %s | %s | %s | %s%s s |\n", part[1], v, number(bits[v], 2), interval(v, 1),
            number(kld[v, 1], 4), interval(v, 32), number(kld[v, 32], 4), timed ? number(speed[v], 2) " | " : "", number(seconds[v], 1)
    }
}' "$results" "$dir/accuracy.csv"
