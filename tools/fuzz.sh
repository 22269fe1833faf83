#!/bin/sh
# Fuzz every reader of foreign files (tests/fuzz/targets.def) with libFuzzer under ASan and UBSan.
# Usage: make fuzz | make fuzz-smoke [SECONDS=N] [FUZZ='gguf csv']. New inputs go to build/fuzz/corpus, findings to build/fuzz/findings.
set -eu
seconds=${1:?usage: LIBS=... tools/fuzz.sh SECONDS [TARGET...], or make fuzz}; shift
cc=${FUZZ_CC:-clang}
flags='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer'
build=build/fuzz
libs=${LIBS:--lgsl -lgslcblas -lcsv -lcyaml -ljansson -lsqlite3 -lpcre2-8 -ldl -lm}
mkdir -p $build/corpus $build/findings
echo 'int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n); int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { return 0; }' > $build/probe.c
if ! command -v "${cc##* }" >/dev/null 2>&1 || ! $cc -fsanitize=fuzzer,address -o $build/probe $build/probe.c 2>/dev/null; then
    echo "SKIP fuzz: $cc cannot link -fsanitize=fuzzer (Debian: apt-get install clang libclang-rt-14-dev libomp-dev)"
    exit 0
fi
if ! echo 'int main(void){return 0;}' | $cc -fopenmp -x c -o $build/probe - 2>/dev/null; then
    echo "SKIP fuzz: $cc has no OpenMP runtime (Debian: apt-get install libomp-dev)"
    exit 0
fi
jobs=${JOBS:-$(nproc)}
targets=${*:-$(sed -n 's/^FQ_FUZZ(\([a-z]*\),.*/\1/p' tests/fuzz/targets.def)}
# Kernels read no files; their loops, unrolled in full, would take minutes to instrument.
kernels=$(printf "$build/%s " kernels/*.c | sed 's/\.c /.o /g')
make_into() {
    flags_of=$1; shift
    ${MAKE:-make} --no-print-directory -s -j"$jobs" BUILD=$build CC="$cc" CFLAGS="$flags_of" "$@"
}
# shellcheck disable=SC2086
make_into -O2 $kernels
make_into "$flags -fsanitize=fuzzer-no-link" $build/libfqbench.a

# One target, built and run; called once a target, as many at a time as there are processors.
fuzz_one() {
    t=$1 log=$build/$1.log
    mkdir -p "$build/corpus/$t"
    rm -f "$build/findings/$t-"*
    # shellcheck disable=SC2086
    $cc -std=c11 -D_GNU_SOURCE -I. -fopenmp $flags -fsanitize=fuzzer -DFQ_FUZZ_NAME="\"$t\"" -o "$build/fuzz_$t" \
        tests/fuzz/fuzz.c $build/libfqbench.a $libs || return 1
    dict=; [ -f "tests/fuzz/$t.dict" ] && dict="-dict=tests/fuzz/$t.dict"
    # shellcheck disable=SC2086
    if OMP_NUM_THREADS=1 ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 "$build/fuzz_$t" \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -max_len=16384 -print_final_stats=1 $dict \
        -artifact_prefix="$build/findings/$t-" "$build/corpus/$t" "tests/fuzz/corpus/$t" >"$log" 2>&1; then
        verdict=ok
    else
        verdict=FOUND
    fi
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    edges=$(sed -n 's/.* cov: \([0-9]*\).*/\1/p' "$log" | tail -n 1)
    echo "$verdict $t: ${runs:-?} executions in at most $seconds s, ${edges:-?} edges"
    [ $verdict = ok ] && return 0
    grep -E 'ERROR|SUMMARY|runtime error|FQ_ASSERT|message does not' "$log" | head -n 5
    ls "$build/findings/$t-"* 2>/dev/null
    return 1
}

bad=0 running=
for t in $targets; do
    # shellcheck disable=SC2086
    set -- $running
    if [ $# -ge "$jobs" ]; then
        wait "$1" || bad=1
        shift
        running=$*
    fi
    fuzz_one "$t" &
    running="$running $!"
done
for pid in $running; do wait "$pid" || bad=1; done
exit $bad
