#!/bin/sh
# Resolve the lock files anew from pyproject.toml: names, versions, hashes and nothing else.
# usage: tools/lock.sh [--upgrade]
set -eu
cd "$(dirname "$0")/.."

UV_VERSION=0.13.9
tool=build/lock-tool
[ -x "$tool/bin/uv" ] || { python3 -m venv "$tool" && "$tool/bin/pip" install --quiet "uv==$UV_VERSION"; }

# Universal: one file holds the hashes of every wheel, for each Python from 3.11 on and each processor.
resolve() {
    output=$1
    shift
    "$tool/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --output-file "$output" "$@"
}

resolve requirements-build.lock --group build "${1:---quiet}"
resolve requirements-dev.lock pyproject.toml --all-extras --constraints requirements-build.lock "${1:---quiet}"
resolve requirements.lock pyproject.toml --constraints requirements-dev.lock "${1:---quiet}"

if grep -nE '://|^--|^-i|^-e' requirements*.lock; then
    echo "lock files hold names, versions and hashes only: see above" >&2
    exit 1
fi
