//! Who asks: the request, the events, and whether they still wait.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::retry_on_intr;
use rustix::net::sockopt::socket_domain;
use secinfo_wire::key::{Event, LONGEST_LINE, Request, VERSION};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// How long the request may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// The connection to who asks.
pub(crate) struct Connection {
    input: OwnedFd,
    output: Arc<Mutex<OwnedFd>>,
    /// Set when it was closed.
    closed: Arc<AtomicBool>,
}

impl Connection {
    /// Takes standard input, and standard output where standard input is no socket. What is written to
    /// standard output from here on goes nowhere.
    pub(crate) fn take() -> io::Result<Self> {
        let standard = io::stdin();
        let input = standard.as_fd().try_clone_to_owned()?;
        let output = if socket_domain(&standard).is_ok() {
            input.try_clone()?
        } else {
            io::stdout().as_fd().try_clone_to_owned()?
        };
        let nowhere = rustix::fs::open("/dev/null", OFlags::WRONLY, Mode::empty())?;
        rustix::stdio::dup2_stdout(nowhere)?;
        Ok(Self {
            input,
            output: Arc::new(Mutex::new(output)),
            closed: Arc::default(),
        })
    }

    /// Receives the request; none where it cannot be understood. From then on it is watched whether the
    /// connection is closed, which gives the request up.
    pub(crate) fn request(&self) -> io::Result<Option<Request>> {
        let mut line = Zeroizing::new(vec![0; LONGEST_LINE]);
        let mut filled = 0;
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let left = Timespec::try_from(left).map_err(io::Error::other)?;
            let mut waiting = [PollFd::new(&self.input, PollFlags::IN)];
            if retry_on_intr(|| poll(&mut waiting, Some(&left)))? == 0 {
                return Err(io::ErrorKind::TimedOut.into());
            }
            let read = retry_on_intr(|| rustix::io::read(&self.input, &mut line[filled..]))?;
            if read == 0 {
                return Ok(None);
            }
            filled += read;
            if line[filled - 1] == b'\n' {
                break;
            }
        }
        self.watch()?;
        Ok(parse(&line[..filled - 1]))
    }

    fn watch(&self) -> io::Result<()> {
        let input = self.input.try_clone()?;
        let closed = Arc::clone(&self.closed);
        thread::Builder::new().spawn(move || {
            let mut nothing = [0; 64];
            // Whatever comes after the request is not asked for.
            while retry_on_intr(|| rustix::io::read(&input, &mut nothing))
                .is_ok_and(|read| read > 0)
            {}
            closed.store(true, Ordering::Relaxed);
        })?;
        Ok(())
    }

    /// Set when who has asked waits no longer.
    pub(crate) fn closed(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.closed)
    }

    /// Sends an event.
    pub(crate) fn send(&self, event: &Event) -> io::Result<()> {
        send(&self.output, event)
    }

    /// What tells that the key waits for a touch.
    pub(crate) fn on_touch(&self) -> Box<dyn FnMut() + Send> {
        let output = Arc::clone(&self.output);
        Box::new(move || {
            // That the connection broke is noticed where it is read.
            let _ = send(&output, &Event::Touch);
        })
    }
}

fn send(output: &Mutex<OwnedFd>, event: &Event) -> io::Result<()> {
    let mut line = serde_json::to_vec(event)?;
    line.push(b'\n');
    let output = output.lock().unwrap_or_else(PoisonError::into_inner);
    let mut rest = line.as_slice();
    while !rest.is_empty() {
        let sent = retry_on_intr(|| rustix::io::write(&*output, rest))?;
        rest = &rest[sent..];
    }
    Ok(())
}

/// Reads a request, without the line feed behind it.
pub fn parse(line: &[u8]) -> Option<Request> {
    let request: Request = serde_json::from_slice(line).ok()?;
    (request.version == VERSION).then_some(request)
}
