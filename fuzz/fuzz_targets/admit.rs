//! The function that the corpus is tested with, under a fuzzer.

#![no_main]

#[path = "../../crates/core/tests/hostile/targets/admit.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| target::run(bytes));
