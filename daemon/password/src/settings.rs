//! What `config.toml` says of password reset, of which the helper believes nobody but root.

use crate::error::HelperError;
use crate::files;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The configuration of secinfo. The rest of it is the daemon's to read.
const PATH: &str = "/etc/secinfo/config.toml";

/// Whether passwords are reset at all, and what the helper alone goes by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Document")]
pub struct Settings {
    /// `enabled` of `[policy.reset]`.
    pub is_enabled: bool,
    /// `[password-reset]`
    pub limits: Limits,
}

/// For whom no password is set, and how one is set that is not kept on this host.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// The groups whose members get no new password here.
    pub excluded_groups: Vec<String>,
    /// The program that sets passwords that are kept elsewhere: an absolute path. Empty: there is none.
    command: PathBuf,
}

impl Default for Limits {
    /// Who may become root is excluded: otherwise the daemon could, with that user's new password.
    fn default() -> Self {
        Self {
            excluded_groups: ["sudo", "wheel", "admin"].map(str::to_owned).to_vec(),
            command: PathBuf::new(),
        }
    }
}

/// The parts of the file that are the helper's to read.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Document {
    policy: PolicySection,
    #[serde(rename = "password-reset")]
    limits: Limits,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PolicySection {
    reset: ResetSection,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ResetSection {
    enabled: bool,
}

impl From<Document> for Settings {
    fn from(document: Document) -> Self {
        Self {
            is_enabled: document.policy.reset.enabled,
            limits: document.limits,
        }
    }
}

impl Settings {
    /// Reads the file; the defaults apply where there is no file.
    ///
    /// # Errors
    /// When the file could have been written by another account than root, cannot be read, or says what is
    /// not understood.
    pub(crate) fn load() -> Result<Self, HelperError> {
        let path = Path::new(PATH);
        let Some(bytes) = files::read_if_there(path)? else {
            return Ok(Self::default());
        };
        let wrong = |what: String| HelperError::malformed(path, what);
        let text = str::from_utf8(&bytes).map_err(|error| wrong(error.to_string()))?;
        Self::parse(text).map_err(wrong)
    }

    /// Reads the text of the file. The answer to a mistake is what is wrong, without the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let settings: Self = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let command = &settings.limits.command;
        if command.as_os_str().is_empty() || command.is_absolute() {
            return Ok(settings);
        }
        Err("`command` of [password-reset] is no absolute path".to_owned())
    }

    /// The program that sets passwords that are kept elsewhere, if there is one.
    pub(crate) fn command(&self) -> Option<&Path> {
        let command = &self.limits.command;
        (!command.as_os_str().is_empty()).then_some(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_helpers_is_read_and_the_rest_is_the_daemons() {
        let text = "[daemon]\ncolour = 1\n[policy.reset]\nenabled = true\nlife = \"15m\"\n\
                    [password-reset]\nexcluded_groups = [\"staff\"]\n";
        let settings = Settings::parse(text).unwrap();
        assert!(settings.is_enabled);
        assert_eq!(settings.limits.excluded_groups, ["staff"]);
        assert_eq!(settings.command(), None);
        let command = "[password-reset]\ncommand = \"/usr/local/sbin/set\"";
        let settings = Settings::parse(command).unwrap();
        assert_eq!(settings.command(), Some(Path::new("/usr/local/sbin/set")));
        assert!(!settings.is_enabled);
    }

    #[test]
    fn the_shipped_file_shows_the_defaults() {
        let shipped = include_str!("../../../config.toml");
        assert_eq!(Settings::parse(shipped).unwrap(), Settings::default());
        let section = shipped.split_once("[password-reset]\n").unwrap().1;
        let section = section.split("\n\n\n").next().unwrap();
        let settings = section
            .lines()
            .filter_map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')));
        let turned_on: Vec<_> = ["[password-reset]"].into_iter().chain(settings).collect();
        assert_eq!(turned_on.len(), 3, "{turned_on:?}");
        let parsed = Settings::parse(&turned_on.join("\n")).unwrap();
        assert_eq!(parsed, Settings::default());
        let names = ["sudo", "wheel", "admin"];
        assert_eq!(parsed.limits.excluded_groups, names);
    }

    #[test]
    fn what_is_not_understood_is_not_passed_over() {
        for text in [
            "[password-reset]\nexcluded = []",
            "[password-reset]\nexcluded_groups = \"staff\"",
            "[password-reset]\nexcluded_groups = [1]",
            "[password-reset]\ncommand = \"set\"",
            "[password-reset]\n[password-reset]",
            "password-reset = 1",
            "[password-reset",
            "[policy.reset]\nenabled = \"yes\"",
            "policy = 1",
        ] {
            assert!(Settings::parse(text).is_err(), "{text}");
        }
    }
}
