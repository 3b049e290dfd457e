//! Frames from and to a host, neither of which is waited for.

use super::fault::Fault;
use secinfo_channel_host::wire::{self, FromHost, ToHost, WireError};
use std::collections::VecDeque;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::{Instant, sleep_until};
use zeroize::Zeroizing;

/// How many frames of one host are read within a second. A host that sends more is
/// read later, so that no other has to wait for it.
const FRAMES_PER_SECOND: u32 = 4096;

/// The longest frame that is taken from a host: it has reports and lines to tell, no messages.
const LONGEST_FRAME: usize = 16 * 1024;

/// What comes from a host.
pub(super) struct Incoming {
    socket: OwnedReadHalf,
    /// What was read of the next frame, its length included.
    bytes: Vec<u8>,
    second: Instant,
    read_in_second: u32,
}

impl Incoming {
    pub(super) fn new(socket: OwnedReadHalf) -> Self {
        Self {
            socket,
            bytes: Vec::new(),
            second: Instant::now(),
            read_in_second: 0,
        }
    }

    /// The next message; `None` when the host has closed its end. May be dropped and called again:
    /// nothing that was read is lost.
    pub(super) async fn next(&mut self) -> Result<Option<FromHost>, Fault> {
        self.slow_down().await;
        loop {
            let missing = self.missing()?;
            if missing == 0 {
                self.read_in_second += 1;
                let bytes = std::mem::take(&mut self.bytes);
                return wire::decode(&bytes[4..])
                    .map(Some)
                    .map_err(|_| Fault::Garbage);
            }
            let wanted = missing.min(16 * 1024);
            self.bytes.reserve(wanted);
            // A host that is gone in the midst of a frame is gone; an error says no more.
            match (&mut self.socket)
                .take(wanted as u64)
                .read_buf(&mut self.bytes)
                .await
            {
                Ok(0) | Err(_) => return Ok(None),
                Ok(_) => {}
            }
        }
    }

    /// How many bytes of the frame are still to be read.
    fn missing(&self) -> Result<usize, Fault> {
        let Some(prefix) = self.bytes.first_chunk::<4>() else {
            return Ok(4 - self.bytes.len());
        };
        let length = wire::frame_length(*prefix).map_err(|_| Fault::Garbage)?;
        if length > LONGEST_FRAME {
            return Err(Fault::Garbage);
        }
        Ok(4 + length - self.bytes.len())
    }

    async fn slow_down(&mut self) {
        let end = self.second + Duration::from_secs(1);
        if Instant::now() >= end {
            self.second = Instant::now();
            self.read_in_second = 0;
        } else if self.read_in_second >= FRAMES_PER_SECOND {
            sleep_until(end).await;
        }
    }

    /// Reads and discards everything until the host has closed its end.
    pub(super) async fn read_off(&mut self) {
        let mut waste = [0; 4096];
        while matches!(self.socket.read(&mut waste).await, Ok(1..)) {}
    }
}

/// What goes to a host. It takes what there is to say and is told when to write it.
pub(super) struct Outgoing {
    socket: OwnedWriteHalf,
    frames: VecDeque<Zeroizing<Vec<u8>>>,
    /// How much of the first frame is written.
    written: usize,
}

impl Outgoing {
    pub(super) const fn new(socket: OwnedWriteHalf) -> Self {
        Self {
            socket,
            frames: VecDeque::new(),
            written: 0,
        }
    }

    /// Puts a message behind those that wait to be written.
    pub(super) fn say(&mut self, message: &ToHost) -> Result<(), WireError> {
        self.frames.push_back(wire::encode(message)?);
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Writes some of what waits. May be dropped and called again: nothing is written twice.
    pub(super) async fn write(&mut self) -> io::Result<()> {
        let Some(frame) = self.frames.front() else {
            return Ok(());
        };
        let written = self.socket.write(&frame[self.written..]).await?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.written += written;
        if self.written == frame.len() {
            self.frames.pop_front();
            self.written = 0;
        }
        Ok(())
    }
}
