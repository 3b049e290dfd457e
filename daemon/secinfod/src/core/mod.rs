//! What every part of the service stands on: the log with its one writer, the state that is on disk,
//! the system's accounts, the clock and the settings.

mod account;
mod ahead;
mod appended;
mod batch;
mod clock;
mod command;
mod counters;
mod error;
mod former;
mod hashing;
mod in_vain;
mod population;
mod published;
mod queue;
mod random;
mod replay;
mod sealed;
mod serials;
mod settings;
mod snapshots;
mod source;
mod tags;
mod turns;
mod writer;

pub(crate) use account::blocking;
pub use account::{Account, Accounts, Person};
pub use appended::Appended;
pub use clock::{Clock, SystemClock};
pub(crate) use command::Offer;
pub use command::Requester;
pub use counters::{Counted, Counters};
pub use error::ServiceError;
pub(crate) use hashing::{HashingFor, Waiter};
pub use population::Population;
pub use published::Published;
pub(crate) use random::{no_randomness, random_id};
pub use replay::{ReplayError, read_state};
pub use sealed::UserPayload;
pub(crate) use sealed::seal_new;
pub use settings::Settings;
pub use source::RequestSource;
pub(crate) use source::{address_of, place_of};
pub(crate) use turns::Turn;
pub(crate) use writer::Appender;

use hashing::Hashing;
use in_vain::InVain;
use sealed::plain;
use secinfo_domain::policy::EffectivePolicy;
use secinfo_domain::{
    GroupName, KeyId, KindSet, Sealed, SealedPart, ServiceName, State, Timestamp, TokenId, UserId,
};
use secinfo_ledger::{Ledger, LedgerReader};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serials::Serials;
use std::io;
use std::sync::{Arc, RwLock};
use tokio::sync::broadcast;
use turns::Turns;
use writer::Writer;
use zeroize::Zeroizing;

/// The foundation of the service. Every part of the service holds it, and keeps only what is its own
/// beside it.
pub struct Core {
    reader: LedgerReader,
    writer: Writer,
    published: Arc<Published>,
    accounts: Accounts,
    clock: Arc<dyn Clock>,
    settings: RwLock<Settings>,
    hashing: Hashing,
    serials: Serials,
    turns: Turns,
    in_vain: InVain,
}

impl Core {
    /// Starts the writer on an open ledger. `state` is the state after its events, of which
    /// `in_snapshot` are in a snapshot: see [`read_state`].
    pub fn start(
        mut ledger: Ledger,
        (state, in_snapshot): (State, u64),
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> io::Result<Self> {
        if let Err(error) = ledger.renew_tag_keys(clock.now(), tags::LIFE) {
            tracing::warn!(%error, "the keys of tags could not be renewed; it is tried again");
        }
        let turns = Turns::new().map_err(|error| io::Error::other(error.to_string()))?;
        let reader = ledger.reader();
        let published = Arc::new(Published::new(state, ledger.room()));
        let writer = Writer::start(
            ledger,
            Arc::clone(&published),
            Arc::clone(&clock),
            in_snapshot,
        )?;
        Ok(Self {
            reader,
            writer,
            published,
            accounts: Accounts::default(),
            clock,
            settings: RwLock::new(settings),
            hashing: Hashing::default(),
            serials: Serials::default(),
            turns,
            in_vain: InVain::default(),
        })
    }

    /// The token of the inventory with this serial number. `open` reads the number of one.
    pub(crate) fn token_of_serial(
        &self,
        serial: &str,
        open: impl Fn(TokenId) -> Result<String, ServiceError>,
    ) -> Result<Option<TokenId>, ServiceError> {
        self.serials.find(&self.state(), serial, open)
    }

    /// The newest state that is on disk.
    pub fn state(&self) -> Arc<State> {
        self.published.state()
    }

    /// Receives everything that is appended from now on, after it is on disk.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Appended>> {
        self.published.subscribe()
    }

    /// The newest state, and the numbers of what has happened.
    pub const fn published(&self) -> &Arc<Published> {
        &self.published
    }

    /// The log as auditors read it.
    pub const fn reader(&self) -> &LedgerReader {
        &self.reader
    }

    /// Unix accounts.
    pub const fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// The clock.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Why the log cannot be written at the moment; none when it can.
    pub fn problem(&self) -> Option<String> {
        self.writer.problem()
    }

    /// Finishes what was accepted and closes the log.
    pub fn stop(&self) {
        self.writer.stop();
    }

    /// Puts settings in force that a reload has read.
    pub fn set_settings(&self, settings: Settings) {
        *self
            .settings
            .write()
            .expect("nothing panics while it holds the settings") = settings;
    }

    /// The settings in force.
    pub fn settings(&self) -> Settings {
        self.settings
            .read()
            .expect("nothing panics while it holds the settings")
            .clone()
    }

