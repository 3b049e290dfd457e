//! Messages on a connection: bounded in size and time, and overwritten after use.

use secinfo_wire::sign_in::LONGEST_MESSAGE;
use secinfo_wire::varlink::END;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::{Instant, timeout, timeout_at};
use zeroize::Zeroizing;

/// How long a message may take to come, from its first byte on, and a reply to be taken.
const MESSAGE_TIME: Duration = Duration::from_secs(10);

/// Room for a message of the usual size.
const USUAL: usize = 4096;

/// Why there is no further message.
#[derive(Debug)]
pub(super) enum NoMessage {
    /// The peer has ended the connection.
    Closed,
    /// None has begun in time.
    Silent,
    /// It is too long, or did not come to its end in time.
    Broken,
}

/// A connection.
pub(super) struct Stream {
    socket: UnixStream,
    input: Zeroizing<Vec<u8>>,
    /// How many bytes of the input were received and not taken.
    filled: usize,
}

impl Stream {
    pub(super) fn new(socket: UnixStream) -> Self {
        Self {
            socket,
            input: Zeroizing::new(vec![0; USUAL]),
            filled: 0,
        }
    }

    /// The next message, without the NUL behind it, that begins within `patience`.
    pub(super) async fn receive(
        &mut self,
        patience: Duration,
    ) -> Result<Zeroizing<Vec<u8>>, NoMessage> {
        if self.filled == 0 {
            timeout(patience, self.fill())
                .await
                .map_err(|_| NoMessage::Silent)??;
        }
        let end = Instant::now() + MESSAGE_TIME;
        let mut searched = 0;
        loop {
            let new = &self.input[searched..self.filled];
            if let Some(length) = new.iter().position(|byte| *byte == END) {
                return Ok(self.take(searched + length));
            }
            searched = self.filled;
            timeout_at(end, self.fill())
                .await
                .map_err(|_| NoMessage::Broken)??;
        }
    }

    /// Receives what is there.
    async fn fill(&mut self) -> Result<(), NoMessage> {
        if self.filled == self.input.len() {
            if self.filled >= LONGEST_MESSAGE {
                return Err(NoMessage::Broken);
            }
            // Not by growing, which would leave a copy of a secret in memory.
            let mut larger = Zeroizing::new(vec![0; (self.filled * 2).min(LONGEST_MESSAGE)]);
            larger[..self.filled].copy_from_slice(&self.input);
            self.input = larger;
        }
        let received = self.socket.read(&mut self.input[self.filled..]).await;
        match received {
            Ok(0) | Err(_) => Err(NoMessage::Closed),
            Ok(count) => {
                self.filled += count;
                Ok(())
            }
        }
    }

    /// Takes a message of this length, and the NUL behind it.
    fn take(&mut self, length: usize) -> Zeroizing<Vec<u8>> {
        let message = Zeroizing::new(self.input[..length].to_vec());
        self.input.copy_within(length + 1..self.filled, 0);
        self.filled -= length + 1;
        let rest = self.filled;
        self.input[rest..].fill(0);
        message
    }

    /// Sends a message.
    ///
    /// # Errors
    /// When the peer has gone, or does not take it in time.
    pub(super) async fn send(&mut self, message: &[u8]) -> io::Result<()> {
        timeout(MESSAGE_TIME, self.socket.write_all(message)).await?
    }

    /// Sends a last message, if the peer has room for it.
    pub(super) fn send_last(self, message: &[u8]) {
        // A peer that does not read has no use for it.
        let _ = self.socket.try_write(message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    async fn received(bytes: &[u8]) -> Vec<String> {
        let (mut peer, socket) = UnixStream::pair().unwrap();
        let bytes = bytes.to_vec();
        let sending = tokio::spawn(async move { peer.write_all(&bytes).await });
        let mut stream = Stream::new(socket);
        let mut messages = Vec::new();
        loop {
            match stream.receive(LONG).await {
                Ok(message) => messages.push(String::from_utf8(message.to_vec()).unwrap()),
                Err(why) => {
                    messages.push(format!("{why:?}"));
                    drop(stream);
                    let _ = sending.await.unwrap();
                    return messages;
                }
            }
        }
    }

    #[tokio::test]
    async fn messages_are_told_apart_however_they_come() {
        assert_eq!(
            received(b"one\0two\0\0").await,
            ["one", "two", "", "Closed"]
        );
        assert_eq!(received(b"").await, ["Closed"]);
        assert_eq!(received(b"half").await, ["Closed"]);
    }

    #[tokio::test]
    async fn the_longest_message_is_taken_and_a_longer_one_is_not() {
        let mut longest = vec![b'x'; LONGEST_MESSAGE - 1];
        longest.push(0);
        assert_eq!(received(&longest).await[0].len(), LONGEST_MESSAGE - 1);
        longest.insert(0, b'x');
        assert_eq!(received(&longest).await, ["Broken"]);
    }

    #[tokio::test(start_paused = true)]
    async fn silence_and_half_a_message_end_with_the_time() {
        let (mut peer, socket) = UnixStream::pair().unwrap();
        let mut stream = Stream::new(socket);
        let begun = Instant::now();
        assert!(matches!(stream.receive(LONG).await, Err(NoMessage::Silent)));
        assert!(begun.elapsed() >= LONG);
        peer.write_all(b"{\"method\"").await.unwrap();
        let begun = Instant::now();
        assert!(matches!(stream.receive(LONG).await, Err(NoMessage::Broken)));
        assert!(begun.elapsed() >= MESSAGE_TIME && begun.elapsed() < LONG);
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_takes_no_reply_is_given_up() {
        let (_peer, socket) = UnixStream::pair().unwrap();
        let mut stream = Stream::new(socket);
        let reply = vec![b'x'; 1 << 22];
        assert!(stream.send(&reply).await.is_err());
    }
}
