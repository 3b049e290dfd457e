//! The journal of systemd: each event that is on disk becomes one entry there, with a message id for
//! its type and fields that can be searched, for monitoring.
//!
//! The log is the record, and the journal repeats it. Entries are sent after the commit, by a task that
//! the writer does not wait for; what the task could not keep up with, it reads from the log. What a
//! journal misses while it takes no entries is sent once it takes them again.

mod entry;
mod lines;
mod socket;
mod types;

pub use entry::Entry;
pub(crate) use lines::Lines;
pub use types::{EventType, Priority};

use crate::core::{Appended, Published};
use secinfo_domain::event::{DecodeError, decode};
use secinfo_ledger::{LedgerError, LogReader};
use socket::JournalSocket;
use std::fmt::Write as _;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{broadcast, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

/// A journal that took nothing for so long is mentioned in the log once it takes entries again.
const LONG: Duration = Duration::from_secs(10);

/// How long entries may take that are left when the daemon stops.
const LAST_PATIENCE: Duration = Duration::from_secs(2);

/// The longest pause before the next attempt at a journal that is behind.
const BEHIND: Duration = Duration::from_millis(50);

/// The longest pause before the next attempt at a journal that is not there.
const GONE: Duration = Duration::from_secs(1);

/// How many events are read from the log at once, of how many bytes at most.
const READ_AT_ONCE: (usize, usize) = (500, 1 << 20);

/// The task that sends events to the journal.
pub struct Journal {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Journal {
    /// Sends every event from the one with the number `first` on: to the journal where the daemon's
    /// log goes there, else to its log, at level debug.
    pub fn start(published: Arc<Published>, reader: LogReader, first: u64) -> Self {
        let news = published.subscribe();
        let sink = JournalSocket::of_systemd().map_or(Sink::Log, Sink::Journal);
        let mut follower = Follower {
            next: 0,
            published,
            reader,
            sink,
        };
        follower.advance(first);
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(follower.run(news, stopped));
        Self { stop, task }
    }

    /// Sends what is left. Nothing may be appended any more.
    pub async fn finish(self) {
        // It has ended already where the receiver is gone.
        let _ = self.stop.send(());
        if timeout(LAST_PATIENCE, self.task).await.is_err() {
            tracing::debug!("the journal did not take the last entries in time");
        }
    }
}

/// Where entries go.
enum Sink {
    /// To journald, with all fields.
    Journal(JournalSocket),
    /// To the daemon's own log.
    Log,
}

/// Follows the log.
struct Follower {
    published: Arc<Published>,
    reader: LogReader,
    sink: Sink,
    /// The number of the next event to send.
    next: u64,
}

/// Why events that went by could not be read again.
#[derive(Debug, thiserror::Error)]
enum CatchUpError {
    #[error("{0}")]
    Ledger(#[from] LedgerError),
    #[error("{0}")]
    Event(#[from] DecodeError),
    #[error("reading was broken off")]
    Task(#[from] tokio::task::JoinError),
}

impl Follower {
    async fn run(
        mut self,
        mut news: broadcast::Receiver<Arc<Appended>>,
        mut stopped: oneshot::Receiver<()>,
    ) {
        let there = self.published.state().events();
        self.catch_up(there).await;
        loop {
            tokio::select! {
                appended = news.recv() => match appended {
                    Ok(appended) => self.follow(&appended).await,
                    // The next one shows how much was missed.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                },
                _ = &mut stopped => break,
            }
        }
        loop {
            match news.try_recv() {
                Ok(appended) => self.follow(&appended).await,
                Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }

    /// Sends the events of one commit, and before them those that were missed.
    async fn follow(&mut self, appended: &Appended) {
        let first = appended.after.events() - appended.events.len() as u64;
        if self.next < first {
            self.catch_up(first).await;
        }
        for (seq, event) in (first..).zip(&appended.events) {
            if seq < self.next {
                continue;
            }
            let kind_of = |method| appended.kind_of(event.user, method);
            if let Some(entry) = Entry::of(seq, event, kind_of) {
                self.send(&entry).await;
            }
            self.advance(seq + 1);
        }
    }

    /// Sends the events up to this one, as the log has them.
    async fn catch_up(&mut self, end: u64) {
        while self.next < end {
            if let Err(error) = self.catch_up_some(end).await {
                let missing = end - self.next;
                tracing::warn!(%error, missing, "the journal misses events that the log has");
                self.advance(end);
            }
        }
    }

    async fn catch_up_some(&mut self, end: u64) -> Result<(), CatchUpError> {
        let (reader, from) = (self.reader.clone(), self.next);
        let (most, bytes) = READ_AT_ONCE;
        let read = tokio::task::spawn_blocking(move || reader.read(from, most, bytes)).await??;
        let state = self.published.state();
        for (seq, bytes) in read {
            if seq >= end {
                break;
            }
            let event = decode(&bytes)?.event;
            let kind_of = |method| state.kind_of(event.user?, method);
            if let Some(entry) = Entry::of(seq, &event, kind_of) {
                self.send(&entry).await;
            }
            self.advance(seq + 1);
        }
        Ok(())
    }

    /// Sends one entry, however long the journal takes to take it.
    async fn send(&self, entry: &Entry) {
        let Sink::Journal(socket) = &self.sink else {
            log(entry);
            return;
        };
        let bytes = entry.to_bytes();
        let began = Instant::now();
        let mut pause = Duration::from_millis(1);
        // Nothing is said of a failure: that would go the same way.
        while let Err(error) = socket.send(&bytes) {
            let longest = match error.kind() {
                io::ErrorKind::WouldBlock => BEHIND,
                _ => GONE,
            };
            sleep(pause).await;
            pause = (pause * 2).min(longest);
        }
        if began.elapsed() >= LONG {
            tracing::warn!(waited = ?began.elapsed(), "the journal takes entries again");
        }
    }

    /// Notes that everything before this event was sent.
    fn advance(&mut self, next: u64) {
        self.next = next;
        self.published.counters().set_journal_next(next);
    }
}

fn log(entry: &Entry) {
    if !tracing::enabled!(tracing::Level::DEBUG) {
        return;
    }
    let mut fields = String::new();
    for (name, value) in entry.fields() {
        let name = name.trim_start_matches("SECINFO_").to_ascii_lowercase();
        let _ = write!(fields, " {name}={value}");
    }
    tracing::debug!("{}{fields}", entry.event_type().sentence);
}

#[cfg(test)]
mod tests;
