//! The name of a log.

use super::CheckpointError;
use std::fmt;
use std::str::FromStr;

/// The unique name of a log, `<host>/secinfo/<log id>`: the first line of its checkpoints and the
/// name of the key that signs them. Fixed when the log is created; a host that is renamed later
/// keeps it.
///
/// Reading one accepts any name that C2SP signed-note allows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

impl Origin {
    /// The origin of a new log on `host`. `log_id` is random, so that a log created again on the
    /// same host is not taken for the former one. Neither may be empty or have a slash in it.
    pub fn new(host: &str, log_id: &str) -> Result<Self, CheckpointError> {
        let is_part = |part: &str| !part.is_empty() && !part.contains('/');
        if is_part(host) && is_part(log_id) {
            format!("{host}/secinfo/{log_id}").parse()
        } else {
            Err(CheckpointError::InvalidOrigin)
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let forbidden = |c: char| c.is_whitespace() || c.is_control() || c == '+';
        if text.is_empty() || text.contains(forbidden) {
            return Err(CheckpointError::InvalidOrigin);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
