//! The process that talks to the security keys of this host, as the daemon calls it: one request to a
//! connection. What it says is checked as what any client says.

use secinfo_wire::key::{Event, Failure, Found, Known, LONGEST_LINE, Request, Task, Verification};
use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout_at};
use zeroize::Zeroizing;

/// How long finding a key may take, and signing with it. A PAM module waits 20 seconds for the next prompt.
const FINDING: Duration = Duration::from_secs(8);
const SIGNING: Duration = Duration::from_secs(19);

/// How many processes look for keys at once, and how many wait for a touch, of all accounts: those do not keep the others
/// waiting.
const FINDING_AT_ONCE: usize = 4;
const SIGNING_AT_ONCE: usize = 12;

/// How long each takes up its place at least: who begins sign-ins without end starts no more processes than
/// this lets them.
const PLACE_TAKEN: Duration = Duration::from_millis(250);

/// How many tries of a PIN are not spent at a sign-in.
const SPARED_TRIES: u8 = 3;

/// The security keys of this host.
pub(in crate::service) struct SecurityKeys {
    socket: PathBuf,
    finding: Places,
    signing: Places,
}

/// What the keys of a user are asked.
pub(super) struct Asked {
    /// Request options, one for each RP ID.
    pub(super) options: Vec<String>,
    /// The public keys of the credentials: no device is told a PIN that has not signed with one of them.
    pub(super) known: Vec<Known>,
    /// The account that asks: it has one place.
    pub(super) account: u32,
}

/// Why a key has not done what it was asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum Undone {
    /// The key, or what was plugged in.
    #[error("{0:?}")]
    Key(Failure),
    /// The process could not be reached, or has failed.
    #[error("the helper that talks to security keys has failed ({0}): see secinfo-key.socket")]
    Helper(#[from] io::Error),
}

impl SecurityKeys {
    pub(in crate::service) fn new(socket: PathBuf) -> Self {
        Self {
            socket,
            finding: Places::new(FINDING_AT_ONCE),
            signing: Places::new(SIGNING_AT_ONCE),
        }
    }

    /// Whether this host has the process.
    pub(in crate::service) fn is_there(&self) -> bool {
        self.socket.exists()
    }

    /// The key that holds one of the credentials in these request options.
    pub(super) async fn find(&self, asked: Asked) -> Result<Found, Undone> {
        let Asked {
            options,
            known,
            account,
        } = asked;
        let until = Instant::now() + FINDING;
        let _place = self.finding.take(account, until).await?;
        let task = Task::Find { options, known };
        let found = timeout_at(until, self.exchange(task));
        match found.await.map_err(io::Error::from)?? {
            Event::Found(found) => Ok(found),
            Event::Failed(failure) => Err(Undone::Key(failure)),
            _ => Err(unexpected().into()),
        }
    }

    /// What the key that holds one of the credentials has signed, as JSON.
    pub(super) async fn sign(
        &self,
        asked: Asked,
        verification: Verification,
    ) -> Result<String, Undone> {
        let Asked {
            options,
            known,
            account,
        } = asked;
        let until = Instant::now() + SIGNING;
        let _place = self.signing.take(account, until).await?;
        let task = Task::Assert {
            options,
            known,
            verification,
            spared_tries: SPARED_TRIES,
        };
        let signed = timeout_at(until, self.exchange(task));
        match signed.await.map_err(io::Error::from)?? {
            Event::Signed(json) => Ok(json),
            Event::Failed(failure) => Err(Undone::Key(failure)),
            _ => Err(unexpected().into()),
        }
    }

    /// Sends a request; its last event. Where this is dropped the connection is closed, and the key is told
    /// to give up.
    async fn exchange(&self, task: Task) -> io::Result<Event> {
        let mut stream = UnixStream::connect(&self.socket).await?;
        // systemd listens for it, as root. No other account is told a PIN.
        if stream.peer_cred()?.uid() != 0 {
            let why = "what listens there does not run as root";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
        }
        let mut line = Zeroizing::new(serde_json::to_vec(&Request::new(task))?);
        line.push(b'\n');
        stream.write_all(&line).await?;
        let mut events = BufReader::new(stream);
        loop {
            let mut line = Vec::new();
            let mut bounded = (&mut events).take(LONGEST_LINE as u64);
            bounded.read_until(b'\n', &mut line).await?;
            // What is wrong with it is not said: it could repeat what was sent.
            let event = serde_json::from_slice(&line).map_err(|_| unexpected())?;
            if event != Event::Touch {
                return Ok(event);
            }
        }
    }
}

/// How many talk to keys at once, of whom each account is one: whose keys are slow, or many, keeps no other
/// account waiting.
struct Places {
    all: Arc<Semaphore>,
    /// Of the accounts that have a place, or wait for one.
    of_accounts: Mutex<HashMap<u32, Arc<Semaphore>>>,
}

impl Places {
    fn new(at_once: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(at_once)),
            of_accounts: Mutex::default(),
        }
    }

    /// A place for this account, or that keys are busy where there is none in time.
    async fn take(&self, account: u32, until: Instant) -> Result<Place, Undone> {
        let own = self.of(account);
        let place = async {
            let own = own.acquire_owned().await;
            let of_all = Arc::clone(&self.all).acquire_owned().await;
            Ok(Place(Some([
                own.map_err(io::Error::other)?,
                of_all.map_err(io::Error::other)?,
            ])))
        };
        let busy = Err(Undone::Key(Failure::Busy));
        timeout_at(until, place).await.unwrap_or(busy)
    }

    fn of(&self, account: u32) -> Arc<Semaphore> {
        let accounts = self.of_accounts.lock();
        let mut accounts = accounts.expect("nothing panics while it holds the accounts");
        accounts.retain(|_, own| Arc::strong_count(own) > 1);
        let own = accounts.entry(account);
        Arc::clone(own.or_insert_with(|| Arc::new(Semaphore::new(1))))
    }
}

/// A place among those that talk to keys at once. It is free a little after this is dropped.
struct Place(Option<[OwnedSemaphorePermit; 2]>);

impl Drop for Place {
    fn drop(&mut self) {
        let permit = self.0.take();
        tokio::spawn(async move {
            sleep(PLACE_TAKEN).await;
            drop(permit);
        });
    }
}

fn unexpected() -> io::Error {
    io::ErrorKind::InvalidData.into()
}
