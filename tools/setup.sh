#!/bin/sh
# Make this work tree ready: Debian packages, a virtual environment in .venv, the locked Python packages.
# For Debian 12 or 13 and Raspberry Pi OS, as root or through sudo. Safe to repeat, and quick when there
# is nothing to do. PYTHON names the interpreter (default: python3, 3.11 or newer).
set -eu
cd "$(dirname "$0")/.."

# What the programs, the simulated devices and the checks use; python3-* only where Debian's python3 is used.
NEEDED="ca-certificates chromium cups-ipp-utils dbus dosfstools e2fsprogs espeak-ng fdisk fonts-hanazono
fonts-material-design-icons-iconfont fonts-wqy-microhei gcc haproxy libc6-dev
libgooglepinyin0 libpcsclite-dev make mtools pcscd pkg-config poppler-utils postgresql strace swig systemd vsmartcard-vpcd zstd"
DEBIAN_PYTHON="python3 python3-dev python3-venv"
VENV=.venv
STAMP=$VENV/kioskd-ready
UNFINISHED=build/setup-unfinished

say() { echo "setup: $*"; }
die() { echo "setup: $*" >&2; exit 1; }

missing_packages() {
    python=$(command -v "${PYTHON:-python3}" || echo /usr/bin/python3)
    [ "$python" != /usr/bin/python3 ] || NEEDED="$NEEDED $DEBIAN_PYTHON"
    for package in $NEEDED; do
        case "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null)" in
            installed) ;;
            *) printf ' %s' "$package" ;;
        esac
    done
}

install_packages() {
    command -v dpkg-query >/dev/null || die "this is no Debian: install the like of $NEEDED by hand"
    missing=$(missing_packages)
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" = 0 ]; then as_root=""
    elif command -v sudo >/dev/null; then as_root="sudo"
    else die "as root: apt-get install --no-install-recommends$missing"
    fi
    say "Debian packages:$missing"
    $as_root apt-get update -q
    # shellcheck disable=SC2086  # a list of words on purpose
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
}

# What the environment was made of: another of these makes it out of date.
fingerprint() {
    { pwd; "${PYTHON:-python3}" --version; cat requirements-build.lock requirements-dev.lock pyproject.toml tools/setup.sh; } | sha256sum
}

make_environment() {
    "${PYTHON:-python3}" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        die "${PYTHON:-python3} is too old: Python 3.11 or newer is needed (set PYTHON)"
    # An environment that was left half made, or whose interpreter is gone or another, is made anew.
    if [ -e "$UNFINISHED" ] || [ "$(version "$VENV/bin/python")" != "$(version "${PYTHON:-python3}")" ] ||
        ! "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then
        touch "$UNFINISHED"
        "${PYTHON:-python3}" -m venv --clear "$VENV"
    fi
    touch "$UNFINISHED"
    rm -f "$STAMP"
    say "Python packages, by the lock files"
    # First the installer and the builders, so that nothing unlocked is fetched while building pyscard.
    pip_install --requirement requirements-build.lock
    pip_install --no-build-isolation --requirement requirements-dev.lock
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
    rm "$UNFINISHED"
    fingerprint >"$STAMP"
}

version() { "$1" -c 'import sys; print(sys.version)' 2>/dev/null || echo "none in $1"; }

# The lock files are complete; without --no-deps django-htmx, here for htmx.min.js, would bring Django.
pip_install() {
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps "$@"
}

install_packages
mkdir -p build
exec 9>build/setup.lock
flock 9 # two at a time would tread on each other
if [ "$(fingerprint)" != "$(cat "$STAMP" 2>/dev/null)" ]; then
    make_environment
    say "ready"
fi
"$VENV/bin/python" tools/catalogues.py compile
