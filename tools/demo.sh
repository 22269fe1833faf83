#!/bin/sh
# The main job on the shipped model: every variant, accuracy and speed, into results/demo, with a report. By `make demo`.
set -eu
fqbench=${1:-build/fqbench}
"$fqbench" run scenarios/quick.yaml --out results/demo
exec "$fqbench" report results/demo