    /// The user with this uid: the account as it is now, under the id that the log knows it by.
    pub fn person(&self, uid: u32) -> Result<Person, ServiceError> {
        let account = self.accounts.by_uid(uid)?.ok_or(ServiceError::NotFound)?;
        self.accounts.person(account, &self.reader.index, |id| {
            self.state().user(id).is_some()
        })
    }

    /// The policy as it applies to a user at a service.
    pub fn effective_policy(
        &self,
        person: &Person,
        service: Option<&ServiceName>,
    ) -> Result<EffectivePolicy, ServiceError> {
        let state = self.state();
        let groups = self.groups_that_matter(&state, person)?;
        Ok(state.policy().effective(&groups, service))
    }

    /// Whether locking a user's account ends what they have open on the host. A user whose groups cannot be
    /// read is taken for a member of them all.
    pub fn ends_sessions_on_lock(&self, person: &Person) -> bool {
        let state = self.state();
        let groups = self.groups_that_matter(&state, person);
        state.policy().ends_sessions_on_lock(groups.as_deref().ok())
    }

    /// The sections of the configuration that the policy for a user and a service comes from.
    ///
    /// # Errors
    /// When the user's groups cannot be read.
    pub fn policy_sections(
        &self,
        person: &Person,
        service: Option<&ServiceName>,
    ) -> Result<Vec<String>, ServiceError> {
        let state = self.state();
        let groups = self.groups_that_matter(&state, person)?;
        let (groups, service) = state.policy().refined_by(&groups, service);
        let of_groups = groups.iter().map(|name| format!("group.{}", name.as_str()));
        let of_service = service.map(|name| format!("service.{}", name.as_str()));
        Ok(std::iter::once("policy".to_owned())
            .chain(of_groups)
            .chain(of_service)
            .collect())
    }

    /// The groups of a user; none where policy has nothing for any group.
    fn groups_that_matter(
        &self,
        state: &State,
        person: &Person,
    ) -> Result<Vec<GroupName>, ServiceError> {
        if state.policy().groups.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.accounts.groups(&person.account)?)
    }

    /// The kinds that a user may have at a service. Those that administrators may not have are left out
    /// for these.
    pub fn allowed_kinds(
        &self,
        person: &Person,
        service: Option<&ServiceName>,
    ) -> Result<KindSet, ServiceError> {
        let state = self.state();
        let groups = self.accounts.groups(&person.account)?;
        let allowed = state.policy().effective(&groups, service).allowed;
        let administers = state.policy().rules.reset.is_administrator(Some(&groups));
        let kinds = allowed.iter();
        Ok(kinds
            .filter(|kind| !(kind.is_knowledge() && administers))
            .collect())
    }

    /// Seals a payload under a key of the vault.
    pub(crate) fn seal(
        &self,
        key: KeyId,
        part: SealedPart,
        payload: &impl Serialize,
    ) -> Result<Sealed, ServiceError> {
        let sealed = self.reader.vault.seal(key, part, &plain(payload)?)?;
        Ok(Sealed::new(sealed))
    }

    /// Opens what was sealed under a key of the vault.
    pub(crate) fn open<T: DeserializeOwned>(
        &self,
        key: KeyId,
        part: SealedPart,
        sealed: &[u8],
    ) -> Result<T, ServiceError> {
        let bytes = self.reader.vault.open_sealed(key, part, sealed)?;
        Ok(postcard::from_bytes(&bytes)?)
    }

    /// The account of a user, as far as it can still be read.
    pub fn account_of(&self, id: UserId) -> Option<Account> {
        let state = self.state();
        let sealed = state.user(id)?.sealed();
        let payload: UserPayload = self
            .open(id.into(), SealedPart::User, sealed.as_bytes())
            .ok()?;
        Some(Account {
            uid: payload.uid,
            name: payload.name,
        })
    }

    /// The key with which this host signs what it asks phones, in PKCS#8; none where none was made.
    pub(crate) fn push_key(&self) -> Option<Zeroizing<Vec<u8>>> {
        self.reader.vault.push_key()
    }

    /// Keeps the key with which this host signs what it asks phones, unless there is one.
    pub(crate) async fn keep_push_key(&self, key: Zeroizing<Vec<u8>>) -> Result<(), ServiceError> {
        self.between_commits(move |appender| appender.keep_push_key(key))
            .await?
            .map_err(|error| ServiceError::StorageUnavailable(error.to_string()))
    }

    /// Runs memory-hard hashing beside the runtime, one at a time, and each who waits in turn.
    pub(crate) async fn hash<T: Send + 'static>(
        &self,
        waiter: Waiter,
        what_for: HashingFor,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ServiceError> {
        self.hashing.run(waiter, what_for, work).await
    }

    /// Does something in the writer's thread, between two commits, which wait for it.
    pub(crate) async fn between_commits<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Appender) -> T + Send + 'static,
    ) -> Result<T, ServiceError> {
        self.writer.between_commits(work).await
    }
}
