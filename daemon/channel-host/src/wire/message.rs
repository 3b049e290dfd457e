//! The messages.

use secinfo_channel::{Report, Request};
use serde::{Deserialize, Serialize};

/// The version of what is said. Both sides must speak the same one.
pub const PROTOCOL: u32 = 1;

/// What the daemon says to a host.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ToHost {
    /// The first message.
    Hello {
        /// [`PROTOCOL`].
        protocol: u32,
        /// Whether a plugin that leaves messages readable may be used.
        allow_readable: bool,
    },
    /// Deliver this.
    Deliver {
        /// Identifies this attempt on this connection.
        delivery: u64,
        /// What to deliver.
        request: Box<Request>,
    },
    /// How is the plugin? Answered by [`FromHost::Health`].
    Health,
    /// Finish what is under way, then end. The host ends as well when the connection closes.
    Stop,
}

/// What a host says to the daemon.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum FromHost {
    /// The answer to [`ToHost::Hello`]: the plugin is loaded and has its settings.
    Hello {
        /// [`PROTOCOL`].
        protocol: u32,
        /// What the plugin says about itself.
        plugin: PluginInfo,
        /// What confines the host, such as `no-new-privs`, `landlock`, `seccomp`, `user`.
        confined: Vec<String>,
    },
    /// The answer to [`ToHost::Hello`]: the plugin cannot be used. The host ends.
    Unusable {
        /// Why, and what to do. Never a secret.
        why: String,
    },
    /// This attempt was handed to the plugin: from now on the message may be on its way.
    Started {
        /// Which.
        delivery: u64,
    },
    /// What became of an attempt.
    Report {
        /// Which.
        delivery: u64,
        /// What.
        report: Report,
    },
    /// How the plugin is.
    Health {
        /// Whether it could deliver now.
        healthy: bool,
        /// What is wrong.
        detail: String,
    },
    /// A line that the plugin wrote to the log.
    Log {
        /// How much it matters.
        level: LogLevel,
        /// The line, at most 1 KiB, without control characters.
        line: String,
        /// How many lines were dropped before it because they came too fast.
        dropped: u64,
    },
}

/// What a plugin says about itself, as far as the host could make sense of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PluginInfo {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The kinds that it delivers for.
    pub kinds: Vec<String>,
    /// How many deliveries may be under way at once; at least 1.
    pub parallel: u32,
    /// Whether a repeated message is delivered once.
    pub idempotent: bool,
    /// Whether a final report comes after `Accepted`.
    pub follows_up: bool,
    /// Whether it leaves messages readable on this host.
    pub leaves_messages_readable: bool,
}

/// How much a line of the log matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogLevel {
    /// Something is broken.
    Error,
    /// Something is not as it should be.
    Warning,
    /// News.
    Info,
    /// For whoever looks for a fault.
    Debug,
}
