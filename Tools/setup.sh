#!/usr/bin/env bash
# Installs what the build needs and is not there yet: image libraries from the system's packages, LibTorch from the
# `torch` wheel into .libtorch. Safe to run again; then it only looks.
set -euo pipefail
cd "$(dirname "$0")/.."

torch_version=2.13.0
say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

command -v swift >/dev/null || fail "swift is missing; install Swift 6.1 or later (https://www.swift.org/install) and run again"

# --- image libraries and Python -------------------------------------------------------------------------------
missing=()
need() { pkg-config --exists "$1" 2>/dev/null || missing+=("$2"); }
if command -v pkg-config >/dev/null; then
    need libturbojpeg libturbojpeg0-dev
    need libjpeg libjpeg-dev
    need libpng libpng-dev
    need libwebpdemux libwebp-dev
    need zlib zlib1g-dev
    need libarchive libarchive-dev
    need libcrypto libssl-dev
else
    missing+=(pkg-config libturbojpeg0-dev libjpeg-dev libpng-dev libwebp-dev zlib1g-dev libarchive-dev libssl-dev)
fi
if [[ -z "${LIBTORCH:-}" ]]; then
    command -v python3 >/dev/null || missing+=(python3)
    python3 -m pip --version >/dev/null 2>&1 || missing+=(python3-pip)
fi
if ((${#missing[@]})); then
    command -v apt-get >/dev/null \
        || fail "missing: ${missing[*]} (Debian's names); install them with your system's package manager and run again"
    as_root=()
    if [[ $(id -u) -ne 0 ]]; then
        command -v sudo >/dev/null || fail "missing: ${missing[*]}; run 'apt-get install ${missing[*]}' as root"
        as_root=(sudo)
    fi
    say "installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq || say "apt-get update failed; going on with the lists there are"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null \
        || fail "apt-get could not install ${missing[*]}"
fi

# --- LibTorch -------------------------------------------------------------------------------------------------
write_pkg_config() {
    local folder=$1
    mkdir -p .libtorch/pkgconfig
    local text
    text="prefix=$folder
Name: libtorch
Description: The C++ core of PyTorch
Version: $(sed -n "s/^__version__ = '\([0-9.]*\).*/\1/p" "$folder/version.py" 2>/dev/null || cat "$folder/build-version" 2>/dev/null || true)
Cflags: -I\${prefix}/include -I\${prefix}/include/torch/csrc/api/include
Libs: -L\${prefix}/lib -ltorch_cpu -lc10"
    if [[ "$(cat .libtorch/pkgconfig/libtorch.pc 2>/dev/null)" != "$text" ]]; then
        printf '%s\n' "$text" >.libtorch/pkgconfig/libtorch.pc
    fi
}

if [[ -n "${LIBTORCH:-}" ]]; then
    [[ -f "$LIBTORCH/lib/libtorch_cpu.so" || -f "$LIBTORCH/lib/libtorch_cpu.dylib" ]] \
        || fail "LIBTORCH=$LIBTORCH has no lib/libtorch_cpu; it must name a LibTorch folder, or 'torch' inside site-packages"
    write_pkg_config "$LIBTORCH"
    say "ready: LibTorch from LIBTORCH=$LIBTORCH"
    exit 0
fi

if ! grep -qs "^__version__ = '$torch_version" .libtorch/site/torch/version.py; then
    say "installing torch $torch_version into .libtorch (some minutes)"
    rm -rf .libtorch/partial
    mkdir -p .libtorch
    # numpy and safetensors are for the PyTorch peers of the benchmarks and for the fixture generators.
    install() {
        python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-warn-conflicts \
            --target .libtorch/partial "$1" numpy safetensors
    }
    installed=false
    if [[ ! -e /proc/driver/nvidia/version ]] && ! command -v nvidia-smi >/dev/null; then
        # A tenth of the size, where the registry offers it.
        if install "torch==$torch_version+cpu" 2>.libtorch/pip.log; then installed=true; else rm -rf .libtorch/partial; fi
    fi
    if ! $installed; then
        install "torch==$torch_version" || fail "pip could not install torch $torch_version; set LIBTORCH to a LibTorch 2.11 to 2.13 instead"
    fi
    rm -rf .libtorch/site
    mv .libtorch/partial .libtorch/site
fi
write_pkg_config "$PWD/.libtorch/site/torch"
say "ready: torch $(sed -n "s/^__version__ = '\(.*\)'/\1/p" .libtorch/site/torch/version.py)"
