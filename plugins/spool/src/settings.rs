//! What the administrator sets.

use jiff::SignedDuration;
use secinfo_channel::Unusable;
use serde::Deserialize;
use std::path::PathBuf;
use std::time::Duration;

/// The settings of `spool`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where messages are written. The directory must be there.
    directory: PathBuf,
    /// To rehearse a provider that is slow: how long it takes, up to 1 h; by default nothing.
    delay: Option<String>,
    /// To rehearse a provider that is down, or that refuses.
    #[serde(default)]
    fail: Fail,
}

/// What every delivery ends in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fail {
    /// In a file.
    #[default]
    None,
    /// The provider has too much to do, and asks to come again.
    TryLater,
    /// There is no such destination.
    Destination,
    /// The provider cannot be reached.
    Unreachable,
}

/// Settings that make sense.
pub(crate) struct Checked {
    pub(crate) directory: PathBuf,
    pub(crate) delay: Duration,
    pub(crate) fail: Fail,
}

const LONGEST_DELAY: Duration = Duration::from_hours(1);

impl Settings {
    /// The settings, checked.
    pub(crate) fn check(self) -> Result<Checked, Unusable> {
        let directory = self.directory;
        if !directory.is_absolute() {
            return Err(Unusable("directory is not a whole path from / on".into()));
        }
        if !directory.is_dir() {
            return Err(Unusable(format!(
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

fn delay(text: &str) -> Result<Duration, Unusable> {
    text.parse::<SignedDuration>()
        .ok()
        .and_then(|length| Duration::try_from(length).ok())
        .filter(|&length| length <= LONGEST_DELAY)
        .ok_or_else(|| {
            Unusable("delay is not from \"0s\" to \"1h\"; write one such as \"10s\"".into())
        })
}
