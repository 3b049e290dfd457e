//! The process that talks to security keys, started for one request.

use secinfo_terminal::failure::Failure;
use secinfo_wire::key::{self, Event, LONGEST_LINE, Request, Task};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use zeroize::Zeroizing;

/// How long it may take to say something: longer than it waits for a touch, and for another program.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the program is: beside this one, as both are built, or where the package has it.
fn program() -> PathBuf {
    let own = std::env::current_exe().ok();
    let beside = own.and_then(|own| Some(own.parent()?.join(Path::new(key::PROGRAM).file_name()?)));
    beside
        .filter(|path| path.exists())
        .unwrap_or_else(|| key::PROGRAM.into())
}

/// Whether this host has the program.
pub(crate) fn is_there() -> bool {
    program().exists()
}

/// Does a task, and tells when the key waits for a touch. None when the program has failed.
pub(crate) fn perform(
    task: Task,
    mut on_touch: impl FnMut() -> Result<(), Failure>,
) -> Result<Option<Event>, Failure> {
    let Ok(running) = Running::start(&Request::new(task)) else {
        return Ok(None);
    };
    loop {
        match running.event() {
            Some(Event::Touch) => on_touch()?,
            last => return Ok(last),
        }
    }
}

/// The program at work. It is ended with this.
struct Running {
    child: Child,
    events: mpsc::Receiver<Event>,
}

impl Running {
    fn start(request: &Request) -> io::Result<Self> {
        let mut child = Command::new(program())
            .env_clear()
            .current_dir("/")
            // Ctrl-C ends this command, and then the key is told to give up.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let output = child.stdout.take().expect("standard output is a pipe");
        let mut running = Self {
            child,
            events: events(output),
        };
        let mut line = Zeroizing::new(serde_json::to_vec(request)?);
        line.push(b'\n');
        let input = running.child.stdin.as_mut();
        input.expect("standard input is a pipe").write_all(&line)?;
        Ok(running)
    }

    /// What it says next; none where it fails.
    fn event(&self) -> Option<Event> {
        self.events.recv_timeout(PATIENCE).ok()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Where it waits for the key still, closing its input has it tell the key to give up.
        drop(self.child.stdin.take());
        let given_up = self.events.recv_timeout(Duration::from_secs(2));
        if given_up.is_ok() || matches!(given_up, Err(mpsc::RecvTimeoutError::Timeout)) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// Reads events until one cannot be read.
fn events(output: impl Read + Send + 'static) -> mpsc::Receiver<Event> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut output = BufReader::new(output);
        loop {
            let mut line = Vec::new();
            let longest = LONGEST_LINE as u64;
            let read = output.by_ref().take(longest).read_until(b'\n', &mut line);
            let Ok(event) = serde_json::from_slice(&line) else {
                return;
            };
            if read.is_err() || sender.send(event).is_err() {
                return;
            }
        }
    });
    receiver
}
