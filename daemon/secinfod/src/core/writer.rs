//! The one writer of the log: takes the commands that wait, decides each against the state that those
//! before it lead to, appends their events in one write, and answers once they are on disk.
//!
//! Where several callers wait, the next batch is decided while one is on its way to the disk, on the
//! state that this one will come to. Nobody sees that state, or hears what was decided on it, before the
//! disk has it; when the disk does not take it, both batches are refused.

use super::account::Person;
use super::ahead::{Ahead, Task};
use super::appended::Appended;
use super::batch::{Answers, Batch, PendingCommand};
use super::clock::Clock;
use super::error::ServiceError;
use super::published::Published;
use super::queue::{Next, Queue, Work};
use super::replay::{ReplayError, replay_news};
use super::snapshots::Snapshots;
use super::tags;
use secinfo_domain::{Command, Event, Room, State, Timestamp};
use secinfo_ledger::{Commit, Ledger, NewKey};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

/// How long the writer waits for work before it looks whether a snapshot is worth it.
const IDLE: Duration = Duration::from_secs(5);

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
            clock: Arc::clone(&clock),
            problem: Arc::clone(&problem),
            retired: false,
        };
        let ahead = Ahead::start(clock)?;
        let thread = std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || appender.run(Queue::new(waiting), &ahead))?;
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
            renamed_to: None,
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

pub(super) fn stopping() -> ServiceError {
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

    /// Decides one command and writes its events, before any other command is decided.
    pub(super) fn commit_alone(&mut self, command: PendingCommand) {
        if let Err(why) = self.expect_usable() {
            return command.refuse(&why);
        }
        let room = self.look_for_room();
        let mut batch = Batch::on(&self.state);
        batch.decide([command], self.clock.now(), room);
        let commit = std::mem::take(&mut batch.commit);
        if let Err(error) = self.append(commit) {
            let why = error.to_string();
            tracing::error!(error = %why, "nothing could be appended");
            self.set_problem(Some(why.clone()));
            return batch.answers.refuse(&why);
        }
        let (answers, news) = self.show(batch);
        answers.send();
        self.tell(news);
    }

    /// Renews the keys of tags, if that is due.
    pub(super) fn renew_tag_keys(&mut self, now: Timestamp) -> Result<(), ReplayError> {
        if self.retired {
            return Ok(());
        }
        self.recover()?;
        Ok(self.ledger.renew_tag_keys(now, tags::LIFE)?)
    }

    /// Keeps the key with which the host signs what it asks phones, unless there is one.
    pub(super) fn keep_push_key(&mut self, key: Zeroizing<Vec<u8>>) -> Result<(), ReplayError> {
        if self.retired {
            return Ok(());
        }
        self.recover()?;
        Ok(self.ledger.keep_push_key(key)?)
    }

    /// Writes as if there were an event to append; why not, if that fails.
    pub(super) fn append_nothing(&mut self) -> Result<(), String> {
        self.expect_usable()?;
        self.ledger.append_nothing().map_err(|error| {
            let why = error.to_string();
            tracing::error!(error = %why, "nothing could be written");
            self.set_problem(Some(why.clone()));
            why
        })
    }

    /// Refuses every command from now on.
    pub(crate) const fn retire(&mut self) {
        self.retired = true;
    }

    /// Whether what is in memory may be kept.
    fn is_sound(&self) -> bool {
        self.ledger.suspended().is_none() && !self.retired
    }

    fn run(&mut self, mut queue: Queue, ahead: &Ahead) {
        loop {
            match queue.next(IDLE) {
                Ok(Next::Commands) => queue = self.write(queue, ahead),
                Ok(Next::Between(work)) => work(self),
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

    /// Writes the commands that wait before anything else does, batch by batch, until none waits.
    fn write(&mut self, mut queue: Queue, ahead: &Ahead) -> Queue {
        // First of all: the log may turn out to hold more than was known.
        let usable = self.expect_usable();
        let mut batch = Batch::on(&self.state);
        let commands = batch.more_of(&mut queue);
        if let Err(why) = usable {
            let commands = commands.into_iter();
            commands.for_each(|command| command.refuse(&why));
            return queue;
        }
        let mut room = self.look_for_room();
        batch.decide(commands, self.clock.now(), room);
        let mut answers = Answers::default();
        loop {
            let mut next = batch.next();
            let commit = std::mem::take(&mut batch.commit);
            let appended;
            // One caller alone is answered sooner without another thread.
            if batch.len() == 1 {
                answers.send();
                appended = self.append(commit);
            } else {
                let task = Task {
                    answers,
                    next,
                    queue,
                    room,
                };
                (appended, next, queue) = ahead.beside(task, || self.append(commit));
            }
            if let Err(error) = appended {
                let why = error.to_string();
                tracing::error!(error = %why, "nothing could be appended");
                self.set_problem(Some(why.clone()));
                batch.answers.refuse(&why);
                next.answers.refuse(&why);
                return queue;
            }
            let news;
            (answers, news) = self.show(batch);
            if self.is_sound() {
                self.snapshots.while_working(&self.state);
            }
            // It may have taken the batch, and have failed at what it does after that.
            let usable = self.expect_usable();
            if let Some(why) = usable.err().or_else(|| self.moved_from(&next)) {
                answers.send();
                self.tell(news);
                next.answers.refuse(&why);
                return queue;
            }
            room = self.look_for_room();
            let commands = next.more_of(&mut queue);
            next.decide(commands, self.clock.now(), room);
            if next.len() == 0 {
                // Who waits for an answer goes before those who listen.
                answers.send();
                self.tell(news);
                return queue;
            }
            self.tell(news);
            batch = next;
        }
    }

    /// Why nothing can be written at the moment, after an attempt to mend that.
    fn expect_usable(&mut self) -> Result<(), String> {
        if self.retired {
            return Err("a backup was restored, and the daemon starts again".to_owned());
        }
        self.recover().map_err(|error| {
            let why = error.to_string();
            self.set_problem(Some(why.clone()));
            why
        })
    }

    /// Why a batch that was decided ahead cannot be written, if the log holds more than it was decided
    /// on.
    fn moved_from(&self, batch: &Batch) -> Option<String> {
        let stands = Arc::ptr_eq(&batch.before, &self.state);
        (!stands).then(|| "the log had to be read again: try once more".to_owned())
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
            // Nobody should have to be refused before it is known.
            if let Err(error) = self.ledger.expect_room() {
                tracing::error!(%error, "nothing can be appended");
                self.set_problem(Some(error.to_string()));
            }
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
            let after = Arc::new(after);
            self.published.publish(Appended {
                before: std::mem::replace(&mut self.state, Arc::clone(&after)),
                events,
                after,
            });
        }
        tracing::info!(size, "the log can be written again");
        self.set_problem(None);
        Ok(())
    }

    /// Makes a batch that is on disk now the one that the next stands on, and shows it to readers. Its
    /// callers are to be answered, and those who listen told.
    fn show(&mut self, batch: Batch) -> (Answers, Option<Appended>) {
        batch.introduced.iter().for_each(Person::mark_introduced);
        if batch.events.is_empty() {
            return (batch.answers, None);
        }
        self.state = Arc::clone(&batch.after);
        let appended = Appended {
            before: batch.before,
            events: batch.events,
            after: batch.after,
        };
        self.published.show(&appended);
        (batch.answers, Some(appended))
    }

    fn tell(&self, news: Option<Appended>) {
        if let Some(appended) = news {
            self.published.tell(appended);
        }
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

#[cfg(test)]
pub(super) mod tests;
