#![no_main]

#[path = "../bodies/jpeg.rs"]
mod body;
#[allow(dead_code, reason = "its own body is not run")]
#[path = "../bodies/decode.rs"]
mod decode;
#[path = "../bodies/tools.rs"]
mod tools;

libfuzzer_sys::fuzz_target!(|data: &[u8]| body::run(data));
