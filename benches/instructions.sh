#!/bin/sh
# Counts the instructions of every stage with callgrind, and compares them with a record.
#
#   benches/instructions.sh record    writes benches/instructions.txt
#   benches/instructions.sh check     fails if a stage takes over 3 % more than recorded
#
# The bodies are those of criterion (`src/stages.rs`). Each runs once to warm up and once to be counted.
# Two runs of one build agree to some parts in ten thousand, so this finds regressions that a clock on
# a busy machine would miss. Instructions are not time, so it does not rank programs. The record is
# valid for its compiler and kind of processor: on another machine, record again before a change.
# Needs valgrind and takes some minutes.
set -eu
mode=${1:?record or check}
cd "$(dirname "$0")/.."
record=benches/instructions.txt
[ "$mode" = record ] || [ -f "$record" ] || { echo "no $record: record first" >&2; exit 2; }
cargo build --quiet --release --workspace --bin inputs --bin stages
programs=${CARGO_TARGET_DIR:-target}/release
inputs=${SHOMEI_BENCH_INPUTS:-target/bench-inputs}
"$programs/inputs" "$inputs" >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# count FILE [GROUP]: a line with the name and the instructions of each body. Only what happens
# within `measured` counts, and each return from it writes a file.
count() {
    rm -f "$work"/counts*
    valgrind --tool=callgrind --callgrind-out-file="$work/counts" \
        --toggle-collect=shomei_benches::cpu::measured \
        --dump-after=shomei_benches::cpu::measured \
        "$programs/stages" "$inputs/single/$1.jpg" 1 ${2+"$2"} 2>"$work/log" >"$work/table" ||
        { cat "$work/log" >&2; exit 1; }
    part=0
    tail -n +2 "$work/table" | cut -f1 | tr ' ' '_' | while read -r stage; do
        part=$((part + 1))
        echo "$1:$stage $(sed -n 's/^totals: *//p' "$work/counts.$part")"
    done
}

{
    count 12mp
    for file in 12mp-progressive 12mp-444 12mp-restart 1mp; do
        count "$file" jpeg
    done
    count 12mp-progressive decode
    count 1mp decode
} >"$work/new"
cat "$work/new"
if [ "$mode" = record ]; then
    { echo "# $(rustc --version)"; cat "$work/new"; } >"$record"
else
    awk '
        NR == FNR { was[$1] = $2; next }
        !($1 in was) { print $1 ": not recorded"; bad = 1; next }
        $2 > was[$1] * 1.03 { printf "%s: %d, was %d (%+.1f %%)\n", $1, $2, was[$1], ($2 / was[$1] - 1) * 100; bad = 1 }
        END { exit bad }' "$record" "$work/new"
fi
