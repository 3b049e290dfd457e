//! How long the stages of a test take.

use std::time::Instant;

/// Prints how long each stage took.
pub(crate) struct Stages(Instant);

impl Stages {
    pub(crate) fn new() -> Self {
        Self(Instant::now())
    }

    #[allow(
        clippy::print_stderr,
        reason = "the test runner shows it of a failed test"
    )]
    pub(crate) fn done(&self, what: &str) {
        eprintln!("{:>6.1} s: {what}", self.0.elapsed().as_secs_f32());
    }
}
