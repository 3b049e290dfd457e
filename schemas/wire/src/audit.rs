//! `org.secinfo.SecurityInfo1.Audit`: the log and its proofs.

use crate::error::Result;
use std::collections::HashMap;
use zbus::proxy;

/// The log, on the root object.
#[proxy(
    interface = "org.secinfo.SecurityInfo1.Audit",
    default_service = "org.secinfo.SecurityInfo1",
    default_path = "/org/secinfo/SecurityInfo1"
)]
pub trait Audit {
    /// Events from the sequence number `from`, in the bytes that are stored, at most 1 MiB of
    /// them: where to go on, and the events. At the end of the log the number comes back as it
    /// was given. Auditors.
    #[zbus(allow_interactive_auth)]
    fn read(&self, from: u64, limit: u32) -> Result<(u64, Vec<Vec<u8>>)>;

    /// The newest checkpoint: a C2SP signed note. Anyone.
    fn checkpoint(&self) -> Result<String>;

    /// The key that checkpoints are verified with, as `name+hash+base64`. Anyone.
    fn verifier_key(&self) -> Result<String>;

    /// The hashes that prove event `index` in the tree of `size` events (RFC 6962 section 2.1.1).
    /// Auditors.
    #[zbus(allow_interactive_auth)]
    fn inclusion_proof(&self, index: u64, size: u64) -> Result<Vec<Vec<u8>>>;

    /// The hashes that prove the tree of `old_size` events to be the beginning of that of
    /// `new_size` (RFC 6962 section 2.1.2). Auditors.
    #[zbus(allow_interactive_auth)]
    fn consistency_proof(&self, old_size: u64, new_size: u64) -> Result<Vec<Vec<u8>>>;

    /// Who the users of these ids are, for those that can still be read. Administrators.
    #[zbus(allow_interactive_auth)]
    fn names(&self, users: &[&str]) -> Result<UserNames>;

    /// Asks for [`Appended`] on this connection. Auditors.
    #[zbus(allow_interactive_auth)]
    fn subscribe(&self) -> Result<()>;

    /// Asks for no more of them.
    fn unsubscribe(&self) -> Result<()>;

    /// The log has grown to `size` events.
    #[zbus(signal)]
    fn appended(&self, size: u64) -> Result<()>;
}

/// User ids of the log, with uid and name.
pub type UserNames = HashMap<String, (u32, String)>;
