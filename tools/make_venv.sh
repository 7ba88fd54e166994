#!/bin/sh
# Makes .venv from a lock file: make_venv.sh PYTHON LOCKFILE. Says what to install where the system lacks a part.
set -eu
python=$1
lock=$2
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "chokan: Python 3.11 or newer is needed (tried: $python). Set another with: make PYTHON=python3.12" >&2
    exit 1
fi
if [ ! -x .venv/bin/python ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    rm -rf .venv
    if ! "$python" -m venv .venv >/dev/null 2>&1; then
        rm -rf .venv
        # Debian keeps venv's own parts in a package beside python3.
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            echo "Installing python3-venv …"
            apt-get install -y -qq python3-venv >/dev/null 2>&1 ||
                { apt-get update -qq >/dev/null && apt-get install -y -qq python3-venv >/dev/null; }
            "$python" -m venv .venv
        else
            echo "chokan: this Python cannot make a virtual environment. Debian, Ubuntu: sudo apt install python3-venv" >&2
            exit 1
        fi
    fi
fi
echo "Installing Chokan's dependencies (about a minute the first time) …"
.venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r "$lock"
.venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
