//! Why things happened.

use serde::{Deserialize, Serialize};

/// Why a message was not delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeliveryFailure {
    /// There is no such destination, or it cannot receive this.
    Destination,
    /// The provider could not be reached.
    Unreachable,
    /// The provider did not accept the channel's credentials or settings.
    Settings,
    /// The provider refuses to deliver it.
    Refused,
    /// There was too much to deliver at once.
    Busy,
    /// Nothing was heard in time; it may have arrived or not.
    TimedOut,
    /// The provider failed, or answered what cannot be understood.
    Provider,
    /// The channel's plugin failed.
    Plugin,
}

impl DeliveryFailure {
    /// Every one.
    pub const ALL: [Self; 8] = [
        Self::Destination,
        Self::Unreachable,
        Self::Settings,
        Self::Refused,
        Self::Busy,
        Self::TimedOut,
        Self::Provider,
        Self::Plugin,
    ];

    /// The word for it, as events have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Destination => "destination",
            Self::Unreachable => "unreachable",
            Self::Settings => "settings",
            Self::Refused => "refused",
            Self::Busy => "busy",
            Self::TimedOut => "timed-out",
            Self::Provider => "provider",
            Self::Plugin => "plugin",
        }
    }
}

/// Why a new password was not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResetFailure {
    /// The rules for passwords refused it.
    Refused,
    /// The password of this account cannot be set here.
    NotHere,
    /// The helper failed, or was not reached, before it set anything.
    NotSet,
    /// The helper no longer knows: the former password may hold or the new one.
    Unknown,
}

impl ResetFailure {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Refused, Self::NotHere, Self::NotSet, Self::Unknown];

    /// The word for it, as events have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::NotHere => "not-here",
            Self::NotSet => "not-set",
            Self::Unknown => "unknown",
        }
    }
}

/// Why the default changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DefaultReason {
    /// The first method that can serve sign-in was enrolled.
    First,
    /// An authenticator app was set up.
    AppSetUp,
    /// The user chose it.
    Chosen,
    /// The default before it was deleted.
    Fallback,
    /// Policy no longer allows the default before it.
    Policy,
}

impl DefaultReason {
    /// The word for it, as events have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::AppSetUp => "app-set-up",
            Self::Chosen => "chosen",
            Self::Fallback => "fallback",
            Self::Policy => "policy",
        }
    }
}

/// Why a method was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeletionReason {
    /// The user asked for it.
    Requested,
    /// The user had asked for it with a weaker proof, and the waiting time is over.
    WaitingOver,
    /// An administrator asked for it.
    Administrator,
    /// A new one took its place.
    Replaced,
    /// It was good for one use, and was used.
    UsedUp,
    /// Its time was over.
    Expired,
}

impl DeletionReason {
    /// The word for it, as events have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::WaitingOver => "waiting-over",
            Self::Administrator => "administrator",
            Self::Replaced => "replaced",
            Self::UsedUp => "used-up",
            Self::Expired => "expired",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Failure;

    fn stored(reason: &impl Serialize) -> String {
        serde_json::to_value(reason)
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned()
    }

    #[test]
    fn the_words_are_those_that_are_stored() {
        use DefaultReason::{AppSetUp, Chosen, Fallback, First, Policy};
        use DeletionReason::{Administrator, Expired, Replaced, Requested, UsedUp, WaitingOver};
        for reason in [
            Requested,
            WaitingOver,
            Administrator,
            Replaced,
            UsedUp,
            Expired,
        ] {
            assert_eq!(reason.as_str(), stored(&reason));
        }
        for reason in [First, AppSetUp, Chosen, Fallback, Policy] {
            assert_eq!(reason.as_str(), stored(&reason));
        }
        for reason in [Failure::WrongCode, Failure::UsedCode] {
            assert_eq!(reason.as_str(), stored(&reason));
        }
        for reason in DeliveryFailure::ALL {
            assert_eq!(reason.as_str(), stored(&reason));
        }
        for reason in ResetFailure::ALL {
            assert_eq!(reason.as_str(), stored(&reason));
        }
    }
}
