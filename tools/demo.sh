#!/bin/sh
# The main job on the shipped model: every variant, accuracy and speed, into results/demo. Called by `make demo`.
exec "${1:-build/fqbench}" run scenarios/quick.yaml --out results/demo
