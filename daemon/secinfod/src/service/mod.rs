//! One command at a time for each user: look up, decide, append, answer.
//!
//! The bus hands in who asks and what for; everything here runs without knowing of D-Bus.

mod account;
mod backup;
mod batch;
mod break_glass;
mod changes;
mod codes;
mod deliveries;
mod destination;
mod due;
mod enrollment;
mod error;
mod import;
mod letter;
mod matching;
mod notices;
mod overview;
mod payload;
mod pipe;
mod proving;
mod published;
mod replay;
mod sending;
pub mod session;
mod sign_in;
mod snapshots;
mod statistics;
mod tokens;
mod verification;
mod writer;

pub use account::{Account, Accounts, Person};
pub use backup::RestoredLog;
pub use changes::Deletion;
pub use destination::Destination;
pub use enrollment::{DeliveredDraft, Draft, Enrolled, Enrollment, Started, Wish};
pub use error::{ServiceError, undelivered};
pub use overview::{MethodView, Overview, UserRow};
pub use payload::{MethodPayload, SecretBytes, TokenPayload, UserPayload};
pub use published::{Appended, Published};
pub use replay::{ReplayError, read_state};
pub use sending::{DeliveryState, Sending, Sent};
pub use session::{SessionId, SessionLimits, Sessions};
pub use sign_in::{End, Outcome, Prompt, RefusedFor, SignIn, SignInRequest, Step};
pub use statistics::{Counted, Counters, Population, Statistics};
pub use tokens::{FoundToken, Imported, TokenRow};
pub use verification::{Challenge, Circumstances, Proven, Verification};
pub use writer::Writer;

use crate::channels::Channels;
use crate::journal::Journal;
use destination::DestinationKey;
use secinfo_domain::event::{Actor, Who};
use secinfo_domain::{
    Action, Authority, Command, Context, Country, Event, HostAction, HostCommand, ServiceName,
    SessionTag, State, Timestamp, UserCommand, UserId,
};
use secinfo_ledger::{LedgerReader, NewKey};
use sign_in::TerminalKey;
use std::sync::{Arc, Mutex, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::{Semaphore, broadcast};
use tokio::task::JoinSet;

/// Who asks, as the bus knows them.
#[derive(Debug, Clone)]
pub struct Requester {
    /// The uid of the caller.
    pub uid: u32,
    /// Where a proof of theirs counts.
    pub session: SessionTag,
    /// The program or PAM service on whose behalf they ask.
    pub service: Option<ServiceName>,
    /// Whether they were let in as the owner, or as an administrator.
    pub authority: Authority,
}

/// What may change while the daemon runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Who issues authenticator apps, as the apps show it.
    pub organization: String,
    /// The host, as the account name in authenticator apps and messages show it.
    pub host: String,
    /// The host as messages say it.
    pub messages_host: String,
    /// The country of phone numbers that are written without one.
    pub default_country: Option<Country>,
    /// The language of messages to users who speak none that we do.
    pub language: String,
}

/// The service: what the bus calls.
pub struct Service {
    reader: LedgerReader,
    writer: Writer,
    published: Arc<Published>,
    accounts: Accounts,
    settings: RwLock<Settings>,
    enrollments: Sessions<Enrollment>,
    verifications: Sessions<Verification>,
    sign_ins: Sessions<SignIn>,
    /// Memory-hard hashing takes tens of megabytes for tens of milliseconds: one at a time.
    hashing: Semaphore,
    channels: Channels,
    waiting_for_news: Semaphore,
    destination_key: DestinationKey,
    terminal_key: TerminalKey,
    /// What waits for the ends of messages, to record them.
    recording: Mutex<JoinSet<()>>,
    found_break_glass: break_glass::Complaints,
    /// One import at a time.
    importing: tokio::sync::Mutex<()>,
    /// One backup or restore at a time.
    backing_up: tokio::sync::Mutex<()>,
    /// The log has given way to another one.
    gave_way: tokio::sync::Notify,
    /// What users are to be told.
    teller: notices::Teller,
    tidings: Mutex<Option<notices::Told>>,
}

