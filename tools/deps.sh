#!/bin/sh
# Install the Debian packages that build, tests and demo need and that are missing; nothing else. Run by `make deps`.
# Arguments: further packages (make fuzz-smoke names its compiler).
set -eu
packages="gcc make pkg-config libc6-dev libgsl-dev libcsv-dev libcyaml-dev libjansson-dev libpcre2-dev libsqlite3-dev libcmocka-dev
libopenblas0-openmp gnuplot-nox fonts-dejavu-core bible-kjv git ca-certificates $*"
missing=
for p in $packages; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1; then
    echo "deps: no apt-get here; install the equivalents of:$missing" >&2
    exit 2
fi
sudo=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || { echo "deps: need root or sudo to install:$missing" >&2; exit 2; }
    sudo=sudo
fi
echo "deps: installing$missing"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
# shellcheck disable=SC2086
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
echo "deps: done"
