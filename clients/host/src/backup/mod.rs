//! `secinfo backup`: the log and the keys of the vault, encrypted with age, in a file.

mod command;
pub(crate) mod file;
mod passphrase;
pub(crate) mod sealing;

pub use command::{Arguments, run};
