//! Tags that stand in the log for destinations and terminals, and the renewal of their keys.

use super::{Core, ServiceError};
use secinfo_domain::policy::Limit;
use secinfo_domain::{CredentialTag, RotatingTag, Seconds, SeedTag, UserId};
use secinfo_ledger::TagPurpose;
use secinfo_webauthn::PublicKey;

/// How long a tag counts at most: no limit looks further back, and no terminal is remembered longer.
pub(super) const LIFE: Seconds = Limit::LONGEST;

impl Core {
    /// The tag of what these parts say.
    pub(crate) fn tag(&self, purpose: TagPurpose, parts: &[&[u8]]) -> RotatingTag<[u8; 16]> {
        self.reader.vault.tag(purpose, parts)
    }

    /// What stands in the log for the secret of a hardware token.
    pub(crate) fn seed_tag(&self, secret: &[u8]) -> SeedTag {
        let vault = &self.reader.vault;
        SeedTag::from_bytes(vault.lasting_tag(TagPurpose::Seed, &[secret]))
    }

    /// What stands in the log for the credential of a security key. An id alone is known to every device that
    /// was asked for it, and could be registered by another first, with a key pair of their own.
    pub(crate) fn credential_tag(&self, id: &[u8], public_key: &PublicKey) -> CredentialTag {
        let vault = &self.reader.vault;
        let parts = [id, &public_key.to_cose()];
        CredentialTag::from_bytes(vault.lasting_tag(TagPurpose::Credential, &parts))
    }

    /// The user as security keys know them: it leads to no name, and to nothing once the user is erased.
    /// None for a user whom the log does not know.
    pub(crate) fn user_handle(&self, user: UserId) -> Result<Option<[u8; 16]>, ServiceError> {
        let vault = &self.reader.vault;
        Ok(vault.tag_under(user.into(), TagPurpose::UserHandle, &[])?)
    }

    /// Renews the keys of tags, where they have counted for long enough.
    pub async fn renew_tag_keys(&self) -> Result<(), ServiceError> {
        let now = self.now();
        self.between_commits(move |appender| appender.renew_tag_keys(now))
            .await?
            .map_err(|error| ServiceError::StorageUnavailable(error.to_string()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use crate::core::{Clock, Settings};
    use secinfo_domain::{State, Timestamp};
    use secinfo_ledger::{Engine, Ledger, MasterKey, MemoryStorage, Options};
    use std::path::Path;
    use std::sync::{Arc, Mutex};

    struct SetClock(Mutex<Timestamp>);

    impl Clock for SetClock {
        fn now(&self) -> Timestamp {
            *self.0.lock().unwrap()
        }
    }

    fn start(storage: &MemoryStorage, directory: &Path, clock: &Arc<SetClock>) -> Core {
        let options = Options {
            engine: Engine::Memory(storage.clone()),
            ..Options::new("host.example")
        };
        let master = MasterKey::from_bytes([1; 32]);
        let ledger = Ledger::open(directory, master, options).unwrap();
        let settings = Settings {
            organization: "Example".to_owned(),
            host: "host.example".to_owned(),
            messages_host: "host.example".to_owned(),
            default_country: None,
            language: "en".to_owned(),
            questions: crate::methods::Questions::default(),
            relying_party: crate::methods::RelyingParty::default(),
            push: None,
        };
        let clock = Arc::clone(clock) as Arc<dyn Clock>;
        Core::start(ledger, (State::default(), 0), clock, settings).unwrap()
    }

    #[tokio::test]
    async fn a_tag_counts_through_restarts_for_its_life_and_is_meaningless_after_twice_that() {
        let (storage, directory) = (MemoryStorage::default(), tempfile::tempdir().unwrap());
        let begin = Timestamp::from_seconds(1_800_000_000);
        let clock = Arc::new(SetClock(Mutex::new(begin)));
        let tag = |core: &Core| core.tag(TagPurpose::Destination, &[b"+4915112345678"]);
        let hours = |hours: u32| begin.plus(Seconds::new(hours * 3600));

        let core = start(&storage, directory.path(), &clock);
        let first = tag(&core);
        assert_eq!(first.former, None);
        assert!(
            !core
                .tag(TagPurpose::Destination, &[b"+49"])
                .matches(&first.current)
        );
        assert!(
            !core
                .tag(TagPurpose::Terminal, &[b"+4915112345678"])
                .matches(&first.current)
        );
        core.stop();

        *clock.0.lock().unwrap() = hours(23);
        let core = start(&storage, directory.path(), &clock);
        assert_eq!(tag(&core), first);
        *clock.0.lock().unwrap() = hours(25);
        core.renew_tag_keys().await.unwrap();
        let second = tag(&core);
        assert_ne!(second.current, first.current);
        assert!(second.matches(&first.current));
        core.stop();

        *clock.0.lock().unwrap() = hours(48);
        let core = start(&storage, directory.path(), &clock);
        assert_eq!(tag(&core), second);
        core.stop();
        *clock.0.lock().unwrap() = hours(50);
        let core = start(&storage, directory.path(), &clock);
        assert!(tag(&core).matches(&second.current));
        assert!(!tag(&core).matches(&first.current));
        core.stop();
    }
}
