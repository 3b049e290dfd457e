//! The status of a delivery, as a plugin reports it.

use serde::{Deserialize, Serialize};

/// The status of a delivery, as far as the plugin knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Report {
    /// The provider has accepted the message. Final, unless the plugin follows up on deliveries
    /// ([`crate::Info::follows_up`]): then `Delivered` or `Failed` comes later.
    Accepted {
        /// The provider's id of the message; may be empty.
        reference: String,
    },
    /// The message has arrived. Final.
    Delivered,
    /// The message was not delivered, and trying again would not help. Final.
    Failed {
        /// Why it failed.
        reason: Reason,
        /// The provider's answer, for administrators; never a destination, text or code.
        detail: String,
    },
    /// The provider has **not** accepted the message; it may be tried again. Final for this attempt.
    TryLater {
        /// How long to wait, in milliseconds; 0 leaves it to the host.
        after: u64,
        /// Why it was not accepted.
        reason: Reason,
        /// The provider's answer, for administrators; never a destination, text or code.
        detail: String,
    },
}

/// Why a message was not delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The destination does not exist, or cannot receive this message.
    Destination,
    /// The provider could not be reached.
    Unreachable,
    /// The provider rejected our credentials or settings.
    Settings,
    /// The provider refuses to deliver the message: blocked, unsubscribed, not allowed.
    Refused,
    /// The provider has too many messages at the moment.
    Busy,
    /// The provider did not answer in time; it is unknown whether it has the message.
    TimedOut,
    /// The provider gave an invalid answer or had an error of its own.
    Provider,
    /// The plugin failed.
    Plugin,
}

impl Report {
    /// Whether no other report can follow, given whether the plugin follows up on deliveries.
    pub const fn is_final(&self, follows_up: bool) -> bool {
        match self {
            Self::Accepted { .. } => !follows_up,
            Self::Delivered | Self::Failed { .. } | Self::TryLater { .. } => true,
        }
    }
}
