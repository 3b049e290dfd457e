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
use std::collections::HashMap;
use std::collections::btree_map::{self, BTreeMap};
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
        self.find(self.entry(uid, name))
    }

    /// The users that are held for accounts with this uid, whatever their names.
    pub fn holders(&self, uid: u32) -> Result<Vec<UserId>, LedgerError> {
        let mut holders = Vec::new();
        for place in 0.. {
            let Some(user) = self.find(self.holder(uid, place))? else {
                break;
            };
            holders.push(user);
        }
        Ok(holders)
    }

    fn find(&self, entry: KeyId) -> Result<Option<UserId>, LedgerError> {
        let Some(entry) = self.vault.find(entry)? else {
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
        let mut after = HashMap::new();
        let mut holders: BTreeMap<u32, Holders> = BTreeMap::new();
        let removed = commit.index_remove.iter();
        let removed = removed.map(|(uid, name)| (*uid, self.entry(*uid, name), None));
        let added = commit.index_add.iter();
        let added = added.map(|(uid, name, user)| (*uid, self.entry(*uid, name), Some(*user)));
        for (uid, entry, user) in removed.chain(added) {
            // An account that is added again is another user from then on.
            let former = match after.insert(entry, user) {
                Some(former) => former,
                None => self.find(entry)?,
            };
            let holders = match holders.entry(uid) {
                btree_map::Entry::Occupied(known) => known.into_mut(),
                btree_map::Entry::Vacant(place) => place.insert(Holders::of(self.holders(uid)?)),
            };
            holders.replace(former, user);
        }
        for (uid, Holders { before, after: now }) in holders {
            for place in 0..before.len().max(now.len()) {
                let (was, is) = (before.get(place), now.get(place).copied());
                if was.copied() != is {
                    let place = u32::try_from(place).expect("so few users have one uid");
                    after.insert(self.holder(uid, place), is);
                }
            }
        }
        let mut taken_away = Vec::new();
        for id in after.keys() {
            if self.vault.has_key(*id)? {
                taken_away.push(*id);
            }
        }
        let added = after.into_iter().filter_map(|(id, user)| {
            let mut entry = Zeroizing::new([0; 32]);
            entry[..16].copy_from_slice(user?.as_bytes());
            Some(NewKey::from_parts(id, entry))
        });
        Ok((added.collect(), taken_away))
    }

    /// Without the index key nobody can tell from it which account is meant, or try names.
    fn entry(&self, uid: u32, name: &str) -> KeyId {
        self.id(&[&uid.to_be_bytes(), name.as_bytes()])
    }

    /// The entry of one of those who have a uid. No name begins with a zero byte.
    fn holder(&self, uid: u32, place: u32) -> KeyId {
        self.id(&[&uid.to_be_bytes(), &[0], &place.to_be_bytes()])
    }

    fn id(&self, parts: &[&[u8]]) -> KeyId {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(self.key.as_slice())
            .expect("HMAC takes keys of any length");
        for part in parts {
            mac.update(part);
        }
        let tag = mac.finalize().into_bytes();
        KeyId::from_bytes(std::array::from_fn(|place| tag[place]))
    }
}

/// Those who have one uid, before a commit and after it.
struct Holders {
    before: Vec<UserId>,
    after: Vec<UserId>,
}

impl Holders {
    fn of(before: Vec<UserId>) -> Self {
        Self {
            after: before.clone(),
            before,
        }
    }

    /// One account with the uid was this user, and is that one from now on.
    fn replace(&mut self, former: Option<UserId>, user: Option<UserId>) {
        if let Some(place) = self.after.iter().position(|id| Some(*id) == former) {
            self.after.swap_remove(place);
        }
        if let Some(user) = user.filter(|user| !self.after.contains(user)) {
            self.after.push(user);
        }
    }
}
