#!/usr/bin/env bash
# Gives the readers of foreign bytes damaged and made-up input: a crash, a leak, more than 512 MB or more than a second
# for one input is a finding. Builds the targets in .build-fuzz, runs two at a time from Fuzz/corpus, says a line a
# target, and exits 1 if there was a finding.
#
#     Tools/fuzz.sh 60s              a minute each
#     Tools/fuzz.sh 1000000 idx      a million inputs, of one target
#     Tools/fuzz.sh --seeds          writes Fuzz/corpus anew
#     Tools/fuzz.sh --input FILE T   runs one input of the target T, with what the sanitizers have to say
#
# FUZZ_JOBS=1 runs one target at a time, FUZZ_BUILD=no takes the targets as they were built before.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { printf 'fuzz: %s\n' "$*" >&2; exit 2; }
scratch=.build-fuzz
work=$scratch/work
binary() { printf '%s/release/fuzz-%s' "$scratch" "$1"; }
available() { ls Fuzz/corpus; }

input=
amount=${1:-60s}
shift || true
if [[ "$amount" == --input ]]; then
    input=${1:?give the file of an input, and a target}
    shift
fi
targets=("$@")
((${#targets[@]})) || mapfile -t targets < <(available)
for target in "${targets[@]}"; do
    [[ -d Fuzz/corpus/$target ]] || fail "there is no target '$target'; there are: $(available | xargs)"
done

# --- build ----------------------------------------------------------------------------------------------------
# SwiftPM makes two flags of the two sanitizers, of which Swift's compiler takes the last alone: hence the third.
[[ -z "$(ls "$scratch/release" 2>/dev/null)" ]] && printf 'fuzz: building the targets (some minutes)\n'
started=$(date +%s)
mkdir -p "$work"
for target in "${targets[@]}"; do
    [[ "${FUZZ_BUILD:-yes}" == no ]] && break
    HRVQ_FUZZ=1 swift build -c release --scratch-path "$scratch" --sanitize fuzzer --sanitize address \
        -Xswiftc -sanitize=fuzzer,address --product "fuzz-$target" >"$work/build.log" 2>&1 || { cat "$work/build.log" >&2; fail "the build failed"; }
done
printf 'fuzz: built in %s s\n' "$(($(date +%s) - started))"

# --- how targets run ------------------------------------------------------------------------------------------
# Swift's own report of a trap waits for a debugger; libFuzzer reports it. Freed memory is kept back to find its use,
# and would count as the reader's.
export SWIFT_BACKTRACE=enable=no OMP_NUM_THREADS=1
export ASAN_OPTIONS=quarantine_size_mb=16:malloc_context_size=2:detect_leaks=1
limits=(-timeout=1 -rss_limit_mb=512 -malloc_limit_mb=512)

if [[ "$amount" == --seeds ]]; then
    for target in "${targets[@]}"; do
        rm -f Fuzz/corpus/"$target"/*
        HRVQ_FUZZ_SEEDS=Fuzz/corpus/$target "$(binary "$target")"
    done
    exit 0
fi
if [[ -n "$input" ]]; then
    ((${#targets[@]} == 1)) || fail "say which target the input is of"
    ASAN_OPTIONS=quarantine_size_mb=16 exec "$(binary "${targets[0]}")" "${limits[@]}" "$input"
fi

case "$amount" in
    *s) stop=-max_total_time=${amount%s} ;;
    *) stop=-runs=$amount ;;
esac
[[ "${stop#*=}" =~ ^[1-9][0-9]*$ ]] || fail "'$amount' is neither a number of inputs nor of seconds (such as 60s)"

# --- run ------------------------------------------------------------------------------------------------------
run() {
    local target=$1 log=$work/$1.log corpus=$work/$1.corpus findings=$work/$1.findings
    # New inputs go to the first folder, and the seeds are read from the second.
    rm -rf "$corpus" "$findings"
    mkdir -p "$corpus" "$findings"
    local options=()
    [[ -f Fuzz/dictionaries/$target.dict ]] && options+=(-dict="Fuzz/dictionaries/$target.dict")
    local result=ok status=0
    "$(binary "$target")" "$corpus" "Fuzz/corpus/$target" "$stop" "${limits[@]}" "${options[@]}" \
        -artifact_prefix="$findings/" -print_final_stats=1 >"$log" 2>&1 || status=$?
    case $status in
        0) ;;
        72) result="INTERRUPTED" ;;
        *) result="FINDING, see $log" ;;
    esac
    local found
    found=$(find "$findings" -type f | head -1)
    [[ -n "$found" ]] && result="FINDING: Tools/fuzz.sh --input $found $target"
    figure() { sed -n "s/^stat::$1: *//p" "$log" | tail -1; }
    local coverage
    coverage=$(grep -o ' cov: [0-9]*' "$log" | tail -1 | tr -dc 0-9 || true)
    printf 'fuzz: %-13s %9s inputs  %7s a second  %5s edges  %4s MB  %s\n' "$target" \
        "$(figure number_of_executed_units)" "$(figure average_exec_per_sec)" "$coverage" "$(figure peak_rss_mb)" \
        "$result"
    ((status == 0))
}
status=0
running=0
for target in "${targets[@]}"; do
    if ((running == ${FUZZ_JOBS:-2})); then
        wait -n || status=1
        running=$((running - 1))
    fi
    run "$target" &
    running=$((running + 1))
done
while ((running)); do
    wait -n || status=1
    running=$((running - 1))
done
exit "$status"
