#!/bin/sh
# Make models/tiny/calibration.u16: 8 sequences of 512 ids that the shipped model samples from itself at temperature 1.
# Seeds 101 to 108: none of the self-sampled evaluation text is in it. The committed file came from this command.
set -eu
fqbench=${1:-build/fqbench}
out=models/tiny/calibration.u16
rm -f "$out.tmp~"
for seed in 101 102 103 104 105 106 107 108; do
    "$fqbench" generate -m models/tiny --bos -p '' -n 511 --temperature 1 --seed $seed --variant f32 --quiet \
        --tokens-out "$out.one~" >/dev/null
    cat "$out.one~" >>"$out.tmp~"
done
rm -f "$out.one~"
mv "$out.tmp~" "$out"
