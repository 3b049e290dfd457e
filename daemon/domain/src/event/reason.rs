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

/// Why a verification failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// The code is not one of this method.
    WrongCode,
    /// The code was right, and was used before.
    UsedCode,
}

/// Why the default changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DefaultReason {
    /// The first method that can serve sign-in was enrolled.
    First,
    /// An authenticator app or push was set up.
    AppSetUp,
    /// The user chose it.
    Chosen,
    /// The default before it was deleted.
    Fallback,
    /// Policy no longer allows the default before it.
    Policy,
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
