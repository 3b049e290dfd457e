//! What a backup comes to: the state of its events, and the keys that open what they hold.

use super::{BackupPart, unreadable};
use crate::error::LedgerError;
use crate::vault::{NewKey, open_under};
use secinfo_domain::event::decode;
use secinfo_domain::{KeyId, SealedPart, State};
use zeroize::Zeroizing;

/// How many keys lie together. They are never moved, so that no copy of one is left behind.
const CHUNK: usize = 1024;

/// Takes in the parts of a backup, and tells whether they are a whole: whether the events replay,
/// and the keys are those that open what is in force.
#[derive(Default)]
pub struct BackupContents {
    state: State,
    /// By rising id.
    keys: Vec<Vec<NewKey>>,
}

impl BackupContents {
    /// Takes the next part.
    pub fn take(&mut self, part: &BackupPart<'_>) -> Result<(), LedgerError> {
        match part {
            BackupPart::Key(key) => {
                match self.keys.last_mut() {
                    Some(chunk) if chunk.len() < CHUNK => chunk.push(key.clone()),
                    _ => {
                        let mut chunk = Vec::with_capacity(CHUNK);
                        chunk.push(key.clone());
                        self.keys.push(chunk);
                    }
                }
                Ok(())
            }
            BackupPart::Event(bytes) => {
                let seq = self.state.events();
                let stored = decode(bytes).map_err(|error| {
                    unreadable(format!("event {seq} in it does not read: {error}"))
                })?;
                if stored.seq != seq {
                    return Err(unreadable(format!(
                        "event {} in it stands where event {seq} must be",
                        stored.seq
                    )));
                }
                self.state.apply(&stored.event);
                Ok(())
            }
        }
    }

    /// The state that the events come to.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// Opens what is in force and sealed under this key.
    pub fn open_sealed(
        &self,
        id: KeyId,
        part: SealedPart,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, LedgerError> {
        let key = self.key(id).ok_or(LedgerError::NoSuchKey(id))?;
        open_under(key.secret(), id, part, sealed)
    }

    fn key(&self, id: KeyId) -> Option<&NewKey> {
        let after = self.keys.partition_point(|chunk| chunk[0].id() <= id);
        let chunk = self.keys.get(after.checked_sub(1)?)?;
        let at = chunk.binary_search_by_key(&id, NewKey::id).ok()?;
        chunk.get(at)
    }

    /// After the last part: whether everything in force opens, and there is no key beside. Gives
    /// what was opened, for users alone, to `each_user`.
    pub fn finish(
        &self,
        mut each_user: impl FnMut(KeyId, &[u8]) -> Result<(), LedgerError>,
    ) -> Result<(), LedgerError> {
        for (id, part, sealed) in self.state.sealed() {
            let plain = self
                .open_sealed(id, part, sealed)
                .map_err(|error| unreadable(format!("not all of it opens: {error}")))?;
            if part == SealedPart::User {
                each_user(id, &plain)?;
            }
        }
        let keys: usize = self.keys.iter().map(Vec::len).sum();
        let needed = self.state.keys().count();
        if keys != needed {
            return Err(unreadable(format!(
                "it has {keys} keys where {needed} open something"
            )));
        }
        Ok(())
    }
}
