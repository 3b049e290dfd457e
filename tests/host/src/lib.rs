//! A Debian host for tests of the package: systemd, dbus, polkit, sshd and sudo are the real ones,
//! and secinfo is installed as its user would install it.
//!
//! `cargo xtask test host` makes the root file system and the package and runs these tests, as root;
//! `cargo xtask test host NAME` runs those with NAME in their names.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on has failed"
)]

mod container;
mod installed;
mod machine;
mod output;
mod people;
mod phones;
mod vm;

pub use installed::{PreparedRoot, installed_root, package};
pub use machine::Machine;
pub use output::Output;
pub use people::{APP, Session, is_refused, is_refused_once_read};
pub use phones::Authority;
pub use secinfo_test_key::{Attestation, Authenticator, Fault, MachinePort, Owner, Ports, Shared};
pub use secinfo_test_person::{Algorithm, Codes, Dialogue, Process, Pty, now};
pub use secinfo_test_phone::{Choice, Entry, Link, Phone, Problem};
pub use vm::{Console, Disk, Tpm, VirtualMachine};

/// The users that the host has beside root, who has no password. The last one may use sudo.
/// The password of each is [`password`].
pub const ACCOUNTS: [&str; 4] = ["alice", "bob", "carol", "admin"];

/// The password of one of the [`ACCOUNTS`].
pub fn password(user: &str) -> String {
    format!("{user}-password")
}
