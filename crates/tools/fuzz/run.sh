#!/bin/sh
# Fuzzes each target for MINUTES, one after the other, and fails if one of them finds something.
#
#   crates/tools/fuzz/run.sh MINUTES [TARGET...]
#
# Needs Rust nightly, `cargo install cargo-fuzz --locked` and python3. The first run compiles the
# networks' runtime, which takes minutes. Findings are in `crates/tools/fuzz/artifacts`. Fix them, and keep
# each as a test beside the faulty code.
set -eu
cd "$(dirname "$0")"
seconds=$((${1:?how many minutes for each target} * 60))
shift
[ $# -gt 0 ] || set -- probe decode jpeg exif_icc policy records manifest journal tar review
export RUSTC_WRAPPER="$PWD/rustc.sh"
./seeds.py
failed=
for target; do
    features=
    most=65536
    case $target in
        manifest | journal | tar) features=networks most=16384 ;;
        review) features=networks most=262144 ;;
        jpeg) most=4096 ;;
    esac
    dictionary="dictionaries/$target"
    [ -f "$dictionary" ] || dictionary=
    echo "## $target, $seconds s" >&2
    # The code is safe Rust: a sanitiser would find nothing that panics do not.
    cargo +nightly fuzz run --fuzz-dir . --release --sanitizer none --features "$features" \
        "$target" -- ${dictionary:+"-dict=$dictionary"} -max_total_time="$seconds" \
        -max_len=$most -timeout=60 -rss_limit_mb=1024 -print_final_stats=1 ||
        failed="$failed $target"
done
[ -z "$failed" ] || { echo "found something:$failed" >&2; exit 1; }
