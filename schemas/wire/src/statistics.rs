//! The daemon in numbers.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use zbus::{DeserializeDict, SerializeDict, Type};

/// The daemon in numbers. Counters begin at 0 when it starts. Nothing in them names a person.
#[derive(Debug, Clone, PartialEq, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct Statistics {
    /// Version of the daemon.
    pub version: String,
    /// When it started.
    pub started: u64,
    /// Whether it can accept anything now.
    pub healthy: bool,
    /// Its resident memory, in bytes.
    pub memory: u64,
    /// Events in the log.
    pub log_events: u64,
    /// What the log takes on disk, in bytes.
    pub log_bytes: u64,
    /// Commits to the log since the start.
    pub commits: u64,
    /// The time that they took until they were on disk, in seconds.
    pub commit_seconds: f64,
    /// The size of the newest checkpoint that was given out since the start; 0 for none.
    pub checkpoint_events: u64,
    /// When that was; 0 for never.
    pub checkpoint_time: u64,
    /// Events that the journal was not told of yet.
    pub journal_behind: u64,
    /// Open sessions: `enrollment`, `verification`, `sign-in`.
    pub sessions: BTreeMap<String, u64>,
    /// The channels.
    pub channels: Vec<ChannelFigures>,
    /// Users.
    pub users: u64,
    /// Users who have a method.
    pub users_with_methods: u64,
    /// Users of whom a method is locked now.
    pub users_locked: u64,
    /// Users whose account is locked against intruders now.
    pub accounts_locked: u64,
    /// Users who have reported that something in their account was not them.
    pub users_with_reports: u64,
    /// Access passes that are out.
    pub access_passes: u64,
    /// Methods by kind.
    pub methods: BTreeMap<String, u64>,
    /// Events since the start by type.
    pub events: BTreeMap<String, u64>,
    /// Verifications since the start.
    pub verifications: Vec<VerificationFigures>,
    /// Sign-ins since the start.
    pub sign_ins: Vec<SignInFigures>,
    /// Methods that were enrolled since the start, by kind.
    pub enrollments: BTreeMap<String, u64>,
    /// Codes that were asked for since the start, by kind.
    pub code_requests: BTreeMap<String, u64>,
    /// Messages since the start.
    pub messages: Vec<MessageFigures>,
}

/// One channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ChannelFigures {
    /// Its name.
    pub channel: String,
    /// The kind whose codes it delivers.
    pub kind: String,
    /// Whether it could deliver now, as far as it knows.
    pub healthy: bool,
    /// Messages that wait.
    pub queued: u32,
    /// Messages that are being delivered.
    pub under_way: u32,
}

/// Verifications by one kind of method at one service that came to the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct VerificationFigures {
    /// The kind.
    pub kind: String,
    /// The service that root asked for; `other` for all else.
    pub service: String,
    /// `succeeded`, `wrong-code` or `used-code`.
    pub result: String,
    /// How many.
    pub count: u64,
}

/// Sign-ins at one service that ended alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SignInFigures {
    /// The service that root asked for; `other` for all else.
    pub service: String,
    /// How they ended: `verified`, `remembered`, `not-covered`, `postponed`, or why they were
    /// refused.
    pub outcome: String,
    /// How many.
    pub count: u64,
}

/// Messages of one channel that ended alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct MessageFigures {
    /// The channel; empty where none could be tried.
    pub channel: String,
    /// `confirmed`, `delivered`, or why they were not.
    pub outcome: String,
    /// How many.
    pub count: u64,
}
