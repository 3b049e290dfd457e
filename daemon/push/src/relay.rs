//! What joins the daemon and the phones.

use crate::table::{Misunderstood, Polled, Table, Taken};
use secinfo_pipush::{Poll, Posted, Refusal, SignedChallenge};
use secinfo_wire::push::{FromRelay, Reply, ToRelay};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

/// How long the daemon may take to answer. The app waits 15 seconds.
const PATIENCE: Duration = Duration::from_secs(12);

/// How many answers of phones may wait for the daemon.
const MOST_WAITING: usize = 128;

/// What joins the daemon and the phones.
#[derive(Default)]
pub(crate) struct Relay(Mutex<Joined>);

/// What there is of the daemon: nothing while it is away.
#[derive(Default)]
struct Joined {
    table: Table,
    daemon: Option<mpsc::Sender<FromRelay>>,
    /// The number of the daemon's connection.
    connection: u64,
    next: u64,
    waiting: HashMap<u64, oneshot::Sender<Reply>>,
}

/// What a poll is replied.
pub(crate) enum PollReply {
    /// The request that is open.
    Request(Option<SignedChallenge>),
    /// Nothing.
    Refused(Refusal),
}

/// What a post is replied.
pub(crate) enum PostReply {
    /// What the daemon says.
    OfDaemon(Reply),
    /// Nothing.
    Refused(Refusal),
}

impl Relay {
    fn joined(&self) -> MutexGuard<'_, Joined> {
        // Each operation leaves what is joined consistent, so a panic in between does no harm.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a connection of the daemon's, in place of a former one: its number, and what is to be said
    /// to the daemon.
    pub(crate) fn begin(&self) -> (u64, mpsc::Receiver<FromRelay>) {
        let (sender, receiver) = mpsc::channel(MOST_WAITING);
        let mut joined = self.joined();
        let (connection, next) = (joined.connection + 1, joined.next);
        *joined = Joined {
            daemon: Some(sender),
            connection,
            next,
            ..Joined::default()
        };
        (connection, receiver)
    }

    /// Ends a connection of the daemon's. Phones that wait learn that there is no answer.
    pub(crate) fn end(&self, connection: u64) {
        let mut joined = self.joined();
        if joined.connection == connection {
            let next = joined.next;
            *joined = Joined {
                connection,
                next,
                ..Joined::default()
            };
        }
    }

    /// Takes what the daemon says on this connection.
    pub(crate) fn take(&self, connection: u64, said: ToRelay) -> Result<(), Misunderstood> {
        let mut joined = self.joined();
        if joined.connection != connection {
            return Ok(());
        }
        if let Some((exchange, reply)) = joined.table.take(said)?
            && let Some(waiting) = joined.waiting.remove(&exchange)
        {
            // The phone may have gone meanwhile.
            let _ = waiting.send(reply);
        }
        Ok(())
    }

    /// Whether phones ask at this path; none while the daemon is away.
    pub(crate) fn is_path(&self, path: &str) -> Option<bool> {
        self.joined().table.path().map(|own| own == path)
    }

    /// Serves a poll.
    pub(crate) fn poll(&self, query: &str) -> PollReply {
        let Ok(poll) = Poll::read(query) else {
            return PollReply::Refused(Refusal::Unverified);
        };
        let mut joined = self.joined();
        let joined = &mut *joined;
        match joined.table.poll(&poll, now()) {
            Polled::Request { request, is_told } => {
                if !is_told && let Some(daemon) = &joined.daemon {
                    // What is told so is of use, and not needed.
                    let query = query.to_owned();
                    let _ = daemon.try_send(FromRelay::Polled { query });
                }
                PollReply::Request(request.cloned())
            }
            Polled::TooMany => PollReply::Refused(Refusal::TooMany),
            Polled::Unverified => PollReply::Refused(Refusal::Unverified),
        }
    }

    /// Serves what a phone posted: `posted` is what was read in `body`.
    pub(crate) async fn post(
        &self,
        posted: &Posted,
        body: String,
        user_agent: String,
    ) -> PostReply {
        let (exchange, reply) = {
            let mut joined = self.joined();
            let joined = &mut *joined;
            match joined.table.post(posted, now()) {
                Taken::ToDaemon => {}
                Taken::Counted(counted) => return PostReply::OfDaemon(Reply::Counted(counted)),
                Taken::Unverified => return PostReply::Refused(Refusal::Unverified),
                Taken::NoEnrollment => return PostReply::OfDaemon(Reply::NoEnrollment),
            }
            let Some(daemon) = &joined.daemon else {
                return PostReply::Refused(Refusal::Unavailable);
            };
            let exchange = joined.next;
            let said = FromRelay::Posted {
                exchange,
                body,
                user_agent,
            };
            joined.waiting.retain(|_, waiting| !waiting.is_closed());
            if joined.waiting.len() >= MOST_WAITING || daemon.try_send(said).is_err() {
                return PostReply::Refused(Refusal::Unavailable);
            }
            joined.next += 1;
            let (sender, receiver) = oneshot::channel();
            joined.waiting.insert(exchange, sender);
            (exchange, receiver)
        };
        let reply = timeout(PATIENCE, reply).await;
        self.joined().waiting.remove(&exchange);
        match reply {
            Ok(Ok(reply)) => PostReply::OfDaemon(reply),
            _ => PostReply::Refused(Refusal::Unavailable),
        }
    }
}

/// The time in Unix seconds.
pub(crate) fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
