//! Conversations with the daemon in which a user proves something: that a new method works, or who they
//! are.

pub(crate) mod answers;
pub(crate) mod enrollment;
mod prompt;
mod sending;
pub(crate) mod verification;