/// The keys and index entries that a command may need, should its events come to hold them.
#[derive(Default)]
struct Offer {
    keys: Vec<Arc<NewKey>>,
    accounts: Vec<Person>,
}

impl Service {
    /// The service over an open ledger, whose state is `state`.
    pub fn new(
        reader: LedgerReader,
        writer: Writer,
        published: Arc<Published>,
        channels: Channels,
        settings: Settings,
        limits: SessionLimits,
    ) -> Result<Self, ServiceError> {
        let no_randomness = |error| ServiceError::Internal(format!("no random bytes: {error}"));
        let destination_key = DestinationKey::draw().map_err(no_randomness)?;
        let terminal_key = TerminalKey::draw().map_err(no_randomness)?;
        let (teller, tidings) = notices::queue();
        Ok(Self {
            reader,
            writer,
            published,
            accounts: Accounts::default(),
            settings: RwLock::new(settings),
            enrollments: Sessions::new(limits),
            verifications: Sessions::new(limits),
            sign_ins: Sessions::new(limits),
            hashing: Semaphore::new(1),
            channels,
            waiting_for_news: Semaphore::new(sending::MOST_WAIT_FOR_NEWS),
            destination_key,
            terminal_key,
            recording: Mutex::default(),
            found_break_glass: break_glass::Complaints::default(),
            importing: tokio::sync::Mutex::default(),
            backing_up: tokio::sync::Mutex::default(),
            gave_way: tokio::sync::Notify::default(),
            teller,
            tidings: Mutex::new(Some(tidings)),
        })
    }

    /// What holds on disk.
    pub fn state(&self) -> State {
        self.published.state()
    }

