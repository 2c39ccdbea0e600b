#!/usr/bin/env bash
# Builds hrvq and its tests against the CUDA wheel of a version of PyTorch, without a GPU and without CUDA, and packs them
# for a machine that has that version of PyTorch and a GPU, but neither Swift nor a compiler.
#
#   Tools/cuda.sh [VERSION]      here:  writes hrvq-cuda.tar.xz (VERSION: 2.11.0 by default)
#   tar xf hrvq-cuda.tar.xz && hrvq-cuda/run check              there: tests on the GPU, then training beside PyTorch
#   hrvq-cuda/run train --preset hrvqvae-cifar10 …              there: any command of hrvq
#
# PACK=program leaves the tests out (a fifth of the time), PACK=tests the benchmarks' program.
set -euo pipefail
cd "$(dirname "$0")/.."
version=${1:-2.11.0}
pack=${PACK:-all}
say() { printf 'cuda: %s\n' "$*"; }
fail() { printf 'cuda: %s\n' "$*" >&2; exit 1; }
[[ $(uname -s)-$(uname -m) == Linux-x86_64 ]] || fail "CUDA wheels that this takes are those of Linux on x86-64"
command -v swift >/dev/null || fail "swift is missing; run 'make setup', which says how to get it"

# --- LibTorch with CUDA: headers and what the linker wants of the wheel; its CUDA packages are not needed to build ------
wheel=.libtorch/cuda-$version
if [[ ! -f $wheel/torch/lib/libtorch_cpu.so ]]; then
    say "fetching the wheel of PyTorch $version (half a gigabyte)"
    download=$(mktemp -d)
    trap 'rm -rf "$download"' EXIT
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --python-version 3.12 \
        --implementation cp --platform manylinux_2_28_x86_64 --dest "$download" "torch==$version" \
        || fail "pip has no wheel of PyTorch $version for Linux; another version: Tools/cuda.sh VERSION"
    python3 - "$download"/torch-*.whl "$wheel" <<'PYTHON'
import sys
import zipfile

with zipfile.ZipFile(sys.argv[1]) as wheel:
    names = [name for name in wheel.namelist() if name.startswith(("torch/include/", "torch/lib/", "torch/version.py"))]
    if not any(name.endswith("libtorch_cuda.so") for name in names):
        sys.exit("the wheel has no CUDA in it")
    wheel.extractall(sys.argv[2], names)
PYTHON
    rm -rf "$download"
fi
export LIBTORCH=$PWD/$wheel/torch

# --- Build ------------------------------------------------------------------------------------------------------
# The wheel's own dependencies are on the other machine; here the linker need not see them.
# shellcheck disable=SC2016 # the loader expands it
linker=(-Xlinker --allow-shlib-undefined -Xlinker -rpath -Xlinker '$ORIGIN/lib')
folder=.build-cuda/hrvq-cuda
rm -rf "$folder"
mkdir -p "$folder/lib"
if [[ $pack != tests ]]; then
    say "building hrvq"
    swift build -c release --static-swift-stdlib --scratch-path .build-cuda --product hrvq "${linker[@]}"
    cp .build-cuda/release/hrvq "$folder/"
    cp -r Benchmarks/peers "$folder/"
fi
if [[ $pack != program ]]; then
    say "building the tests"
    swift build --build-tests --scratch-path .build-cuda "${linker[@]}"
    cp .build-cuda/debug/hrvqPackageTests.xctest "$folder/tests"
    cp -r .build-cuda/debug/*.resources "$folder/"
    runtime=$(dirname "$(command -v swift)")/../lib/swift/linux
    ldd "$folder/tests" | sed -n 's/^\t\(lib[^ ]*\) => .*/\1/p' | while read -r library; do
        if [[ -f $runtime/$library ]]; then cp -L "$runtime/$library" "$folder/lib/"; fi
    done
fi
# The image libraries; glibc and libstdc++ are those of the other machine.
program=$folder/hrvq
[[ $pack == tests ]] && program=$folder/tests
ldd "$program" | sed -n 's/^\t\(lib\(turbojpeg\|webp\|sharpyuv\|png16\|crypto\|z\)\.[^ ]*\) => \([^ ]*\) .*/\3/p' \
    | sort -u | xargs -I{} cp -L {} "$folder/lib/"
find "$folder" -type f \( -name 'hrvq' -o -name tests -o -name '*.so*' \) -exec strip --strip-unneeded {} + 2>/dev/null || true

cat >"$folder/run" <<'RUN'
#!/usr/bin/env bash
# Runs hrvq with the LibTorch of this machine's PyTorch. `check`: the tests of what runs on a GPU, then training beside
# PyTorch; `test ARGUMENTS`: the test program itself.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}
torch=$("$python" -c 'import os, torch; print(os.path.dirname(torch.__file__))')
export LD_LIBRARY_PATH="$torch/lib:$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
case ${1:-} in
    check)
        "$here/hrvq" doctor
        (cd "$here" && ./tests --testing-library swift-testing --no-parallel --filter CUDA)
        exec "$here/hrvq" bench --device cuda --peers "$here/peers" --python "$python" --json "${2:-bench-cuda.json}"
        ;;
    test) cd "$here" && exec ./tests "${@:2}" ;;
    *) exec "$here/hrvq" "$@" ;;
esac
RUN
chmod +x "$folder/run"
say "packing"
tar -C "$(dirname "$folder")" -cf - hrvq-cuda | xz -T0 -3 >hrvq-cuda.tar.xz
say "wrote hrvq-cuda.tar.xz ($(du -h hrvq-cuda.tar.xz | cut -f1)), for PyTorch $version"
