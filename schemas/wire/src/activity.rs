//! What happened in the account of a user, as the user reads it.

use crate::dictionary::dictionary;
use zbus::OwnedObjectPath;

dictionary! {
    /// One line of a user's activity.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct ActivityEntry {
        /// The number of the event.
        pub seq: u64,
        /// When, in milliseconds since 1970.
        pub time: u64,
        /// What happened: the type of the event.
        pub what: String,
        /// The method that it is about, as long as the user has it.
        pub method: Option<OwnedObjectPath>,
        /// The kind of method that it is about.
        pub kind: Option<String>,
        /// What the user calls the method.
        pub label: Option<String>,
        /// The PAM service, or the program, through which it was done.
        pub service: Option<String>,
        /// Where the user was: the remote host, or the terminal.
        pub source: Option<String>,
        /// The name of who did it; none for the daemon itself.
        pub by: Option<String>,
        /// The name of who had signed in and became root since, where root did it.
        pub login: Option<String>,
        /// What a verification was for.
        pub purpose: Option<String>,
        /// Why, or how it ended, where the event says so: the word in the event.
        pub reason: Option<String>,
        /// Whether the user has said that it was not them.
        pub reported: bool,
    }
}

/// The proof of an event: its bytes as they are stored, the hashes that prove that it is in the log
/// (RFC 6962 section 2.1.1), and the checkpoint of that log.
pub type ActivityProof = (Vec<u8>, Vec<Vec<u8>>, String);
