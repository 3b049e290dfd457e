//! The errors of tasks.

use std::{fmt, io};

/// The result of a task or of a part of it.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// Why a task failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line names no task.
    Usage(String),
    /// Any other error; the text says what is wrong and what to do.
    Wrong(String),
    /// A system call on a file, directory, pipe or program failed.
    Io(String, io::Error),
    /// The user stopped the task.
    Interrupted,
}

impl Failure {
    /// The exit code of the task.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Wrong(_) | Self::Io(..) => 1,
            Self::Usage(_) => 2,
            // The shell's exit code for a program that Ctrl-C stopped.
            Self::Interrupted => 130,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Wrong(text) => f.write_str(text.trim_end()),
            Self::Io(what, source) => write!(f, "cannot {what}: {source}"),
            Self::Interrupted => f.write_str("stopped"),
        }
    }
}

/// Adds to an error what was attempted.
pub(crate) trait Context<T> {
    /// `what` completes "cannot …".
    fn context(self, what: impl FnOnce() -> String) -> Result<T>;
}

impl<T> Context<T> for io::Result<T> {
    fn context(self, what: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|source| Failure::Io(what(), source))
    }
}
