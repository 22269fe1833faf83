#!/bin/sh
# Every claim of results/claims against every run in results/: writes results/claims/verdicts.md. Run from the repository root.
set -eu
fqbench=${1:-build/fqbench}
runs=
for d in results/*/ results/h200/*/; do
    d=${d%/}
    case $d in */peers | */golden-* | */demo | */claims | */baselines | */history) continue ;; esac
    if [ -f "$d/results.csv" ] || [ -f "$d/accuracy.csv" ]; then runs="$runs $d"; fi
done
out=results/claims/verdicts.md
trap 'rm -f "$out.tmp"' EXIT
judge() {
    printf '\n## %s.csv\n\n' "$1"
    # shellcheck disable=SC2086
    "$fqbench" reproduce "results/claims/$1.csv" $2
}
{
    echo "# Claims against the runs in results/"
    echo
    echo "Made by \`tools/verdicts.sh\`: \`fqbench reproduce results/claims/FILE.csv\` with these runs:$runs;"
    echo "the last four files with the folders of their own scenarios."
    for f in directions field fireq others; do
        judge $f "$runs"
    done
    judge minifloats results/minifloats
    judge field-kernels 'results/integer-scale-emerald-rapids results/odyssey-emerald-rapids'
    judge fireq-fig5 results/h200/ffn
    judge fireq-table1 results/h200/prefill
} > "$out.tmp"
mv "$out.tmp" "$out"
grep -E '^[0-9]+ claims' "$out"
