//! The connection of the daemon.

use crate::relay::Relay;
use crate::say;
use secinfo_wire::push::{LONGEST_LINE, ToRelay};
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};

/// The account that the daemon runs as.
const ACCOUNT: &str = "secinfo";

/// Who may connect as the daemon: its account, and root.
pub(crate) struct Callers {
    daemon: Option<u32>,
}

impl Callers {
    /// Finds the account, for which files have to be read.
    pub(crate) fn find() -> Self {
        let account = nix::unistd::User::from_name(ACCOUNT).ok().flatten();
        Self {
            daemon: account.map(|account| account.uid.as_raw()),
        }
    }

    /// Whether one of them has made this connection, as the kernel says.
    pub(crate) fn include(&self, stream: &UnixStream) -> bool {
        let peer = stream.peer_cred().map(|peer| peer.uid());
        peer.is_ok_and(|uid| uid == 0 || Some(uid) == self.daemon)
    }
}

/// Serves a connection of the daemon's until it ends.
pub(crate) async fn serve(relay: Arc<Relay>, stream: UnixStream) {
    let (connection, to_daemon) = relay.begin();
    let (reading, writing) = stream.into_split();
    let ended = tokio::select! {
        ended = read(&relay, connection, reading) => ended,
        ended = write(to_daemon, writing) => ended,
    };
    if let Err(error) = ended {
        say(&format!("the connection of the daemon has ended: {error}"));
    }
    relay.end(connection);
}

async fn read(relay: &Relay, connection: u64, stream: OwnedReadHalf) -> io::Result<()> {
    let mut lines = BufReader::new(stream);
    loop {
        let mut line = Vec::new();
        let mut bounded = (&mut lines).take(LONGEST_LINE as u64);
        if bounded.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let said: ToRelay = serde_json::from_slice(&line).map_err(|_| misunderstood())?;
        relay.take(connection, said).map_err(io::Error::other)?;
    }
}

async fn write(
    mut said: tokio::sync::mpsc::Receiver<secinfo_wire::push::FromRelay>,
    mut stream: OwnedWriteHalf,
) -> io::Result<()> {
    // It ends where a newer connection of the daemon's takes its place.
    while let Some(said) = said.recv().await {
        let mut line = serde_json::to_vec(&said)?;
        line.push(b'\n');
        stream.write_all(&line).await?;
    }
    Ok(())
}

fn misunderstood() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "a line is not one of the protocol",
    )
}
