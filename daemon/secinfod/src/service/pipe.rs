//! The pipe that a backup goes through, between the daemon and the command that encrypts it.
//!
//! Nothing else is taken: what goes through holds every secret of the host, and must lie in no file.

use super::ServiceError;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, OFlags, fcntl_getfl, fcntl_setfl, fstat};
use rustix::io::Errno;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};

/// How long the other end may keep the daemon waiting.
const PATIENCE: Timespec = Timespec {
    tv_sec: 30,
    tv_nsec: 0,
};

/// One end of a pipe, read or written with an end to the waiting.
pub(super) struct Pipe(OwnedFd);

impl Pipe {
    /// Takes the end to read from, or the one to write to.
    pub(super) fn new(end: OwnedFd) -> Result<Self, ServiceError> {
        let wrong = || {
            ServiceError::InvalidArgument(
                "a backup goes through a pipe and nothing else: use the secinfo command".to_owned(),
            )
        };
        let stat = fstat(&end).map_err(|_| wrong())?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::Fifo {
            return Err(wrong());
        }
        let flags = fcntl_getfl(&end).map_err(|_| wrong())?;
        fcntl_setfl(&end, flags | OFlags::NONBLOCK).map_err(|_| wrong())?;
        Ok(Self(end))
    }

    /// Does what would block, once it no longer would.
    fn once_ready<T>(
        &self,
        event: PollFlags,
        mut attempt: impl FnMut(&OwnedFd) -> rustix::io::Result<T>,
    ) -> io::Result<T> {
        loop {
            match attempt(&self.0) {
                Err(Errno::AGAIN) => {}
                Err(Errno::INTR) => continue,
                done => return Ok(done?),
            }
            let mut waiting = [PollFd::from_borrowed_fd(self.0.as_fd(), event)];
            match poll(&mut waiting, Some(&PATIENCE)) {
                Ok(0) => {
                    return Err(io::Error::new(
                        io::ErrorKind::TimedOut,
                        "the other end of the pipe does not go on",
                    ));
                }
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl Read for Pipe {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.once_ready(PollFlags::IN, |end| rustix::io::read(end, &mut *bytes))
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.once_ready(PollFlags::OUT, |end| rustix::io::write(end, bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use std::fs::File;

    #[test]
    fn carries_what_does_not_fit_at_once() {
        let (reader, writer) = io::pipe().unwrap();
        let sent: Vec<u8> = (0..1_000_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        let copy = sent.clone();
        let mut writer = Pipe::new(writer.into()).unwrap();
        let writing = std::thread::spawn(move || writer.write_all(&copy).unwrap());
        let mut read = Vec::new();
        let mut reader = Pipe::new(reader.into()).unwrap();
        reader.read_to_end(&mut read).unwrap();
        writing.join().unwrap();
        assert_eq!(read, sent);
    }

    #[test]
    fn a_reader_that_has_gone_is_an_error() {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let mut writer = Pipe::new(writer.into()).unwrap();
        let error = writer.write_all(b"secret").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn nothing_but_a_pipe_is_taken() {
        let file = tempfile::tempfile().unwrap();
        assert!(Pipe::new(file.into()).is_err());
        assert!(Pipe::new(File::open("/dev/null").unwrap().into()).is_err());
        let (one, _) = std::os::unix::net::UnixStream::pair().unwrap();
        assert!(Pipe::new(one.into()).is_err());
    }
}
