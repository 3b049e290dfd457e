//! Files that a client sends: through a pipe, which is read once the call is authorized, and never
//! in a message, which is held before that.

use super::tree::Daemon;
use crate::bus::BusError;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zbus::OwnedFd;
use zeroize::Zeroizing;

/// How long a client may take to send a file.
const PATIENCE: Duration = Duration::from_secs(30);

/// One file at a time, so that the memory for them is bounded.
pub(super) struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

/// A file that was received. The next one is read when this one is let go.
pub(super) struct ReceivedFile {
    content: Zeroizing<Vec<u8>>,
    turn: Turn,
}

/// The turn of a file, which ends when this is dropped.
pub(super) struct Turn(
    #[expect(dead_code, reason = "it acts when it is dropped")] OwnedSemaphorePermit,
);

impl ReceivedFile {
    /// What is in it.
    pub(super) fn content(&self) -> &[u8] {
        &self.content
    }

    /// What is in it, and its turn, which is to be kept as long.
    pub(super) fn into_parts(self) -> (Zeroizing<Vec<u8>>, Turn) {
        (self.content, self.turn)
    }
}

/// Reads a file from a pipe. Of one that is larger than `largest` bytes, one byte more is read, so
/// that its parser finds that.
///
/// # Errors
/// `InvalidArgument` when it is no pipe, or when the client does not send it in time.
pub(super) async fn receive(
    daemon: &Daemon,
    pipe: OwnedFd,
    largest: usize,
) -> Result<ReceivedFile, BusError> {
    let mut pipe = pipe::Receiver::from_owned_fd(pipe.into()).map_err(|_| {
        BusError::invalid_argument("A file is sent through a pipe: pass the end that is read.")
    })?;
    let turns = Arc::clone(&daemon.files().0);
    let turn = turns
        .acquire_owned()
        .await
        .expect("the turns are never closed");
    // What is read stays in this one place: it may hold secrets. The last byte is never written to,
    // so that it does not grow.
    let mut content = Zeroizing::new(Vec::with_capacity(largest + 2));
    let reading = async {
        while content.len() <= largest && pipe.read_buf(&mut *content).await? > 0 {}
        Ok::<(), std::io::Error>(())
    };
    match tokio::time::timeout(PATIENCE, reading).await {
        Ok(Ok(())) => Ok(ReceivedFile {
            content,
            turn: Turn(turn),
        }),
        Ok(Err(_)) => Err(BusError::invalid_argument("The pipe cannot be read.")),
        Err(_) => Err(BusError::invalid_argument(
            "The file did not come through the pipe in time. Send it again.",
        )),
    }
}
