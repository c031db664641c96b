#!/usr/bin/env bash
# The main job on the embedded store: two wrappers in one tick, one run, and its history. Leaves nothing behind.
set -euo pipefail
cd "$(dirname "$0")/.."
bellwether=${BELLWETHER:-target/release/bellwether}
XDG_STATE_HOME=$(mktemp -d)
export XDG_STATE_HOME
trap 'rm -rf "$XDG_STATE_HOME"' EXIT

say() { printf '\n$ %s\n' "$*"; "$@" 2>&1; }

# Ticks of an hour, so that both starts fall into one.
say "$bellwether" once hello --every 1h -- echo "run once"
say "$bellwether" once hello --every 1h -- echo "run once"
say "$bellwether" history hello
