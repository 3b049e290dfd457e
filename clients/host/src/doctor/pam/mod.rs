//! PAM's configuration: read as Linux-PAM reads it, and searched for what it lets happen.

#[cfg(test)]
mod against_libpam;
mod check;
mod factors;
mod mend;
mod modules;
mod order;
mod problem;
mod remedy;
mod reset;
mod roles;
mod search;

pub(crate) use check::{Protection, check};
