//! The configuration of PAM, read as Linux-PAM reads it: the stack of each service, and what becomes of
//! it when its modules return what they can return. Knows no module.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")
)]

pub mod codes;
#[cfg(test)]
mod differential;
pub mod library;
pub mod line;
pub mod load;
pub mod root;
pub mod stack;
pub mod unseen;
