#!/bin/sh
# Builds with CUDA=1 (FQBENCH=PROGRAM: takes that instead), checks every kernel of the device on odd sizes against the
# double oracle, times the linear layers beside cuBLASLt and attention, and writes all of it under a folder and, for
# attention, under the one beside it (FOLDER-attention):
#   tools/gpu-bench.sh results/h200 [fqbench run options, for example --set m=1,16]
# Less than 8 minutes on an H200 without the build.
set -eu
out=${1:?usage: tools/gpu-bench.sh FOLDER [options of fqbench run]}
shift
if [ -z "${FQBENCH:-}" ]; then
    make CUDA=1 BUILD=build/cuda all
    FQBENCH=build/cuda/fqbench
fi
mkdir -p "$out"
"$FQBENCH" list kernels > "$out/kernels.txt"
bad=0
: > "$out/check.txt"
for k in $(awk '$2 == "sm90" { print $1 }' "$out/kernels.txt"); do
    "$FQBENCH" check --kernel "$k" >> "$out/check.txt" || bad=1
done
grep -E ' checked, ' "$out/check.txt"
grep '^FAIL' "$out/check.txt" || true
[ $bad -eq 0 ] || { echo "gpu-bench: a check failed, nothing is timed" >&2; exit 1; }
"$FQBENCH" run scenarios/linear-h200.yaml --out "$out" "$@"
"$FQBENCH" run scenarios/attention-h200.yaml --out "$out-attention"
