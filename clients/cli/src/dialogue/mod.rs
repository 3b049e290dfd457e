//! Conversations with the daemon in which a user proves something: that a new method works, or who they
//! are.

pub(crate) mod answers;
pub(crate) mod enrollment;
pub(crate) mod exchange;
mod key_helper;
mod phone;
mod prompt;
pub(crate) mod security_key;
mod sending;
pub(crate) mod verification;
