//! The index from accounts to users.
//!
//! An entry is kept as a key in the vault's tree of keys: its id is a MAC of the account, and the key is
//! the id of the user. So it goes as a key goes: once it is destroyed, no copy of what was ever stored
//! tells which user an account was, even to who guesses the account and has the key of the MAC.

use crate::commit::Commit;
use crate::error::LedgerError;
use crate::vault::{NewKey, Secret, Vault};
use hmac::{Hmac, KeyInit, Mac};
use secinfo_domain::{KeyId, UserId};
use sha2::Sha256;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Finds the user that is held for an account. Clones are cheap and may be used from any thread.
#[derive(Clone)]
pub struct UserIndex {
    vault: Arc<Vault>,
    key: Secret,
}

impl UserIndex {
    pub(crate) const fn new(vault: Arc<Vault>, key: Secret) -> Self {
        Self { vault, key }
    }

    /// The user that is held for this account, by uid and name.
    pub fn lookup(&self, uid: u32, name: &str) -> Result<Option<UserId>, LedgerError> {
        let Some(entry) = self.vault.find(self.entry(uid, name))? else {
            return Ok(None);
        };
        let (user, rest) = entry
            .split_first_chunk()
            .expect("a key is longer than an id");
        if rest.iter().any(|byte| *byte != 0) {
            return Err(LedgerError::damaged_log(
                "the user index has an entry that is no user id".to_owned(),
                None,
            ));
        }
        Ok(Some(UserId::from_bytes(*user)))
    }

    /// The entries that this commit adds, and those of the vault that it takes away.
    pub(crate) fn changes(
        &self,
        commit: &Commit,
    ) -> Result<(Vec<NewKey>, Vec<KeyId>), LedgerError> {
        let added = commit.index_add.iter().map(|(uid, name, user)| {
            let mut entry = Zeroizing::new([0; 32]);
            entry[..16].copy_from_slice(user.as_bytes());
            NewKey::from_parts(self.entry(*uid, name), entry)
        });
        let added: Vec<NewKey> = added.collect();
        let gone = commit.index_remove.iter();
        let gone = gone.map(|(uid, name)| self.entry(*uid, name));
        // An account that is added again is another user from then on.
        let mut taken_away = Vec::new();
        for id in gone.chain(added.iter().map(NewKey::id)) {
            if self.vault.has_key(id)? {
                taken_away.push(id);
            }
        }
        Ok((added, taken_away))
    }

    /// Without the index key nobody can tell from it which account is meant, or try names.
    fn entry(&self, uid: u32, name: &str) -> KeyId {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(self.key.as_slice())
            .expect("HMAC takes keys of any length");
        mac.update(&uid.to_be_bytes());
        mac.update(name.as_bytes());
        let tag = mac.finalize().into_bytes();
        KeyId::from_bytes(std::array::from_fn(|place| tag[place]))
    }
}
