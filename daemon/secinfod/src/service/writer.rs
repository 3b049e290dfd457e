//! The one writer: it takes what waits, decides each command against the state that results from
//! those before it, writes them together, and answers after they are on disk.

use super::ServiceError;
use super::account::Person;
use super::batch::{Batch, Request};
use super::published::{Appended, Published};
use super::replay::{ReplayError, replay_news};
use super::snapshots::Snapshots;
use secinfo_domain::{Command, Event, State};
use secinfo_ledger::{Commit, Ledger, NewKey};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// The most commands that share one write.
const MOST_AT_ONCE: usize = 64;

/// How long the writer waits for work before it looks whether a snapshot is worth it.
const IDLE: Duration = Duration::from_secs(5);

/// What waits for the writer.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all of it is commands, which need no memory of their own"
)]
enum Work {
    /// A command to decide.
    Command(Request),
    /// Something else, to be done between two commits.
    Aside(Box<dyn FnOnce(&mut Scribe) + Send>),
}

/// A handle on the writer.
pub struct Writer {
    requests: Mutex<Option<Sender<Work>>>,
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
            gave_way: false,
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
        self.send(Work::Command(request))?;
        answered.await.map_err(|_| stopping())?
    }

    /// Does something in the writer's thread, between two commits, which wait for it.
    pub(super) async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Scribe) -> T + Send + 'static,
    ) -> Result<T, ServiceError> {
        let (answer, answered) = oneshot::channel();
        self.send(Work::Aside(Box::new(move |scribe| {
            // Whoever asked may have gone.
            let _ = answer.send(work(scribe));
        })))?;
        answered.await.map_err(|_| stopping())
    }

    fn send(&self, work: Work) -> Result<(), ServiceError> {
        let requests = self
            .requests
            .lock()
            .expect("nothing panics while it holds the sender");
        let sender = requests.as_ref().ok_or_else(stopping)?;
        sender.send(work).map_err(|_| stopping())
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

fn stopping() -> ServiceError {
    ServiceError::StorageUnavailable("the daemon is stopping".to_owned())
}

/// What the writer's thread works with.
pub(super) struct Scribe {
    ledger: Ledger,
    published: Arc<Published>,
    /// Equal to what is published, between commits.
    state: State,
    snapshots: Snapshots,
    problem: Arc<Mutex<Option<String>>>,
    /// Another log takes the place of this one at the next start: nothing is written any more.
    gave_way: bool,
}

impl Scribe {
    /// The ledger, and the state that it comes to.
    pub(super) const fn now(&self) -> (&Ledger, &State) {
        (&self.ledger, &self.state)
    }

    /// Writes nothing from now on.
    pub(super) const fn gives_way(&mut self) {
        self.gave_way = true;
    }

    /// Whether what is in memory may be kept.
    fn is_sound(&self) -> bool {
        self.ledger.suspended().is_none() && !self.gave_way
    }

    fn run(&mut self, waiting: &Receiver<Work>) {
        loop {
            match waiting.recv_timeout(IDLE) {
                Ok(first) => {
                    let more = waiting.try_iter().take(MOST_AT_ONCE - 1);
                    self.work(std::iter::once(first).chain(more));
                    if self.is_sound() {
                        self.snapshots.while_working(&self.state);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.look_again();
                    if self.is_sound() {
                        self.snapshots.at_rest(&self.state);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        if self.is_sound() {
            self.snapshots.finish(&self.state);
        }
    }

    /// Does what waits, in its order; the commands between two other things share one write.
    fn work(&mut self, waiting: impl Iterator<Item = Work>) {
        let mut requests = Vec::new();
        for work in waiting {
            match work {
                Work::Command(request) => requests.push(request),
                Work::Aside(work) => {
                    self.write(std::mem::take(&mut requests));
                    work(self);
                }
            }
        }
        self.write(requests);
    }

    fn write(&mut self, requests: Vec<Request>) {
        if requests.is_empty() {
            return;
        }
        if self.gave_way {
            return refuse(
                requests,
                "a backup was restored, and the daemon starts again",
            );
        }
        if let Err(error) = self.recover() {
            let why = error.to_string();
            self.set_problem(Some(why.clone()));
            return refuse(requests, &why);
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

    /// Finds out whether what kept the log from being written is over, so that nobody has to try in
    /// vain before the daemon says that it is well.
    fn look_again(&mut self) {
        if self.problem().is_none() {
            return;
        }
        let usable = self.recover();
        let usable = usable.and_then(|()| Ok(self.ledger.expect_writable()?));
        self.set_problem(usable.err().map(|error| error.to_string()));
    }

    /// Brings the ledger back after a failure, and with it what it turns out to hold.
    fn recover(&mut self) -> Result<(), ReplayError> {
        if self.ledger.suspended().is_none() {
            return Ok(());
        }
        let size = self.ledger.recover()?;
        if size > self.state.events() {
            let (after, events) = replay_news(&self.ledger.reader(), self.state.clone())?;
            let before = std::mem::replace(&mut self.state, after.clone());
            self.published.publish(Appended {
                before,
                events,
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
        let began = Instant::now();
        self.ledger.append(commit)?;
        self.published.counters().commit(began.elapsed());
        self.set_problem(None);
        if destroys {
            self.snapshots.are_void();
        }
        Ok(())
    }

    fn problem(&self) -> Option<String> {
        self.problem
            .lock()
            .expect("nothing panics while it holds the problem")
            .clone()
    }

    fn set_problem(&self, problem: Option<String>) {
        *self
            .problem
            .lock()
            .expect("nothing panics while it holds the problem") = problem;
    }
}

fn refuse(requests: Vec<Request>, why: &str) {
    for request in requests {
        // Whoever asked may have gone.
        let _ = request
            .answer
            .send(Err(ServiceError::StorageUnavailable(why.to_owned())));
    }
}
