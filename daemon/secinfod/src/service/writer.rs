//! The one writer: it takes what waits, decides each command against the state that results from
//! those before it, writes them together, and answers after they are on disk.

use super::ServiceError;
use super::account::Person;
use super::batch::{Batch, Request};
use super::published::{Appended, Published};
use super::replay::{ReplayError, replay};
use super::snapshots::Snapshots;
use secinfo_domain::{Command, Event, State};
use secinfo_ledger::{Commit, Ledger, NewKey};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

/// The most commands that share one write.
const MOST_AT_ONCE: usize = 64;

/// How long the writer waits for work before it looks whether a snapshot is worth it.
const IDLE: Duration = Duration::from_secs(5);

/// A handle on the writer.
pub struct Writer {
    requests: Mutex<Option<Sender<Request>>>,
    problem: Arc<Mutex<Option<String>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the writer's thread on the ledger, of which so many events are in a snapshot.
    pub fn start(
        ledger: Ledger,
        published: Arc<Published>,
        in_snapshot: u64,
    ) -> std::io::Result<Self> {
        let (requests, waiting) = channel();
        let problem = Arc::new(Mutex::new(None));
        let state = published.state();
        let mut scribe = Scribe {
            snapshots: Snapshots::new(ledger.reader(), in_snapshot),
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
    snapshots: Snapshots,
    problem: Arc<Mutex<Option<String>>>,
}

impl Scribe {
    fn run(&mut self, waiting: &Receiver<Request>) {
        loop {
            match waiting.recv_timeout(IDLE) {
                Ok(first) => {
                    let mut requests = vec![first];
                    requests.extend(waiting.try_iter().take(MOST_AT_ONCE - 1));
                    self.write(requests);
                    if self.ledger.suspended().is_none() {
                        self.snapshots.while_working(&self.state);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    if self.ledger.suspended().is_none() {
                        self.snapshots.at_rest(&self.state);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        if self.ledger.suspended().is_none() {
            self.snapshots.finish(&self.state);
        }
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
        let batch = Batch::decide(&self.state, requests);
        match self.append(batch.commit) {
            Ok(()) => {
                batch.introduced.iter().for_each(Person::is_introduced);
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
    fn recover(&mut self) -> Result<(), ReplayError> {
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

    fn append(&mut self, commit: Commit) -> Result<(), ReplayError> {
        if commit.events.is_empty() {
            return Ok(());
        }
        let destroys = !commit.destroy_keys.is_empty();
        self.ledger.append(commit)?;
        self.set_problem(None);
        if destroys {
            self.snapshots.are_void();
        }
        Ok(())
    }

    fn set_problem(&self, problem: Option<String>) {
        *self
            .problem
            .lock()
            .expect("nothing panics while it holds the problem") = problem;
    }
}
