//! The configuration: `config.toml`, which explains itself where each setting stands.
//!
//! Unknown keys and bad values are refused with file, line and what would be right, all of one file
//! together. A configuration is taken whole or not at all.

mod channel;
mod daemon;
mod document;
mod error;
mod file;
mod host_names;
mod messages;
mod password_reset;
mod policy;
mod push;
mod questions;
mod security_key;
mod value;

#[cfg(test)]
mod tests;

pub use channel::{ChannelConfig, HostSettings, Launch, PluginFile};
pub use daemon::{Authorization, DaemonConfig, KeyFile, MasterKeySource};
pub use error::{ConfigError, Mistakes, Problem};
pub use file::SIZE_LIMIT;
pub use host_names::UnknownName;
pub use messages::MessagesConfig;
pub use security_key::{AttestationConfig, SecurityKeyConfig};

use crate::methods::Questions;
use document::Notes;
use error::Finding;
use secinfo_domain::Policy;
use secinfo_pipush::Address;
use secinfo_typed::unseen_in_lines;
use std::path::{Path, PathBuf};
use toml::de::DeTable;

/// Where the configuration is read from unless the daemon is told otherwise.
pub const DEFAULT_PATH: &str = "/etc/secinfo/config.toml";

/// All that can be configured. The default is what holds where the file says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// `[daemon]`: how the daemon runs.
    pub daemon: DaemonConfig,
    /// `[messages]`: how codes and notices are written.
    pub messages: MessagesConfig,
    /// `[question.NAME]` and `shipped_questions`: the security questions that users can choose.
    pub questions: Questions,
    /// `[security-key]`: what security keys are registered for, and what they have to show.
    pub security_keys: SecurityKeyConfig,
    /// `[push]`: the address at which phones ask this host; none where push is off.
    pub push: Option<Address>,
    policy: Policy,
    channels: Vec<ChannelConfig>,
}

impl Config {
    /// Reads the file and checks it whole.
    ///
    /// # Errors
    /// When the file cannot be read, can be written to by others than root and the daemon's user,
    /// or holds mistakes, which are all told together.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::parse(&file::read(path)?, &path.display().to_string())
    }

    /// Parses the text of a configuration. `name` is what the file is called in mistakes.
    ///
    /// # Errors
    /// [`ConfigError::TooLarge`] or [`ConfigError::Mistakes`].
    pub fn parse(text: &str, name: &str) -> Result<Self, ConfigError> {
        // Some editors write a byte order mark, which is no part of the text.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.len() as u64 > SIZE_LIMIT {
            return Err(ConfigError::TooLarge { path: name.into() });
        }
        let (config, notes) = Self::read(text);
        let findings = notes.into_findings();
        if findings.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError::Mistakes(Mistakes::new(name, text, findings)))
        }
    }

    /// What can be read of the text, and what there is to say about it.
    fn read(text: &str) -> (Self, Notes) {
        let mut notes = Notes::default();
        let mut unseen = unseen_in_lines(text, '#').peekable();
        if unseen.peek().is_some() {
            // A name or a value with such a character is another than it seems to be.
            notes.found(unseen.map(Finding::of_unseen));
            return (Self::default(), notes);
        }
        let (table, errors) = DeTable::parse_recoverable(text);
        if errors.is_empty() {
            let config = notes.read(table.get_ref(), |root| {
                let daemon = root.within("daemon", daemon::read);
                root.within("password-reset", password_reset::check);
                let security_keys = root.within("security-key", security_key::read);
                let push = root.within("push", push::read);
                let (messages, with_shipped) = root.within("messages", messages::read);
                let policy = policy::read(root);
                Self {
                    messages,
                    security_keys,
                    push,
                    questions: questions::read(root, with_shipped, &policy),
                    policy,
                    channels: channel::read(root, daemon.allow_spool),
                    daemon,
                }
            });
            return (config, notes);
        }
        // What is read of a broken text is a guess: more mistakes found in it would mislead.
        notes.found(errors.iter().map(|error| Finding::of_syntax(error, text)));
        (Self::default(), notes)
    }

    /// The policy as configured, groups and services in the order of their names.
    pub fn policy(&self) -> Policy {
        let mut policy = self.policy.clone();
        policy.rules.security_questions.listed = self.questions.listed();
        policy
    }

    /// The channels as configured, in the order of their names.
    pub fn channels(&self) -> Vec<ChannelConfig> {
        self.channels.clone()
    }

    /// How the processes of channels are started.
    pub fn hosts(&self) -> HostSettings {
        HostSettings {
            // Not the path: behind that there may be another version by now.
            program: PathBuf::from("/proc/self/exe"),
            plugin_directory: self.daemon.plugin_directory.clone(),
            allow_readable: self.daemon.allow_spool,
        }
    }

    /// The keys that differ in `new` and that the running daemon cannot take over: they need a
    /// restart. All others (the organization, the policy, the limits on sessions, the channels) can be
    /// put in force by a reload.
    pub fn needs_restart(&self, new: &Self) -> Vec<&'static str> {
        let mut keys = self.daemon.needs_restart(&new.daemon);
        if self.push != new.push {
            keys.push("push.url");
        }
        keys
    }
}
