#![no_main]

#[path = "../bodies/journal.rs"]
mod body;
#[path = "../bodies/tools.rs"]
mod tools;

libfuzzer_sys::fuzz_target!(|data: &[u8]| body::run(data));
