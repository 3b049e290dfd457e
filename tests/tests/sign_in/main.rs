//! Sign-in from end to end: real OpenSSH, sudo, su and pamtester on real PAM stacks, with private
//! accounts. Run as root.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on has failed"
)]

mod administrators_told;
mod break_glass;
mod bursts;
mod fixture;
mod harness;
mod names;
mod outcomes;
mod resets;
mod services;
mod set_up;
mod ssh;
mod ssh_security_keys;
