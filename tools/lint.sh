#!/bin/sh
# Include arrow, formatting, cppcheck, clang-tidy. Tools that are not installed are named and skipped; findings fail.
set -u
bad=0
order="harness quant kernels models scenarios"
# 1. harness <- quant <- kernels <- models <- scenarios: a folder includes only itself and those to its left
allowed=
for d in $order; do
    allowed="$allowed $d"
    for inc in $(grep -hoE '^#include "[a-z_]+/' "$d"/*.[ch] "$d"/*.def 2>/dev/null | sed 's/.*"//; s,/,,' | sort -u); do
        case " $allowed " in
            *" $inc "*) ;;
            *) echo "lint: $d includes $inc (arrow: $order)"; grep -ln "#include \"$inc/" "$d"/*.[ch]; bad=1 ;;
        esac
    done
done
# 2. form
files=$(ls ./*/*.[ch] tests/*/*.[ch] 2>/dev/null)
if command -v clang-format >/dev/null 2>&1; then
    # shellcheck disable=SC2086
    clang-format --dry-run -Werror $files 2>&1 | grep -E 'warning|error' | head -n 20 | grep . && bad=1
else
    echo "lint: SKIP clang-format (not installed)"
fi
# 3. only main exits, no stray markers
grep -nE '(^|[^_a-z])exit\(' harness/*.c quant/*.c kernels/*.c models/*.c && { echo "lint: only main exits"; bad=1; }
grep -nE '\b(TODO|FIXME|XXX)\b' ./*/*.[ch] tests/*/*.[ch] && { echo "lint: unfinished work"; bad=1; }
# 4. static analysis
if command -v cppcheck >/dev/null 2>&1; then
    cppcheck -q --std=c11 --error-exitcode=1 --inline-suppr -I. --enable=warning,portability \
        --suppress=missingIncludeSystem --suppress=unknownMacro --suppress=normalCheckLevelMaxBranches -D__AVX2__ \
        harness quant kernels models scenarios || bad=1
else
    echo "lint: SKIP cppcheck (not installed)"
fi
# Left out: the path checks of clang-analyzer-core, which do not follow arenas and FQ_TRY and report paths that cannot be;
# AddressSanitizer and UBSan (make sanitize) cover what they look for.
if command -v clang-tidy >/dev/null 2>&1; then
    # shellcheck disable=SC2046
    clang-tidy --quiet --checks='-*,bugprone-*,-bugprone-easily-swappable-parameters,-bugprone-narrowing-conversions,-bugprone-reserved-identifier,-bugprone-macro-parentheses,-bugprone-implicit-widening-of-multiplication-result,-bugprone-sizeof-expression,-bugprone-signed-char-misuse,clang-analyzer-*,-clang-analyzer-core.*,-clang-analyzer-security.FloatLoopCounter,-clang-analyzer-security.insecureAPI.*,-clang-analyzer-valist.*' \
        --warnings-as-errors='*' $(ls harness/*.c quant/*.c models/*.c scenarios/*.c kernels/*_ref.c kernels/registry.c | grep -vE '_(avx2|avx512|amx)\.c') \
        -- -std=c11 -D_GNU_SOURCE -I. -fopenmp 2>/dev/null | grep -E 'error|warning' && bad=1
else
    echo "lint: SKIP clang-tidy (not installed)"
fi
[ $bad -eq 0 ] && echo "lint: clean"
exit $bad
