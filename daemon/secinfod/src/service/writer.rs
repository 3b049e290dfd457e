//! The one writer: it takes what waits, decides each command against the state that results from
//! those before it, writes them together, and answers after they are on disk.

use super::ServiceError;
use super::account::Person;
use super::published::{Appended, Published};
use secinfo_domain::event::{DecodeError, decode, encode};
use secinfo_domain::{Command, Event, KeyId, State, created_key, decide, destroyed_keys};
use secinfo_ledger::{Commit, Ledger, LedgerError, LedgerReader, NewKey};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

/// The most commands that share one write.
const MOST_AT_ONCE: usize = 64;

/// After so many events a snapshot is worth its writing.
const SNAPSHOT_AFTER: u64 = 20_000;

/// How long the writer waits for work before it looks whether a snapshot is due.
const IDLE: Duration = Duration::from_secs(5);

/// Why the log cannot be read into a state.
#[derive(Debug, thiserror::Error)]
pub enum WriterError {
    /// The log itself.
    #[error("{0}")]
    Ledger(#[from] LedgerError),
    /// An event in it.
    #[error("event {seq} of the log cannot be read: {source}")]
    Event {
        /// Its place.
        seq: u64,
        /// Why.
        source: DecodeError,
    },
    /// An event stands in another place than it says.
    #[error(
        "the event in place {seq} says that it is number {found}: the log was tampered with or damaged from there on; compare it with a backup and an earlier checkpoint"
    )]
    OutOfPlace {
        /// Its place.
        seq: u64,
        /// What it says.
        found: u64,
    },
}

/// The events that a command led to, or why it led to none.
type Decided = Result<Vec<Event>, ServiceError>;

/// A command that waits for its turn.
struct Request {
    command: Command,
    keys: Vec<Arc<NewKey>>,
    accounts: Vec<Person>,
    answer: oneshot::Sender<Decided>,
}

