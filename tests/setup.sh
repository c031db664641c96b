#!/bin/sh
# Installs what the tests need beside Rust, on Debian 12 as root: the Debian packages named below, and a Python
# environment at target/test-venv with the packages of tests/requirements.txt; and, for the benchmarks alone and only
# where it works, one at target/test-peers with those of tests/peers.txt. Run it as often as you like; when nothing is
# missing it does nothing and takes no time. It says what it could not install, and then exits 1.
set -u

root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
requirements=$root/tests/requirements.txt
venv=$root/target/test-venv
peers=$root/target/test-peers
nats=$root/target/test-nats
debian_keys=/usr/share/keyrings/debian-archive-keyring.gpg
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

# Rust links with it, SQLite is built with it, and so is the clock that tests put wrong.
can_compile() {
    command -v cc && [ -e /usr/include/stdio.h ]
}

postgres_programs() {
    ls /usr/lib/postgresql/*/bin/initdb
}

# Debian makes and starts a server of its own unless it is told not to before the server's package comes.
install_postgres() {
    settings=/etc/postgresql-common/createcluster.conf
    want_package postgresql-common test -e "$settings"
    [ ! -e "$settings" ] || sed -i 's/^#* *create_main_cluster *=.*/create_main_cluster = false/' "$settings"
    want_package postgresql postgres_programs
}

# Debian starts a server of its own as soon as the package comes; the tests start theirs.
install_etcd() {
    want_package etcd-server command -v etcd
    ! command -v systemctl >/dev/null || systemctl disable --now etcd >/dev/null 2>&1
}

# Debian starts it as soon as the package comes; the tests start their own.
install_haproxy() {
    want_package haproxy test -x /usr/sbin/haproxy
    ! command -v systemctl >/dev/null || systemctl disable --now haproxy >/dev/null 2>&1
}

# Clusters of Debian 12's nats-server 2.9 do not compare and swap; the one of Debian 13 is unpacked beside it.
unpack_recent_nats() {
    mkdir -p "$nats/apt/lists/partial" "$nats/apt/archives/partial"
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep '/debian/*$' | head -n 1)
    echo "deb [signed-by=$debian_keys] $mirror trixie main" >"$nats/apt/sources.list"
    set -- -qq -o APT::Sandbox::User=root -o Dir::Etc::SourceList="$nats/apt/sources.list" -o Dir::Etc::SourceParts=- \
        -o Dir::State::Lists="$nats/apt/lists" -o Dir::Cache="$nats/apt" -o Acquire::Languages=none
    say "unpacking Debian 13's nats-server into target/test-nats"
    (cd "$nats" && apt-get "$@" update && apt-get "$@" download nats-server/trixie &&
        dpkg-deb --extract nats-server_*.deb "$nats") >&2
    rm -rf "$nats/apt" "$nats"/nats-server_*.deb
    "$nats/usr/sbin/nats-server" --version >/dev/null || could_not "$nats" "see the lines above"
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

# Whether the environment $1 has what its file lists.
is_current() {
    [ -x "$1/bin/python" ] && [ -e "$1/requirements.sha256" ] &&
        sha256sum --check --status "$1/requirements.sha256" 2>/dev/null
}

# Makes the environment $1 of the file $2, in which the modules $3 can be imported. The stamp is written last, so that
# an installation that was cut short is done again from the start.
build_venv() {
    say "installing ${2#"$root/"} into ${1#"$root/"} with $python"
    rm -rf "$1"
    "$python" -m venv "$1" &&
        "$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
            --retries 3 --timeout 30 -r "$2" >&2 &&
        "$1/bin/python" -c "import $3" &&
        sha256sum "$2" >"$1/requirements.sha256"
}

# The Python environment of the tests, without which they fail.
install_venv() {
    python=$(find_python) || {
        could_not python3 "Python 3.10 or 3.11 is needed (boto 2.49 does not work on 3.12): set PYTHON to one"
        return
    }
    build_venv "$venv" "$requirements" 'boto, boto3, clustercron.main, moto.server, prometheus_client' ||
        could_not "$venv" "see the lines above"
}

# Peers that only the benchmarks run. These say so and go on where one is missing, so that is no failure here.
install_peers() {
    python=$(find_python) || return 0
    build_venv "$peers" "$root/tests/peers.txt" 'ClusterShell, ansible' || {
        rm -rf "$peers"
        say "could not install tests/peers.txt (see the lines above); the benchmarks go on without"
    }
}

want_package build-essential can_compile
want_package ca-certificates test -e /etc/ssl/certs/ca-certificates.crt
want_package procps sh -c 'command -v pgrep && test -x /bin/kill'
want_package systemd command -v systemd-analyze
want_package groff-base command -v groff
want_package strace command -v strace
want_package iproute2 command -v ip
want_package nftables test -x /usr/sbin/nft
want_package iptables test -x /usr/sbin/iptables
want_package openssl command -v openssl
[ -x /usr/sbin/haproxy ] || install_haproxy
want_package wrk command -v wrk
postgres_programs >/dev/null 2>&1 || install_postgres
want_package pgbouncer test -x /usr/sbin/pgbouncer
want_package nats-server command -v nats-server
want_package etcd-client command -v etcdctl
command -v etcd >/dev/null 2>&1 || install_etcd
[ -x "$nats/usr/sbin/nats-server" ] || unpack_recent_nats
if ! is_current "$venv"; then
    want_package python3-venv find_python
    install_venv
fi
is_current "$peers" || install_peers

[ -z "$missing" ] || { say "not installed:$missing"; exit 1; }
