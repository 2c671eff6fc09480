#!/bin/sh
# Loads the service with twice the rate that it can sustain, and then shuts it down under load.
#
#   crates/service/tools/load.sh [SECONDS] [PHOTO]
#
# Needs wrk and curl; run `cargo build --release --bins` first. It measures the
# rate with so few clients that none is refused. Then it sends twice that rate from 64 clients, and
# prints resident memory every 10 s. If the speed of the machine varies, set RATE in the environment.
# At the end, it sends SIGTERM while clients wait.
set -eu
cd "$(dirname "$0")/../../.."
seconds=${1:-180}
photo=${2:-testdata/photos/accept_studio_man_01.jpg}
clients=64
tools=crates/service/tools
log=$(mktemp)
target/release/shomei-service --listen 127.0.0.1:0 --metrics-listen 127.0.0.1:0 2>"$log" &
service=$!
trap 'kill "$service" 2>/dev/null || true; rm -f "$log" "$log".*' EXIT
until grep -q ready "$log"; do sleep 0.1; done
port() { sed -n "s/.* $1=\([^ ]*\).*/\1/p" "$log" | head -n 1; }
url="http://$(port listen)/v1/reviews?lang=en"
metrics="http://$(port metrics_listen)/metrics"
load() { wrk -t "$1" -c "$1" -d "$2" --timeout 60s -s $tools/load.lua "$url" -- "$photo" "$3"; }
count() { sed -n "s/^status $1: //p" "$2"; }

echo "## Sustainable: 4 clients without pauses, 15 s"
load 4 15s 0 | grep -E "^(status|socket|accepted)" | tee "$log.rate"
rate=${RATE:-$(($(count 200 "$log.rate") / 15))}
# An admitted photo waits, too, so clients pause for less.
pause=$((clients * 1000 / (2 * rate) - 200))
echo "## Twice $rate/s: $clients clients with pauses of $pause ms, $seconds s"
load $clients "${seconds}s" $pause >"$log.load" &
load=$!
while kill -0 $load 2>/dev/null; do
    sleep 10
    curl -s "$metrics" | sed -n 's/^process_resident_memory_bytes /resident bytes: /p'
done
grep -E "^(status|socket|seconds|accepted)" "$log.load"

echo "## SIGTERM under load"
for i in 1 2 3 4 5 6 7 8; do
    curl -s -o /dev/null -w '%{http_code}\n' --data-binary "@$photo" -H 'content-type: image/jpeg' \
        "$url" >>"$log.drain" &
    clients_of_drain="${clients_of_drain:-} $!"
done
sleep 0.1
kill -TERM "$service"
wait $clients_of_drain || true
wait "$service" && echo "exit 0"
sort "$log.drain" | uniq -c