/// A handle on the writer.
pub struct Writer {
    requests: Mutex<Option<Sender<Request>>>,
    problem: Arc<Mutex<Option<String>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// The state that the log adds up to: from a snapshot where there is a good one, and the events
/// after it.
pub fn read_state(reader: &LedgerReader) -> Result<State, WriterError> {
    let snapshot = reader.read_snapshot().and_then(|(size, bytes)| {
        let state: State = postcard::from_bytes(&bytes).ok()?;
        (state.events() == size).then_some(state)
    });
    replay(reader, snapshot.unwrap_or_default())
}

fn replay(reader: &LedgerReader, state: State) -> Result<State, WriterError> {
    let mut state = Some(state);
    let from = state.as_ref().map_or(0, State::events);
    reader.for_each::<WriterError>(from, |seq, bytes| {
        let stored = decode(bytes).map_err(|source| WriterError::Event { seq, source })?;
        if stored.seq != seq {
            return Err(WriterError::OutOfPlace {
                seq,
                found: stored.seq,
            });
        }
        state = state.take().map(|state| state.evolve(&stored.event));
        Ok(())
    })?;
    Ok(state.unwrap_or_default())
}

impl Writer {
    /// Starts the writer's thread on the ledger.
    pub fn start(ledger: Ledger, published: Arc<Published>) -> std::io::Result<Self> {
        let (requests, waiting) = channel();
        let problem = Arc::new(Mutex::new(None));
        let state = published.state();
        let mut scribe = Scribe {
            snapshot_at: state.events(),
            state,
            ledger,
            published,
            problem: Arc::clone(&problem),
        };
        let thread = std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || scribe.run(&waiting))?;
        Ok(Self {
            requests: Mutex::new(Some(requests)),
            problem,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Decides the command and appends its events; they are on disk when this returns.
    ///
    /// `keys` are those that its events may come to need, `accounts` the users that it may introduce.
    pub(super) async fn commit(
        &self,
        command: Command,
        keys: Vec<Arc<NewKey>>,
        accounts: Vec<Person>,
    ) -> Result<Vec<Event>, ServiceError> {
        let (answer, answered) = oneshot::channel();
        let request = Request {
            command,
            keys,
            accounts,
            answer,
        };
        let stopping = || ServiceError::StorageUnavailable("the daemon is stopping".to_owned());
        {
            let requests = self
                .requests
                .lock()
                .expect("nothing panics while it holds the sender");
            requests
                .as_ref()
                .ok_or_else(stopping)?
                .send(request)
                .map_err(|_| stopping())?;
        }
        answered.await.map_err(|_| stopping())?
    }

    /// Why the log cannot be written at the moment.
    pub fn problem(&self) -> Option<String> {
        self.problem
            .lock()
            .expect("nothing panics while it holds the problem")
            .clone()
    }

    /// Finishes what was accepted, writes a snapshot and closes the ledger.
    pub fn stop(&self) {
        drop(
            self.requests
                .lock()
                .expect("nothing panics while it holds the sender")
                .take(),
        );
        let thread = self
            .thread
            .lock()
            .expect("nothing panics while it holds the thread")
            .take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the writer had panicked");
        }
    }
}

/// What the writer's thread works with.
struct Scribe {
    ledger: Ledger,
    published: Arc<Published>,
    /// Equal to what is published, between commits.
    state: State,
    snapshot_at: u64,
    problem: Arc<Mutex<Option<String>>>,
}

/// The commands of one write, decided.
struct Batch {
    events: Vec<Event>,
    commit: Commit,
    after: State,
    answers: Vec<(oneshot::Sender<Decided>, Decided)>,
}

impl Scribe {
    fn run(&mut self, waiting: &Receiver<Request>) {
        loop {
            match waiting.recv_timeout(IDLE) {
                Ok(first) => {
                    let mut requests = vec![first];
                    requests.extend(waiting.try_iter().take(MOST_AT_ONCE - 1));
                    self.write(requests);
                    if self.state.events() - self.snapshot_at >= SNAPSHOT_AFTER {
                        self.write_snapshot();
                    }
                }
                Err(RecvTimeoutError::Timeout) if self.snapshot_at < self.state.events() => {
                    self.write_snapshot();
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.write_snapshot();
    }

    fn write(&mut self, requests: Vec<Request>) {
        if let Err(error) = self.recover() {
            let why = error.to_string();
            self.set_problem(Some(why.clone()));
            for request in requests {
                let _ = request
                    .answer
                    .send(Err(ServiceError::StorageUnavailable(why.clone())));
            }
            return;
        }
        let batch = self.decide(requests);
        match self.append(batch.commit) {
            Ok(()) => {
                if !batch.events.is_empty() {
                    let before = std::mem::replace(&mut self.state, batch.after.clone());
                    self.published.publish(Appended {
                        before,
                        events: batch.events,
                        after: batch.after,
                    });
                }
                for (sender, answer) in batch.answers {
                    // Whoever asked may have gone; what was decided stays decided.
                    let _ = sender.send(answer);
                }
            }
            Err(error) => {
                let why = error.to_string();
                tracing::error!(error = %why, "nothing could be appended");
                self.set_problem(Some(why.clone()));
                for (sender, _) in batch.answers {
                    let _ = sender.send(Err(ServiceError::StorageUnavailable(why.clone())));
                }
            }
        }
    }

    /// Brings the ledger back after a failure, and with it what it turns out to hold.
    fn recover(&mut self) -> Result<(), WriterError> {
        if self.ledger.suspended().is_none() {
            return Ok(());
        }
        let size = self.ledger.recover()?;
        if size > self.state.events() {
            let after = replay(&self.ledger.reader(), self.state.clone())?;
            let before = std::mem::replace(&mut self.state, after.clone());
            self.published.publish(Appended {
                before,
                events: Vec::new(),
                after,
            });
        }
        tracing::info!(size, "the log can be written again");
        self.set_problem(None);
        Ok(())
    }

    fn decide(&self, requests: Vec<Request>) -> Batch {
        let mut batch = Batch {
            events: Vec::new(),
            commit: Commit::default(),
            after: self.state.clone(),
            answers: Vec::with_capacity(requests.len()),
        };
        for request in requests {
            let decided = batch.take(&request);
            batch.answers.push((request.answer, decided));
        }
        batch
    }

    fn append(&mut self, commit: Commit) -> Result<(), WriterError> {
        if commit.events.is_empty() {
            return Ok(());
        }
        let destroys = !commit.destroy_keys.is_empty();
        self.ledger.append(commit)?;
        self.set_problem(None);
        if destroys {
            // The snapshot can no longer be read: one is due at the next idle moment.
            self.snapshot_at = 0;
        }
        Ok(())
    }

    fn write_snapshot(&mut self) {
        if self.snapshot_at == self.state.events() || self.ledger.suspended().is_some() {
            return;
        }
        self.snapshot_at = self.state.events();
        let written = postcard::to_allocvec(&self.state)
            .map_err(|error| error.to_string())
            .and_then(|bytes| {
                self.ledger
                    .reader()
                    .write_snapshot(self.state.events(), &bytes)
                    .map_err(|e| e.to_string())
            });
        match written {
            Ok(()) => tracing::debug!(events = self.state.events(), "snapshot written"),
            Err(error) => {
                tracing::warn!(%error, "no snapshot could be written; the next start replays the log");
            }
        }
    }

    fn set_problem(&self, problem: Option<String>) {
        *self
            .problem
            .lock()
            .expect("nothing panics while it holds the problem") = problem;
    }
}

impl Batch {
    /// Decides one command on top of those before it. Nothing of it enters the batch unless all of
    /// it can be encoded and has its keys.
    fn take(&mut self, request: &Request) -> Result<Vec<Event>, ServiceError> {
        let events = decide(&self.after, &request.command)?;
        let mut addition = Commit::default();
        let mut after = self.after.clone();
        for event in &events {
            let bytes = encode(after.events(), event)
                .map_err(|error| ServiceError::InvalidArgument(error.to_string()))?;
            addition.events.push(bytes);
            addition.destroy_keys.extend(destroyed_keys(&after, event));
            if let Some(id) = created_key(event) {
                addition.new_keys.push(request.key(id)?);
                if let Some(person) = request
                    .accounts
                    .iter()
                    .find(|person| KeyId::from(person.id) == id)
                {
                    addition.index_add.push((
                        person.uid(),
                        person.account.name.as_str().to_owned(),
                        person.id,
                    ));
                }
            }
            if matches!(event.fact, secinfo_domain::event::Fact::UserErased(_)) {
                let erased = request
                    .accounts
                    .iter()
                    .filter(|person| Some(person.id) == event.user);
                addition
                    .index_remove
                    .extend(erased.map(|p| (p.uid(), p.account.name.as_str().to_owned())));
            }
            after = after.evolve(event);
        }
        self.add(addition);
        self.events.extend(events.iter().cloned());
        self.after = after;
        Ok(events)
    }
}

impl Batch {
    fn add(&mut self, mut addition: Commit) {
        self.commit.events.append(&mut addition.events);
        self.commit.new_keys.append(&mut addition.new_keys);
        self.commit.index_add.append(&mut addition.index_add);
        self.commit.index_remove.append(&mut addition.index_remove);
        for id in addition.destroy_keys {
            // A key that was made in this very batch never reached the vault.
            let before = self.commit.new_keys.len();
            self.commit.new_keys.retain(|key| key.id() != id);
            if self.commit.new_keys.len() == before {
                self.commit.destroy_keys.push(id);
            }
        }
        let removed = &self.commit.index_remove;
        self.commit
            .index_add
            .retain(|(uid, name, _)| !removed.iter().any(|(u, n)| u == uid && n == name));
    }
}

impl Request {
    fn key(&self, id: KeyId) -> Result<NewKey, ServiceError> {
        let of_accounts = self.accounts.iter().filter_map(Person::key);
        let key = self
            .keys
            .iter()
            .chain(of_accounts)
            .find(|key| key.id() == id);
        let key = key.ok_or_else(|| {
            ServiceError::Internal("a command came without a key that its events need".to_owned())
        })?;
        Ok(NewKey::clone(key))
    }
}