    /// Tells of everything that was appended, after it is on disk.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Appended>> {
        self.published.subscribe()
    }

    /// Tells the journal of every event from the one with the number `first` on.
    pub fn tell_journal(&self, first: u64) -> Journal {
        Journal::start(Arc::clone(&self.published), self.reader.clone(), first)
    }

    /// The log as auditors read it.
    pub const fn reader(&self) -> &LedgerReader {
        &self.reader
    }

    /// Why the log cannot be written at the moment; none when it can.
    pub fn problem(&self) -> Option<String> {
        self.writer.problem()
    }

    /// Open enrollments.
    pub const fn enrollments(&self) -> &Sessions<Enrollment> {
        &self.enrollments
    }

    /// Open verifications.
    pub const fn verifications(&self) -> &Sessions<Verification> {
        &self.verifications
    }

    /// Sign-ins that are going on.
    pub const fn sign_ins(&self) -> &Sessions<SignIn> {
        &self.sign_ins
    }

    /// Unix accounts.
    pub const fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// Puts settings in force that a reload has read.
    pub fn set_settings(&self, settings: Settings) {
        *self
            .settings
            .write()
            .expect("nothing panics while it holds the settings") = settings;
    }

    fn settings(&self) -> Settings {
        self.settings
            .read()
            .expect("nothing panics while it holds the settings")
            .clone()
    }

    /// Begins the log, where it is new: its first event fixes the origin for good.
    pub async fn begin_log(&self) -> Result<(), ServiceError> {
        if self.state().events() != 0 {
            return Ok(());
        }
        let origin = self.reader.origin().to_string();
        self.host(
            Who::System,
            HostAction::CreateLog { origin },
            Offer::default(),
        )
        .await
    }

    /// Finishes what was accepted and closes the log.
    pub fn stop(&self) {
        self.writer.stop();
    }

    /// Puts a policy in force; nothing happens when it is in force already.
    pub async fn set_policy(&self, policy: secinfo_domain::Policy) -> Result<(), ServiceError> {
        self.host(
            Who::System,
            HostAction::SetPolicy(Box::new(policy)),
            Offer::default(),
        )
        .await
    }

    async fn host(&self, who: Who, action: HostAction, offer: Offer) -> Result<(), ServiceError> {
        let actor = Actor { who, service: None };
        let command = Command::Host(HostCommand {
            now: now(),
            actor,
            introductions: offer
                .accounts
                .iter()
                .filter_map(Person::introduction)
                .collect(),
            action,
        });
        self.writer
            .commit(command, offer.keys, offer.accounts)
            .await
            .map(|_| ())
    }

    /// Decides and appends; the events, once they are on disk.
    async fn commit(
        &self,
        person: &Person,
        by: &Requester,
        action: Action,
        keys: Vec<Arc<NewKey>>,
    ) -> Result<Vec<Event>, ServiceError> {
        let mut accounts = vec![person.clone()];
        let mut command = self.command(person, by, action)?;
        if let Some(actor) = self.actor_account(person, by)? {
            command.actor_is(&actor);
            accounts.push(actor);
        }
        command.0.context.introductions =
            accounts.iter().filter_map(Person::introduction).collect();
        let before = self.state();
        // What a change deletes cannot be read after it. A verification deletes no address, and
        // must not wait for looking any up.
        let changes = notices::is_change(&command.0.action);
        let reach = changes.then(|| self.reach(person));
        let events = self.writer.commit(command.0.into(), keys, accounts).await?;
        self.tell(person, reach, &before, &events);
        Ok(events)
    }

    fn command(
        &self,
        person: &Person,
        by: &Requester,
        action: Action,
    ) -> Result<Prepared, ServiceError> {
        // Also where root passes on what the user does at a sign-in.
        let on_self = match by.authority {
            Authority::Own => true,
            Authority::Administrator => person.uid() == by.uid,
            Authority::System => false,
        };
        let who = match by.uid {
            _ if by.authority == Authority::System => Who::System,
            0 => Who::Root,
            _ => Who::User(person.id),
        };
        let state = self.state();
        let policy = state.policy();
        let names_groups = !policy.groups.is_empty()
            || !policy.sign_in(by.service.as_ref()).exempt_groups.is_empty();
        let groups = if names_groups {
            self.accounts.groups(&person.account)?
        } else {
            Vec::new()
        };
        Ok(Prepared(UserCommand {
            user: person.id,
            context: Context {
                now: now(),
                actor: Actor {
                    who,
                    service: by.service.clone(),
                },
                authority: by.authority,
                on_self,
                session: by.session,
                groups,
                introductions: person.introduction().into_iter().collect(),
            },
            action,
        }))
    }

    /// The account that asks, where it is neither root nor the user.
    fn actor_account(
        &self,
        person: &Person,
        by: &Requester,
    ) -> Result<Option<Person>, ServiceError> {
        if by.uid == 0 || by.uid == person.uid() || by.authority == Authority::System {
            return Ok(None);
        }
        self.person(by.uid).map(Some)
    }

    /// The user with this uid: the account as it is now, under the id that we know it by.
    pub fn person(&self, uid: u32) -> Result<Person, ServiceError> {
        let account = self.accounts.by_uid(uid)?.ok_or(ServiceError::NotFound)?;
        self.accounts
            .person(account, &self.reader, |id| self.state().user(id).is_some())
    }

    /// The state of a user, if there is any yet.
    fn user_state<'a>(
        state: &'a State,
        person: &Person,
    ) -> Option<&'a secinfo_domain::state::UserState> {
        state.user(person.id)
    }
}

/// A command whose actor may still be filled in.
struct Prepared(UserCommand);

impl Prepared {
    fn actor_is(&mut self, actor: &Person) {
        self.0.context.actor.who = Who::User(actor.id);
    }
}

/// Now, by the clock of the host.
pub fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// Sixteen random bytes for an id.
fn random_id() -> Result<[u8; 16], ServiceError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| ServiceError::Internal(format!("no random bytes: {error}")))?;
    Ok(bytes)
}

/// The id of a user whom nobody has seen yet.
fn new_user_id() -> Result<UserId, ServiceError> {
    random_id().map(UserId::from_bytes)
}
