#!/bin/sh
# Asks the public advisories about every pinned dependency: audit.sh PYTHON [LOCKFILE [LIST]]. Works in an environment of
# its own that is thrown away. Ends with 0: none known; 1: some are known; 2: could not be asked, so nothing is proved.
# Where nobody can be asked, LIST answers if it is given: see tools/audit_list.py.
set -eu
python=$1
lock=${2:-requirements.lock}
list=${3:-}
here=$(dirname "$0")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
from_list() {
    [ -n "$list" ] || exit "$1"
    echo "audit: the list $list answers instead:" >&2
    "$python" "$here/audit_list.py" "$lock" "$list"
    exit
}
unreached() {
    echo "audit: the advisory service cannot be reached or does not know these packages; nothing is proved ($1)." >&2
    from_list 2
}

"$python" -m venv "$scratch/venv"
"$scratch/venv/bin/python" -m pip install --quiet --quiet --disable-pip-version-check "pip-audit>=2.9,<3" ||
    unreached "pip-audit cannot be installed"
# Every line must carry its hash. The hashes themselves are compared when `make setup` installs.
"$scratch/venv/bin/pip-audit" --require-hashes --disable-pip --progress-spinner off --timeout 30 --format json \
    --requirement "$lock" --output "$scratch/found.json" 2>"$scratch/said" || true
[ -s "$scratch/found.json" ] || unreached "$(tail -n 1 "$scratch/said" | cut -c 1-200)"
code=0
"$scratch/venv/bin/python" "$here/audit_report.py" "$scratch/found.json" || code=$?
[ "$code" = 2 ] && from_list 2
exit "$code"
