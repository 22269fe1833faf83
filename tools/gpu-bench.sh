#!/bin/sh
# Builds with CUDA=1 (FQBENCH=PROGRAM: takes that instead), checks every kernel of the device on odd sizes against the
# double oracle, times the linear layers beside cuBLASLt, the feed-forward block of FireQ's figure 5, attention, and prefill
# and decode of a whole model, and writes all of it under a folder (FOLDER/ffn, /attention, /prefill, /decode):
#   tools/gpu-bench.sh results/h200 [fqbench run options of the linear layers, for example --set m=1,16]
# About 10 minutes on an H200 with 8 host cores, without the build.
set -eu
out=${1:?usage: tools/gpu-bench.sh FOLDER [options of fqbench run]}
shift
if [ -z "${FQBENCH:-}" ]; then
    make CUDA=1 BUILD=build/cuda all
    FQBENCH=build/cuda/fqbench
fi
mkdir -p "$out"
"$FQBENCH" list kernels > "$out/kernels.txt"
# Four at a time: the oracles of the host take most of a check.
parts=$(mktemp -d)
trap 'rm -rf "$parts"' EXIT
awk '$2 == "sm90" { print $1 }' "$out/kernels.txt" |
    OMP_NUM_THREADS=2 xargs -P 4 -I NAME sh -c '"$0" check --kernel NAME > "$1/NAME" 2>&1 || touch "$1/failed"' "$FQBENCH" "$parts"
cat "$parts"/*.* > "$out/check.txt"
grep -E ' checked, ' "$out/check.txt"
grep '^FAIL' "$out/check.txt" || true
[ ! -e "$parts/failed" ] || { echo "gpu-bench: a check failed, nothing is timed" >&2; exit 1; }
"$FQBENCH" run scenarios/linear-h200.yaml --out "$out" "$@"
"$FQBENCH" run scenarios/ffn-h200.yaml --out "$out/ffn"
"$FQBENCH" reproduce results/claims/fireq-fig5.csv "$out/ffn" > "$out/ffn/fireq-fig5.md"
"$FQBENCH" run scenarios/attention-h200.yaml --out "$out/attention"
"$FQBENCH" run scenarios/prefill-h200.yaml --out "$out/prefill"
"$FQBENCH" reproduce results/claims/fireq-table1.csv "$out/prefill" > "$out/prefill/fireq-table1.md"
"$FQBENCH" run scenarios/decode-h200.yaml --out "$out/decode"
"$FQBENCH" ppl -m models/tiny -v bf16,w8a8-fp8,w4a8-int8,fireq-w,fireq-kv,fireq,fireq+ --backend cuda -o csv > "$out/prefill/ppl-tiny-cuda.csv"
