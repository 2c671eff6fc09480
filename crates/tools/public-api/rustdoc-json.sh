#!/bin/sh
# Stands in for rustdoc (RUSTDOC=…), and describes a crate as JSON instead of pages.
RUSTC_BOOTSTRAP=1 exec rustdoc "$@" -Zunstable-options --output-format json
