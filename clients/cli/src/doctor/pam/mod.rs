//! PAM's configuration: read as Linux-PAM reads it, and searched for what it lets happen.

mod check;
mod codes;
#[cfg(test)]
mod differential;
mod library;
mod line;
mod load;
mod modules;
mod roles;
mod search;
mod stack;

pub(crate) use check::{Protection, check};
