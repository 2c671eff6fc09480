#![no_main]

#[path = "../bodies/exif_icc.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|data: &[u8]| body::run(data));
