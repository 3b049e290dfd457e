//! What the log must withstand, with the real daemon: kills, power cuts, full and read-only disks,
//! damage, rewriting, and one code used many times at once. Run as root, with loop devices.
//!
//! Random choices come from a seed, which is printed; `SECINFO_SEED` sets another one.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(
    clippy::print_stderr,
    reason = "the reader of the output of these tests wants the numbers"
)]

mod audited_log;
mod burst;
mod damaged;
mod full_disk;
mod kill;
mod power_cut;
mod read_only;
mod rewritten;
mod stopping;

/// The accounts under load, which every Debian system has.
const USERS: [u32; 4] = [1, 2, 3, 5];

/// The seed of a test's random choices.
fn seed(usual: u64) -> u64 {
    let seed = std::env::var("SECINFO_SEED").map_or(usual, |text| text.parse().unwrap());
    eprintln!("seed {seed}");
    seed
}
