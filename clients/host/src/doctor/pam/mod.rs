//! PAM's configuration: read as Linux-PAM reads it, and searched for what it lets happen.

mod check;
mod modules;
mod roles;
mod search;

pub(crate) use check::{Protection, check};
