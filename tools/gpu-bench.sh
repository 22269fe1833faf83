#!/bin/sh
# Builds with CUDA=1 (FQBENCH=PROGRAM: takes that instead), checks every kernel of the device on odd sizes against the
# double oracle, then times, and writes all of it under a folder:
#   tools/gpu-bench.sh results/h200 [PARTS [fqbench run options of the linear layers, for example --set m=1,16]]
# PARTS, of linear,ffn,attention,prefill,decode (separated by commas; default: all):
#   linear     the linear layers beside cuBLASLt, in FOLDER itself
#   ffn        the feed-forward block of FireQ's figure 5, with the verdicts on its claims
#   attention  prefill and decode attention
#   prefill    a whole model's prefill, with the verdicts on FireQ's table 1, and the perplexity of models/tiny
#   decode     a whole model's decode
# On an H200 with 24 host cores: the build 1 minute, the check 3, linear 1.5, ffn 0.7, so 6 with these two parts; all parts about 10.
set -eu
out=${1:?usage: tools/gpu-bench.sh FOLDER [PARTS [options of fqbench run]]}
parts=${2:-linear,ffn,attention,prefill,decode}
shift
[ $# -eq 0 ] || shift
for part in $(echo "$parts" | tr , ' '); do
    case $part in
    linear | ffn | attention | prefill | decode) ;;
    *) echo "gpu-bench: no part '$part'" >&2; exit 2 ;;
    esac
done
has() { case ",$parts," in *",$1,"*) ;; *) return 1 ;; esac; }
if [ -z "${FQBENCH:-}" ]; then
    make CUDA=1 BUILD=build/cuda -j "$(nproc)" all
    FQBENCH=build/cuda/fqbench
fi
mkdir -p "$out"
"$FQBENCH" list kernels > "$out/kernels.txt"
# No device, or none that is usable: the reason, and no folder full of refusals.
reason=$(awk '$2 == "sm90" && $4 == "no" { sub(/^.*\(/, ""); sub(/\)$/, ""); print; exit }' "$out/kernels.txt")
[ -z "$reason" ] || { echo "gpu-bench: SKIP: $reason" >&2; exit 0; }
# As many at a time as the host has pairs of cores: its oracles take most of a check.
at_once=$((($(nproc) + 1) / 2))
checks=$(mktemp -d)
trap 'rm -rf "$checks"' EXIT
awk '$2 == "sm90" { print $1 }' "$out/kernels.txt" |
    OMP_NUM_THREADS=2 xargs -P $at_once -I NAME sh -c '"$0" check --kernel NAME > "$1/NAME" 2>&1 || touch "$1/failed"' "$FQBENCH" "$checks"
cat "$checks"/*.* > "$out/check.txt"
grep -E ' checked, ' "$out/check.txt" || true
grep '^FAIL' "$out/check.txt" || true
[ ! -e "$checks/failed" ] || { echo "gpu-bench: a check failed, nothing is timed" >&2; exit 1; }
if has linear; then "$FQBENCH" run scenarios/linear-h200.yaml --out "$out" "$@"; fi
if has ffn; then
    "$FQBENCH" run scenarios/ffn-h200.yaml --out "$out/ffn"
    "$FQBENCH" reproduce results/claims/fireq-fig5.csv "$out/ffn" > "$out/ffn/fireq-fig5.md"
fi
if has attention; then "$FQBENCH" run scenarios/attention-h200.yaml --out "$out/attention"; fi
if has prefill; then
    "$FQBENCH" run scenarios/prefill-h200.yaml --out "$out/prefill"
    "$FQBENCH" reproduce results/claims/fireq-table1.csv "$out/prefill" > "$out/prefill/fireq-table1.md"
    "$FQBENCH" ppl -m models/tiny -v bf16,w8a8-fp8,w4a8-int8,fireq-w,fireq-kv,fireq,fireq+ --backend cuda -o csv \
        > "$out/prefill/ppl-tiny-cuda.csv"
fi
if has decode; then "$FQBENCH" run scenarios/decode-h200.yaml --out "$out/decode"; fi
