//! Sign-ins over SSH: what a security key has signed for one of them counts once.

use crate::process::ProcessId;
use secinfo_domain::MethodId;
use secinfo_webauthn::SshAuthInfo;
use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

/// How a user has signed in to sshd so far.
pub struct SshSignIn {
    /// What sshd says of it.
    pub info: SshAuthInfo,
    /// By which connection.
    pub connection: SshConnection,
}

/// A connection to sshd, by the process that leads those which serve it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SshConnection(ProcessId);

impl SshConnection {
    /// The one that these processes serve.
    pub(crate) const fn served_by(leader: ProcessId) -> Self {
        Self(leader)
    }
}

/// The keys that have counted on connections which are open.
#[derive(Default)]
pub(super) struct CountedKeys(Mutex<HashMap<SshConnection, HashSet<MethodId>>>);

impl CountedKeys {
    /// Whether this is the first time that the key counts on the connection. It is not from then on: sshd says
    /// the same of it however often PAM is asked, and the key has signed once.
    pub(super) fn is_first(&self, connection: SshConnection, key: MethodId) -> bool {
        let counted = self.0.lock();
        let mut counted = counted.expect("nothing panics while it holds the keys");
        counted.retain(|connection, _| connection.0.is_there());
        counted.entry(connection).or_default().insert(key)
    }
}
