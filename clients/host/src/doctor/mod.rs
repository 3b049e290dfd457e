//! `secinfo doctor`: what is wrong with the installation, and what to do about it.

mod account_locks;
mod accounts;
mod clock;
mod cockpit;
mod command;
mod daemon;
mod departed;
mod desktop;
mod examine;
mod expected;
mod files;
mod finding;
mod kiosks;
mod lacking;
mod pam;
pub(crate) mod push;
mod recovery;
mod reset;
mod root_by_reset;
pub(crate) mod sshd;
mod sudoers;
mod units;

pub use command::{Arguments, run};
pub(crate) use examine::examine;
pub(crate) use expected::NO_ADMINISTRATOR;
pub(crate) use finding::{Area, Finding, Severity};
