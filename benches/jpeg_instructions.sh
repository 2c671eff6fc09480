#!/bin/sh
# Counts the instructions of one decode per case with callgrind, and compares with a record.
#
#   benches/jpeg_instructions.sh record FOLDER    writes FOLDER/instructions.txt
#   benches/jpeg_instructions.sh check FOLDER     fails if any case takes over 3 % more than recorded
#
# FOLDER holds the corpus of jpeg_corpus.py. Two runs of one build agree to some parts in a million, so
# this finds a regression that no clock on a busy machine could; it does not rank decoders, since
# instructions are not time. Record and check on one machine with one compiler. Needs valgrind.
set -eu
mode=$1
folder=$2
cargo build --quiet --release --workspace --bin jpeg_once
once=${CARGO_TARGET_DIR:-target}/release/jpeg_once
record=$folder/instructions.txt
new=$(mktemp)
trap 'rm -f "$new"' EXIT
for case in 12mp_420_2mb:1 12mp_420_2mb:2 12mp_420_2mb:4 12mp_444:1 12mp_420_restart:1 \
    12mp_420_progressive:1 12mp_420_progressive:2 1mp_420:4; do
    count=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null \
        "$once" "$folder/${case%:*}.jpg" "${case#*:}" 2>&1 |
        sed -n 's/,//g; s/.*I *refs: *//p')
    echo "$case $count" | tee -a "$new"
done
if [ "$mode" = record ]; then
    cp "$new" "$record"
else
    join "$record" "$new" | awk '
        $3 > $2 * 1.03 { printf "%s: %d, was %d (%+.1f %%)\n", $1, $3, $2, ($3 / $2 - 1) * 100; bad = 1 }
        END { exit bad }'
fi
