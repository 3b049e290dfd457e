//! The message that a plugin is to deliver.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// A text that is wiped when dropped: a code, a message that holds one, a destination.
pub type SecretText = Zeroizing<String>;

/// The purpose of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessagePurpose {
    /// A code that proves, during enrollment, that the destination is the user's.
    Enrollment,
    /// A code for the second step of signing in.
    SignIn,
    /// A code for setting a new password.
    PasswordReset,
    /// A notice about a change of the user's security info. Has no code.
    Notice,
    /// An administrator's test of the channel. Has no code.
    Test,
}

/// One message to one destination. All of it is personal data, so there is no `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Id of the message: 32 lower-case hexadecimal digits, the same for every attempt. Serves as
    /// the idempotency key of a provider that has them.
    pub message: String,
    /// The purpose of the message.
    pub purpose: MessagePurpose,
    /// A phone number in E.164 (`+4930123456`) or an email address; empty for push.
    pub destination: SecretText,
    /// The subject of an email; empty for other kinds.
    pub subject: SecretText,
    /// The whole message as plain text, including the code. For a call: what is spoken, without the
    /// repetition of the code.
    pub text: SecretText,
    /// The same as HTML; empty for kinds other than email.
    pub html: SecretText,
    /// The code alone; empty for a message without one.
    pub code: SecretText,
    /// The language of text and subject: a BCP 47 tag such as `en` or `pt-BR`.
    pub language: String,
    /// The organization, as users know it.
    pub organization: String,
    /// The host that asks for the code.
    pub host: String,
    /// The service on that host, such as `sshd`; empty if none.
    pub service: String,
    /// Where the user signs in from, such as the address of a client; empty if unknown.
    pub origin: String,
    /// When the message expires: milliseconds since 1970-01-01 00:00 UTC.
    pub expires: u64,
    /// The number of this attempt to deliver the message, starting at 1.
    pub attempt: u32,
}
