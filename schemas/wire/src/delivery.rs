//! Codes that are sent to the user.

use zbus::{DeserializeDict, Type};

/// What is known of a code that was sent.
#[derive(Debug, Clone, PartialEq, Eq, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct SentCode {
    /// How far it has come: one of [`delivery`](crate::names::delivery).
    pub state: String,
    /// The destination, masked.
    pub hint: String,
    /// Until when it is valid.
    pub code_expires: u64,
    /// From when on a new one can be asked for.
    pub resend_at: u64,
    /// How many digits it has.
    pub digits: u32,
}
