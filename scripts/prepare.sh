# prepare.sh - sourced by the two commands: finds or installs what they need, says what they do without, builds.
# SPDX-License-Identifier: Apache-2.0
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

say() { printf '%s\n' "$*" >&2; }

# need PACKAGE CHECK...: remember the Debian package where the check fails
missing=""
need() {
    package=$1
    shift
    if ! "$@" >/dev/null 2>&1; then missing="$missing $package"; fi
}
has() { command -v "$1"; }

# wanted PACKAGE COMMAND WHY: as need, and remembers what is left out without it, for tell_absent
wishes=""
wanted() {
    need "$1" has "$2"
    wishes="$wishes$2 ($1): $3
"
}
tell_absent() {
    printf '%s' "$wishes" | while IFS= read -r line; do
        has "${line%% *}" >/dev/null || say "without ${line}"
    done
}
has_library() { pkg-config --exists "$1"; }
cmake_is_new() { command -v cmake && [ "$(printf '3.25\n%s\n' "$(cmake --version | sed -n '1s/[^0-9]*//p')" | sort -V | head -n 1)" = 3.25 ]; }
has_compiler() { command -v cc || command -v gcc || command -v clang; }

renewed="" # the package lists, once
# install_missing WHAT: with apt where that can be done, else says what to install and stops
install_missing() {
    [ -n "$missing" ] || return 0
    if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
        say "installing:$missing"
        [ -n "$renewed" ] || apt-get update -q >/dev/null 2>&1 || say "(the package lists could not be renewed; trying with the old ones)"
        renewed=yes
        # shellcheck disable=SC2086
        if ! DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >/dev/null; then
            say "apt-get could not install:$missing"
            return 1
        fi
    elif command -v apt-get >/dev/null 2>&1 && command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        say "installing with sudo:$missing"
        [ -n "$renewed" ] || sudo apt-get update -q >/dev/null 2>&1 || true
        renewed=yes
        # shellcheck disable=SC2086
        sudo DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >/dev/null || return 1
    elif command -v apt-get >/dev/null 2>&1; then
        say "$1 needs packages that are not installed, and only root may install them. Run"
        say "    sudo apt-get install$missing"
        say "and then this command again."
        return 1
    else
        say "$1 needs these (Debian's names), which are not installed:$missing"
        say "Install them with your system's package manager, then run this command again."
        return 1
    fi
}

need_to_build() {
    need gcc has_compiler
    need libc6-dev test -e /usr/include/stdio.h
    need cmake cmake_is_new
    need ninja-build has ninja
    need pkg-config has pkg-config
    need libjansson-dev has_library jansson
}

# What the build goes without where it cannot be had.
want_to_build() {
    missing=""
    has_library xlsxwriter || missing=" libxlsxwriter-dev"
    has_library zlib || missing="$missing zlib1g-dev"
    [ -z "$missing" ] || install_missing "A workbook by apsis run --xlsx" || say "going on without:$missing (apsis run --xlsx will say so)"
    missing=""
}

build() {
    mkdir -p build
    cmake --preset release "$@" >build/log 2>&1 && cmake --build --preset release >>build/log 2>&1 || {
        tail -n 30 build/log >&2
        say "the build failed; the whole log is in build/log"
        return 1
    }
}
