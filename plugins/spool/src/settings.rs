//! The settings, and their validation.

use jiff::SignedDuration;
use secinfo_channel::CreateError;
use serde::Deserialize;
use std::path::PathBuf;
use std::time::Duration;

/// The settings of `spool`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The directory that messages are written to. It must exist.
    directory: PathBuf,
    /// Simulates a slow provider: how long a delivery takes, up to 1 h; by default no time.
    delay: Option<String>,
    /// Simulates a provider that is down or refuses.
    #[serde(default)]
    fail: Fail,
}

/// How every delivery fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fail {
    /// It does not fail.
    #[default]
    None,
    /// The provider is busy and asks to try again later.
    TryLater,
    /// The destination does not exist.
    Destination,
    /// The provider cannot be reached.
    Unreachable,
}

/// Validated settings.
pub(crate) struct Checked {
    pub(crate) directory: PathBuf,
    pub(crate) delay: Duration,
    pub(crate) fail: Fail,
}

const LONGEST_DELAY: Duration = Duration::from_hours(1);

impl Settings {
    /// Validates the settings.
    pub(crate) fn check(self) -> Result<Checked, CreateError> {
        let directory = self.directory;
        if !directory.is_absolute() {
            return Err(CreateError(
                "directory is not a whole path from / on".into(),
            ));
        }
        if !directory.is_dir() {
            return Err(CreateError(format!(
                "{} is no directory; make it, for the user of this channel alone: install -d -m 0700 -o USER {0}",
                directory.display()
            )));
        }
        Ok(Checked {
            directory,
            delay: self.delay.as_deref().map_or(Ok(Duration::ZERO), delay)?,
            fail: self.fail,
        })
    }
}

fn delay(text: &str) -> Result<Duration, CreateError> {
    text.parse::<SignedDuration>()
        .ok()
        .and_then(|length| Duration::try_from(length).ok())
        .filter(|&length| length <= LONGEST_DELAY)
        .ok_or_else(|| {
            CreateError("delay is not from \"0s\" to \"1h\"; write one such as \"10s\"".into())
        })
}
