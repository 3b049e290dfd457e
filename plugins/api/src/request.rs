//! What is to be delivered.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// A text that wipes itself: a code, a message that holds one, a destination.
pub type Word = Zeroizing<String>;

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessagePurpose {
    /// A code that proves that a destination is the user's, while it is being added.
    Enrollment,
    /// A code for the second step of signing in.
    SignIn,
    /// A code for setting a new password.
    PasswordReset,
    /// News about the user's security info. Has no code.
    Notice,
    /// An administrator tries the channel out. Has no code.
    Test,
}

/// One message to one destination. All of it is personal: it has no `Debug` and wipes itself.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Identifies the message: 32 lower-case hexadecimal digits, the same again when a delivery is
    /// repeated. A provider that knows idempotency keys is given this one.
    pub message: String,
    /// What the message is about.
    pub purpose: MessagePurpose,
    /// Where to: a phone number in E.164 (`+4930123456`) or an email address.
    pub destination: Word,
    /// The subject of an email; empty for other kinds.
    pub subject: Word,
    /// The whole message as plain text, the code in it. For a call: what is spoken, without the
    /// code's repetition.
    pub text: Word,
    /// The same as HTML; empty for other kinds than email.
    pub html: Word,
    /// The code alone; empty for a message without one.
    pub code: Word,
    /// The language that text and subject are in: a BCP 47 tag such as `en` or `pt-BR`.
    pub language: String,
    /// The organization, as users know it.
    pub organization: String,
    /// The host that asks.
    pub host: String,
    /// The service on it that asks, such as `sshd`; empty for none.
    pub service: String,
    /// From where the user asks, such as the address of a client; empty where unknown.
    pub origin: String,
    /// When the message is worth nothing any more: milliseconds since 1970-01-01 00:00 UTC.
    pub expires: u64,
    /// Which attempt to deliver it this is; the first is 1.
    pub attempt: u32,
}
