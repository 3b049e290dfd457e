//! The index from accounts to users.

use crate::error::LedgerError;
use crate::log::{Changes, EventLog, letter};
use crate::vault::Secret;
use hmac::{Hmac, KeyInit, Mac};
use secinfo_domain::UserId;
use sha2::Sha256;
use std::sync::Arc;

/// Finds the user that is held for an account. Clones are cheap and may be used from any thread.
#[derive(Clone)]
pub struct UserIndex {
    log: Arc<dyn EventLog>,
    key: Secret,
}

impl UserIndex {
    pub(crate) fn new(log: Arc<dyn EventLog>, key: Secret) -> Self {
        Self { log, key }
    }

    /// The user that is held for this account, by uid and name.
    pub fn lookup(&self, uid: u32, name: &str) -> Result<Option<UserId>, LedgerError> {
        let Some(record) = self.log.record(&self.record_key(uid, name))? else {
            return Ok(None);
        };
        let id = record.try_into().map_err(|_| {
            LedgerError::damaged_log(
                "the user index has an entry that is no user id".to_owned(),
                None,
            )
        })?;
        Ok(Some(UserId::from_bytes(id)))
    }

    /// Puts into `changes` what lets the account be found as this user.
    pub(crate) fn add(&self, uid: u32, name: &str, user: UserId, changes: &mut Changes) {
        changes.put(&self.record_key(uid, name), user.as_bytes());
    }

    /// Puts into `changes` what lets the account be found no more.
    pub(crate) fn remove(&self, uid: u32, name: &str, changes: &mut Changes) {
        changes.remove(&self.record_key(uid, name));
    }

    /// Without the index key nobody can tell from it which account is meant, or try names.
    fn record_key(&self, uid: u32, name: &str) -> [u8; 33] {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(self.key.as_slice())
            .expect("HMAC takes keys of any length");
        mac.update(&uid.to_be_bytes());
        mac.update(name.as_bytes());
        let mut key = [letter::USER; 33];
        key[1..].copy_from_slice(&mac.finalize().into_bytes());
        key
    }
}
