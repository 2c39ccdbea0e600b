#!/usr/bin/env bash
# Measures beside the PyTorch peers in Benchmarks/peers, all taking turns in one run. Prints a table and writes
# Benchmarks/latest.json. Arguments name the measures (train, train-ffhq, train-vqvae2, quantize, quantize-statistics,
# quantize-train, quantize-flat, train-prior, sample-32, sample-16, encode-codes, decode-codes, range-encode,
# range-decode, tokenize, contention: our speed beside a busy program, compared with our speed alone); all by default.
set -euo pipefail
cd "$(dirname "$0")/.."
peers=.libtorch/peers
# Pinned and complete, so without dependencies: they would bring another torch along.
if ! cmp -s Benchmarks/peers/requirements.txt "$peers/requirements.txt"; then
    echo "bench: installing the peers' packages into $peers"
    rm -rf "$peers"
    python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-deps \
        --target "$peers" -r Benchmarks/peers/requirements.txt
    cp Benchmarks/peers/requirements.txt "$peers/requirements.txt"
fi
export PYTHONPATH="$PWD/.libtorch/site:$PWD/$peers"
exec .build/release/hrvq bench "$@" --peers Benchmarks/peers --json Benchmarks/latest.json
