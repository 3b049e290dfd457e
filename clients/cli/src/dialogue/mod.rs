//! Conversations with the daemon in which a user proves something: that a new method works, or who they
//! are.

mod code;
pub(crate) mod enrollment;
mod sending;
pub(crate) mod verification;
