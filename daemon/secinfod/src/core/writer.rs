//! The one writer of the log: takes the commands that wait, decides each against the state that those
//! before it lead to, appends their events in one write, and answers once they are on disk.

use super::account::Person;
use super::appended::Appended;
use super::batch::{Batch, PendingCommand};
use super::clock::Clock;
use super::error::ServiceError;
use super::published::Published;
use super::replay::{ReplayError, replay_news};
use super::snapshots::Snapshots;
use super::tags;
use secinfo_domain::{Command, Event, Room, State, Timestamp};
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

/// Work that waits for the writer.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all of it is commands, which need no memory of their own"
)]
enum Work {
    /// A command to decide.
    Command(PendingCommand),
    /// Something else, to be done between two commits.
    Between(Box<dyn FnOnce(&mut Appender) + Send>),
}

/// A handle on the writer.
pub(super) struct Writer {
    work: Mutex<Option<Sender<Work>>>,
    problem: Arc<Mutex<Option<String>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the writer's thread on the ledger, of which so many events are in a snapshot.
    pub(super) fn start(
        ledger: Ledger,
        published: Arc<Published>,
        clock: Arc<dyn Clock>,
        in_snapshot: u64,
    ) -> std::io::Result<Self> {
        let (work, waiting) = channel();
        let problem = Arc::new(Mutex::new(None));
        let state = published.state();
        let mut appender = Appender {
            snapshots: Snapshots::new(ledger.reader().snapshot, in_snapshot),
            state,
            ledger,
            published,
            clock,
            problem: Arc::clone(&problem),
            retired: false,
        };
        let thread = std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || appender.run(&waiting))?;
        Ok(Self {
            work: Mutex::new(Some(work)),
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
        let command = PendingCommand {
            command,
            keys,
            accounts,
            answer,
        };
        self.send(Work::Command(command))?;
        answered.await.map_err(|_| stopping())?
    }

    /// Does something in the writer's thread, between two commits, which wait for it.
    pub(super) async fn between_commits<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Appender) -> T + Send + 'static,
    ) -> Result<T, ServiceError> {
        let (answer, answered) = oneshot::channel();
        self.send(Work::Between(Box::new(move |appender| {
            // The caller may have gone.
            let _ = answer.send(work(appender));
        })))?;
        answered.await.map_err(|_| stopping())
    }

    fn send(&self, work: Work) -> Result<(), ServiceError> {
        let sender = self
            .work
            .lock()
            .expect("nothing panics while it holds the sender");
        let sender = sender.as_ref().ok_or_else(stopping)?;
        sender.send(work).map_err(|_| stopping())
    }

    /// Why the log cannot be written at the moment.
    pub(super) fn problem(&self) -> Option<String> {
        self.problem
            .lock()
            .expect("nothing panics while it holds the problem")
            .clone()
    }

    /// Finishes what was accepted, writes a snapshot and closes the ledger.
    pub(super) fn stop(&self) {
        drop(
            self.work
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

/// Appends to the ledger, in the writer's thread.
pub(crate) struct Appender {
    ledger: Ledger,
    published: Arc<Published>,
    clock: Arc<dyn Clock>,
    /// Equal to what is published, between commits.
    state: Arc<State>,
    snapshots: Snapshots,
    problem: Arc<Mutex<Option<String>>>,
    /// Another log takes the place of this one at the next start: nothing is written any more.
    retired: bool,
}

impl Appender {
    /// The ledger, and the state after its events.
    pub(crate) fn ledger_and_state(&self) -> (&Ledger, &State) {
        (&self.ledger, &self.state)
    }

    /// Renews the keys of tags, if that is due.
    pub(super) fn renew_tag_keys(&mut self, now: Timestamp) -> Result<(), ReplayError> {
        if self.retired {
            return Ok(());
        }
        self.recover()?;
        Ok(self.ledger.renew_tag_keys(now, tags::LIFE)?)
    }

    /// Refuses every command from now on.
    pub(crate) const fn retire(&mut self) {
        self.retired = true;
    }

    /// Whether what is in memory may be kept.
    fn is_sound(&self) -> bool {
        self.ledger.suspended().is_none() && !self.retired
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
                    self.look_for_room();
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
        let mut commands = Vec::new();
        for work in waiting {
            match work {
                Work::Command(command) => commands.push(command),
                Work::Between(work) => {
                    self.write(std::mem::take(&mut commands));
                    work(self);
                }
            }
        }
        self.write(commands);
    }

    fn write(&mut self, commands: Vec<PendingCommand>) {
        if commands.is_empty() {
            return;
        }
        if self.retired {
            return refuse(
                commands,
                "a backup was restored, and the daemon starts again",
            );
        }
        if let Err(error) = self.recover() {
            let why = error.to_string();
            self.set_problem(Some(why.clone()));
            return refuse(commands, &why);
        }
        let room = self.look_for_room();
        let batch = Batch::decide(&self.state, commands, self.clock.now(), room);
        match self.append(batch.commit) {
            Ok(()) => {
                batch.introduced.iter().for_each(Person::mark_introduced);
                if !batch.events.is_empty() {
                    self.publish(batch.events, batch.after);
                }
                for (sender, answer) in batch.answers {
                    // The caller may have gone; what was decided stays decided.
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

    /// Looks how much room the log has, and lets the readers know.
    fn look_for_room(&self) -> Room {
        let room = self.ledger.room();
        self.published.set_room(room);
        room
    }

    /// Checks whether the log can be written again, so that the daemon reports itself healthy without
    /// waiting for the next command.
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
            let state = State::clone(&self.state);
            let (after, events) = replay_news(&self.ledger.reader().log, state)?;
            self.publish(events, after);
        }
        tracing::info!(size, "the log can be written again");
        self.set_problem(None);
        Ok(())
    }

    /// Makes what is on disk now the state that the next batch is decided on, and lets the readers see
    /// it.
    fn publish(&mut self, events: Vec<Event>, after: State) {
        let after = Arc::new(after);
        self.published.publish(Appended {
            before: std::mem::replace(&mut self.state, Arc::clone(&after)),
            events,
            after,
        });
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
            self.snapshots.invalidate();
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

fn refuse(commands: Vec<PendingCommand>, why: &str) {
    for command in commands {
        // The caller may have gone.
        let _ = command
            .answer
            .send(Err(ServiceError::StorageUnavailable(why.to_owned())));
    }
}
