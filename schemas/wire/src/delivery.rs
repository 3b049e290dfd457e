//! Codes that are sent to the user.

use zbus::{DeserializeDict, SerializeDict, Type};

/// What is known of a code that was sent.
#[derive(Debug, Clone, PartialEq, Eq, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct SentCode {
    /// How far it has come: one of [`delivery`](crate::names::delivery).
    pub state: String,
    /// Where it went, masked.
    pub destination: String,
    /// Until when it is valid.
    pub code_expires: u64,
    /// From when on a new one can be asked for.
    pub resend_at: u64,
    /// How many digits it has.
    pub digits: u32,
}
