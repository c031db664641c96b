#!/bin/sh
# Installs what the tests need beside Rust, on Debian 12 as root: the Debian packages named below, and a Python
# environment at target/test-venv with the packages of tests/requirements.txt. Run it as often as you like; when
# nothing is missing it does nothing and takes no time. It says what it could not install, and then exits 1.
set -u

root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
requirements=$root/tests/requirements.txt
venv=$root/target/test-venv
stamp=$venv/requirements.sha256
missing=""

say() {
    printf 'tests/setup.sh: %s\n' "$*" >&2
}

could_not() {
    say "could not install $1; $2"
    missing="$missing $1"
}

# Installs a Debian package unless the command it is wanted for is there. The lists are fetched at most once.
want_package() {
    package=$1
    shift
    "$@" >/dev/null 2>&1 && return 0
    if [ -z "${lists_are_fresh:-}" ]; then
        DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2
        lists_are_fresh=yes
    fi
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >&2
    "$@" >/dev/null 2>&1 || could_not "$package" "run 'apt-get install $package' as root"
}

# boto 2.49, which clustercron 1.0.1 imports, uses modules that Python 3.12 removed; boto3 wants 3.10 at least.
# An interpreter counts only when it can build an environment: Debian keeps that in a package of its own.
usable_python() {
    "$1" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 12))' &&
        "$1" -c 'import ensurepip, venv'
}

find_python() {
    for candidate in ${PYTHON:-} python3.11 python3.10 python3 /usr/bin/python3.11 /usr/bin/python3; do
        if usable_python "$candidate" >/dev/null 2>&1; then
            echo "$candidate"
            return 0
        fi
    done
    return 1
}

is_current() {
    [ -x "$venv/bin/python" ] && [ -e "$stamp" ] && sha256sum --check --status "$stamp" 2>/dev/null
}

# The stamp is written last, so that an installation that was cut short is done again from the start.
build_venv() {
    python=$(find_python) || {
        could_not python3 "Python 3.10 or 3.11 is needed (boto 2.49 does not work on 3.12): set PYTHON to one"
        return
    }
    say "installing tests/requirements.txt into target/test-venv with $python"
    rm -rf "$venv"
    "$python" -m venv "$venv" &&
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
            --retries 3 --timeout 30 -r "$requirements" >&2 &&
        "$venv/bin/python" -c 'import boto, boto3, clustercron.main, moto.server' &&
        sha256sum "$requirements" >"$stamp" ||
        could_not "$venv" "see the lines above"
}

want_package iproute2 command -v ip
if ! is_current; then
    want_package python3-venv find_python
    build_venv
fi

[ -z "$missing" ] || { say "not installed:$missing"; exit 1; }
