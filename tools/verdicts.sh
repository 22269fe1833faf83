#!/bin/sh
# Every claim of results/claims against every run in results/: writes results/claims/verdicts.md. Run from the repository root.
set -eu
fqbench=${1:-build/fqbench}
runs=
for d in results/*/; do
    d=${d%/}
    case $d in */peers | */golden-* | */demo | */claims | */baselines | */history) continue ;; esac
    if [ -f "$d/results.csv" ] || [ -f "$d/accuracy.csv" ]; then runs="$runs $d"; fi
done
out=results/claims/verdicts.md
{
    echo "# Claims against the runs in results/"
    echo
    echo "Made by \`tools/verdicts.sh\`: \`fqbench reproduce results/claims/FILE.csv\` with these runs:$runs."
    for f in directions field fireq others; do
        printf '\n## %s.csv\n\n' "$f"
        # shellcheck disable=SC2086
        "$fqbench" reproduce "results/claims/$f.csv" $runs
    done
} > "$out.tmp"
mv "$out.tmp" "$out"
grep -E '^[0-9]+ claims' "$out"
