//! The connection to the process that phones talk to: begun by the daemon, and anew when it ends.

use super::phones::Phones;
use crate::core::Clock;
use secinfo_wire::push::{FromRelay, LONGEST_LINE, Reply, ToRelay};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

/// How long to wait before connecting anew: twice as long each time, until a connection has lasted.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(10);
const LASTED: Duration = Duration::from_secs(10);

/// How long a line may take to be written.
const LONGEST_WRITE: Duration = Duration::from_secs(10);

/// How many lines of the relay are read in a second.
const MOST_A_SECOND: u64 = 200;

/// What a phone posted.
pub(crate) struct Post {
    pub(crate) body: String,
    pub(crate) user_agent: String,
    exchange: u64,
    /// The connection that it came by. On another, the same number is another phone's.
    connection: mpsc::Sender<ToRelay>,
}

impl Post {
    /// Tells the phone, if its connection is still there.
    pub(crate) async fn reply(self, reply: Reply) {
        let exchange = self.exchange;
        // The relay may have gone, and the phone with it.
        let _ = self
            .connection
            .send(ToRelay::Reply { exchange, reply })
            .await;
    }
}

/// Connects to the relay at this socket for as long as `posts` are taken.
pub(crate) async fn keep_connected(
    phones: Arc<Phones>,
    socket: PathBuf,
    clock: Arc<dyn Clock>,
    posts: mpsc::Sender<Post>,
) {
    let mut wait = FIRST_WAIT;
    let mut is_told = false;
    while !posts.is_closed() {
        let began = Instant::now();
        let ended = connect(&phones, &socket, &*clock, &posts).await;
        phones.disconnect();
        if began.elapsed() >= LASTED {
            (wait, is_told) = (FIRST_WAIT, false);
        }
        if !std::mem::replace(&mut is_told, true) {
            let why = ended.err().map_or_else(
                || "it has closed the connection".to_owned(),
                |error| error.to_string(),
            );
            tracing::warn!(%why, "phones cannot reach this host for now: see secinfo-push.socket");
        }
        sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

async fn connect(
    phones: &Phones,
    socket: &Path,
    clock: &dyn Clock,
    posts: &mpsc::Sender<Post>,
) -> io::Result<()> {
    let stream = UnixStream::connect(socket).await?;
    // systemd listens for it, as root: no other account is told of requests, nor answers for phones.
    if stream.peer_cred()?.uid() != 0 {
        let why = "what listens there does not run as root";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
    }
    let (reading, writing) = stream.into_split();
    let connection = phones.connect();
    tracing::debug!("phones can reach this host");
    tokio::select! {
        ended = write(connection.all, connection.changes, writing) => ended,
        ended = read(phones, reading, connection.says, clock, posts) => ended,
        () = connection.ended.notified() => Ok(()),
    }
}

async fn write(
    all: Vec<ToRelay>,
    mut changes: mpsc::Receiver<ToRelay>,
    mut stream: OwnedWriteHalf,
) -> io::Result<()> {
    for said in all {
        write_line(&mut stream, &said).await?;
    }
    while let Some(said) = changes.recv().await {
        write_line(&mut stream, &said).await?;
    }
    Ok(())
}

async fn write_line(stream: &mut OwnedWriteHalf, said: &ToRelay) -> io::Result<()> {
    let mut line = zeroize::Zeroizing::new(serde_json::to_vec(said)?);
    line.push(b'\n');
    // A relay that does not read shows phones nothing: it is none.
    timeout(LONGEST_WRITE, stream.write_all(&line)).await?
}

async fn read(
    phones: &Phones,
    stream: OwnedReadHalf,
    connection: mpsc::Sender<ToRelay>,
    clock: &dyn Clock,
    posts: &mpsc::Sender<Post>,
) -> io::Result<()> {
    let mut lines = BufReader::new(stream);
    let mut second = interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for number in 1_u64.. {
        // What phones of users say is far less. It costs the checking of a signature.
        if number.is_multiple_of(MOST_A_SECOND) {
            second.tick().await;
        }
        let mut line = Vec::new();
        let mut bounded = (&mut lines).take(LONGEST_LINE as u64);
        if bounded.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        // What is wrong with it is not said: it could repeat what a phone sent.
        let misunderstood = |_| io::Error::from(io::ErrorKind::InvalidData);
        match serde_json::from_slice(&line).map_err(misunderstood)? {
            FromRelay::Polled { query } => phones.polled(&query, clock.now()),
            FromRelay::Posted {
                exchange,
                body,
                user_agent,
            } => {
                let post = Post {
                    body,
                    user_agent,
                    exchange,
                    connection: connection.clone(),
                };
                if posts.send(post).await.is_err() {
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}
