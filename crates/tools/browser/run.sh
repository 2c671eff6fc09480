#!/usr/bin/env bash
# The applicant's page in headless Chromium. Gets what that needs: chromium and chromium-driver by
# apt if they are missing and it may, axe-core by npm. Ends with 77 if there is no browser to be had.
set -euo pipefail
cd "$(dirname "$0")/../../.."
target="$PWD/target/browser"
mkdir -p "$target"

if ! { command -v chromium && command -v chromedriver; } >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq >/dev/null && apt-get install -y -qq chromium chromium-driver >/dev/null || true
fi
if ! { command -v chromium && command -v chromedriver; } >/dev/null; then
    echo "browser: no chromium and chromedriver" >&2
    exit 77
fi
# For the screenshots; the tests pass with any font.
if [ -z "$(fc-list :lang=ja 2>/dev/null)" ] && [ "$(id -u)" = 0 ]; then
    apt-get install -y -qq fonts-noto-cjk >/dev/null || true
fi

axe=4.14.1
sum=e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745
packed="$target/axe-core-$axe.tgz"
if ! echo "$sum  $packed" | sha256sum --check --status 2>/dev/null; then
    if ! command -v npm >/dev/null && [ "$(id -u)" = 0 ]; then
        apt-get install -y -qq npm >/dev/null || true
    fi
    if ! { command -v npm >/dev/null && (cd "$target" && npm pack --silent "axe-core@$axe" >/dev/null); }; then
        echo "browser: axe-core cannot be had: the test with it is left out" >&2
        set -- --skip axe_finds_nothing_serious "$@"
    else
        echo "$sum  $packed" | sha256sum --check --quiet
    fi
fi
[ ! -e "$packed" ] || tar -xzf "$packed" -C "$target" --strip-components=1 package/axe.min.js

export SHOMEI_SERVICE="${SHOMEI_SERVICE:-$(realpath -m "${CARGO_TARGET_DIR:-target}")/release/shomei-service}"
# The same selection as the tests, so that the dependencies are not compiled again.
cargo build --release --workspace --locked
# A browser for each test: one after the other.
cd crates/tools
cargo test --locked -p shomei-service-browser -- --test-threads=1 "$@"
