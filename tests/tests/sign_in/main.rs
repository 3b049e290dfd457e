//! Sign-in from end to end: real OpenSSH, sudo, su and pamtester on real PAM stacks, with accounts
//! of the tests' own. A file for each area of behaviour. Run as root.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on has failed"
)]

mod break_glass;
mod bursts;
mod harness;
mod outcomes;
mod scene;
mod services;
mod set_up;
mod ssh;
