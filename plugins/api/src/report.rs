//! What became of a delivery.

use serde::{Deserialize, Serialize};

/// What became of a delivery, as far as the plugin knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Report {
    /// The provider has taken it. Final, unless the plugin follows deliveries up
    /// ([`crate::Info::follows_up`]): then `Delivered` or `Failed` comes later.
    Accepted {
        /// What the provider calls it, such as a message id; may be empty.
        reference: String,
    },
    /// It has arrived. Final.
    Delivered,
    /// It was not delivered, and trying again would not help. Final.
    Failed {
        /// Why.
        reason: Reason,
        /// What the provider said, for administrators: never a destination, text or code.
        detail: String,
    },
    /// The provider has **not** taken it, and it may be tried again. Final for this attempt.
    TryLater {
        /// How long to wait, in milliseconds; 0 to leave it to the host.
        after: u64,
        /// Why.
        reason: Reason,
        /// What the provider said, for administrators: never a destination, text or code.
        detail: String,
    },
}

/// Why a message was not delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// There is no such destination, or it cannot receive this.
    Destination,
    /// The provider could not be reached.
    Unreachable,
    /// The provider did not accept our credentials or our settings.
    Settings,
    /// The provider refuses to deliver it: blocked, unsubscribed, not allowed.
    Refused,
    /// Too much at once for the provider.
    Busy,
    /// The provider took too long, and whether it has the message is unknown.
    TimedOut,
    /// The provider answered what cannot be understood, or failed by itself.
    Provider,
    /// The plugin failed.
    Plugin,
}

impl Report {
    /// Whether nothing more can come for this attempt, from a plugin that follows deliveries up or
    /// does not.
    pub const fn is_final(&self, follows_up: bool) -> bool {
        match self {
            Self::Accepted { .. } => !follows_up,
            Self::Delivered | Self::Failed { .. } | Self::TryLater { .. } => true,
        }
    }
}
