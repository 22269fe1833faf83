#!/bin/sh
# Run every test program under BUILD/tests from the repository root and add up: "N passed, N failed, N skipped".
# Each program speaks TAP (cmocka with CMOCKA_MESSAGE_OUTPUT=TAP). A program that dies counts as one failure.
build=${1:-build}
# many short parallel regions, often on a busy machine: wait asleep, one thread a processor (as the program itself does)
export OMP_WAIT_POLICY=passive OMP_PROC_BIND=true
passed=0; failed=0; skipped=0
for t in "$build"/tests/*/test_*; do
    case $t in *.d|*.o) continue ;; esac
    [ -x "$t" ] || continue
    out=$(CMOCKA_MESSAGE_OUTPUT=TAP "$t" 2>&1 </dev/null); rc=$?
    results=$(printf '%s\n' "$out" | grep -E '^(not )?ok ')
    s=$(printf '%s\n' "$results" | grep -ciE '# skip') # cmocka prints a skip as "not ok N # SKIP"
    p=$(printf '%s\n' "$results" | grep -viE '# skip' | grep -cE '^ok ')
    f=$(printf '%s\n' "$results" | grep -viE '# skip' | grep -cE '^not ok ')
    if [ "$f" -eq 0 ] && [ $rc -ne 0 ]; then f=1; fi
    if [ $((p + f + s)) -eq 0 ]; then f=1; fi
    passed=$((passed + p)); failed=$((failed + f)); skipped=$((skipped + s))
    name=${t#"$build"/tests/}
    if [ "$f" -ne 0 ]; then echo "FAIL $name"; printf '%s\n' "$out" | grep -vE '^ok ' | head -n 60; else
        if [ "$s" -ne 0 ]; then printf '%s\n' "$out" | grep -E '^SKIP' ; fi
        echo "ok   $name ($p tests)"; fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
