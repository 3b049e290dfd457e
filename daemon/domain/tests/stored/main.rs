//! The stored form of events: it survives encoding, never changes silently, and is what the
//! schemas say.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test says what it shows in its name, and may fail at an unwrap"
)]

mod codec;
mod examples;
mod golden;
mod schemas;
mod strategies;

use proptest::test_runner::{Config, RngSeed};

/// The same cases in every run; `PROPTEST_CASES` asks for more of them.
fn config() -> Config {
    Config {
        rng_seed: RngSeed::Fixed(0x5ec1_4f0e),
        failure_persistence: None,
        ..Config::default()
    }
}
