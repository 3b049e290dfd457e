//! `org.secinfo.SecurityInfo1.Channels`: what delivers messages.

use crate::dictionary::dictionary;
use crate::error::Result;
use zbus::{DeserializeDict, SerializeDict, Type, proxy};

/// The channels, on the root object. Administrators only, who may be asked for a password by the
/// polkit agent of their session.
#[proxy(
    interface = "org.secinfo.SecurityInfo1.Channels",
    default_service = "org.secinfo.SecurityInfo1",
    default_path = "/org/secinfo/SecurityInfo1"
)]
pub trait Channels {
    /// How each channel is.
    #[zbus(allow_interactive_auth)]
    fn list_channels(&self) -> Result<Vec<Channel>>;

    /// Sends a message without a code through one channel, and waits for what becomes of it.
    #[zbus(allow_interactive_auth)]
    fn test_channel(
        &self,
        channel: &str,
        destination: &str,
        options: &TestOptions,
    ) -> Result<TestOutcome>;
}

/// How a channel is.
#[derive(Debug, Clone, PartialEq, Eq, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct Channel {
    /// Its name in the configuration.
    pub name: String,
    /// The kind whose codes it delivers.
    pub kind: String,
    /// The plugin that delivers them.
    pub plugin: String,
    /// The plugin's version; empty before it has run.
    pub version: String,
    /// One of [`channel_state`](crate::names::channel_state).
    pub state: String,
    /// Whether it could deliver now, as far as it knows.
    pub healthy: bool,
    /// Messages that wait.
    pub queued: u32,
    /// Messages that are being delivered.
    pub under_way: u32,
    /// The last error; empty for none.
    pub last_error: String,
    /// When that was.
    pub last_error_at: u64,
    /// What confines its process.
    pub confined: Vec<String>,
}

dictionary! {
    /// Options of [`ChannelsProxy::test_channel`].
    #[derive(Debug, Clone, Default)]
    pub struct TestOptions {
        /// The locale in whose language the message is written.
        pub language: Option<String>,
    }
}

/// What became of a test of a channel.
#[derive(Debug, Clone, PartialEq, Eq, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct TestOutcome {
    /// How far the message has come: one of [`delivery`](crate::names::delivery).
    pub state: String,
    /// Why it was not delivered; empty unless it failed.
    pub problem: String,
}
