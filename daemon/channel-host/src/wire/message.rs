//! The messages of the protocol.

use secinfo_channel::{Report, Request};
use serde::{Deserialize, Serialize};

/// The version of the protocol. Both sides must have the same one.
pub const PROTOCOL: u32 = 1;

/// A message from the daemon to a host.
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
    /// Deliver a message.
    Deliver {
        /// Identifies this attempt on this connection.
        delivery: u64,
        /// The message to deliver.
        request: Box<Request>,
    },
    /// Ask for the plugin's health. Answered by [`FromHost::Health`].
    Health,
    /// Finish active deliveries, then end. The host also ends when the connection closes.
    Stop,
}

/// A message from a host to the daemon.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum FromHost {
    /// The answer to [`ToHost::Hello`]: the plugin is loaded and has its settings.
    Hello {
        /// [`PROTOCOL`].
        protocol: u32,
        /// The plugin's properties.
        plugin: PluginInfo,
        /// The restrictions in force, such as `no-new-privs`, `landlock`, `seccomp`, `user`.
        confined: Vec<String>,
    },
    /// The answer to [`ToHost::Hello`]: the plugin cannot be used. The host ends.
    Unusable {
        /// Why, and what to do. Never contains a secret.
        why: String,
    },
    /// The attempt is being passed to the plugin: from now on the message may have been sent.
    Started {
        /// The attempt.
        delivery: u64,
    },
    /// The status of an attempt.
    Report {
        /// The attempt.
        delivery: u64,
        /// Its status.
        report: Report,
    },
    /// The plugin's health.
    Health {
        /// Whether it could deliver now.
        healthy: bool,
        /// What is wrong; empty if healthy.
        detail: String,
    },
    /// A log line from the plugin.
    Log {
        /// Its level.
        level: LogLevel,
        /// The line, at most 1 KiB, without control characters.
        line: String,
        /// How many lines were dropped before it because they came too fast.
        dropped: u64,
    },
}

/// A plugin's properties, as validated by the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PluginInfo {
    /// Name of the plugin.
    pub name: String,
    /// Version of the plugin.
    pub version: String,
    /// The kinds that it delivers.
    pub kinds: Vec<String>,
    /// The maximum number of concurrent deliveries; at least 1.
    pub parallel: u32,
    /// Whether a repeated message is delivered once.
    pub idempotent: bool,
    /// Whether a final report follows `Accepted`.
    pub follows_up: bool,
    /// Whether it leaves messages readable on this host.
    pub leaves_messages_readable: bool,
}

/// The level of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogLevel {
    /// Something does not work.
    Error,
    /// Something needs attention.
    Warning,
    /// A normal event.
    Info,
    /// Details for troubleshooting.
    Debug,
}
