//! A program on a pseudo terminal, and what is said between it and a person.

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::ffi::CStr;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// How long a program may take to say what is waited for before a test gives up.
const PATIENCE: Duration = Duration::from_mins(1);

/// A pseudo terminal, on which one program after the other can run.
pub struct Pty {
    ours: OwnedFd,
    name: String,
    heard: Arc<Heard>,
    // While it is open, the terminal does not hang up between two programs.
    _theirs: OwnedFd,
}

/// What has come out of a terminal.
#[derive(Default)]
struct Heard {
    text: Mutex<Text>,
    more: Condvar,
}

#[derive(Default)]
struct Text {
    bytes: Vec<u8>,
    ended: bool,
}

impl Pty {
    /// A terminal of 80 columns and 24 rows.
    pub fn open() -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap();
        let theirs = open_terminal(&name);
        let size = Winsize {
            ws_row: 24,
            ws_col: 80,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&theirs, size).unwrap();
        let heard = Arc::new(Heard::default());
        let (reading, kept) = (File::from(ours.try_clone().unwrap()), Arc::clone(&heard));
        std::thread::spawn(move || listen(reading, &kept));
        Self {
            ours,
            name: name.into_string().unwrap(),
            heard,
            _theirs: theirs,
        }
    }

    /// What the system calls it, such as `/dev/pts/7`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs a command on it, in a session of its own.
    pub fn run(&self, command: &Command) -> Dialogue<'_> {
        let theirs = open_terminal(&std::ffi::CString::new(self.name.as_str()).unwrap());
        let end = || Stdio::from(theirs.try_clone().unwrap());
        let mut session = Command::new("setsid");
        session
            .arg("--ctty")
            .arg(command.get_program())
            .args(command.get_args())
            .current_dir("/");
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => session.env(name, value),
                None => session.env_remove(name),
            };
        }
        let read = self.heard.text.lock().unwrap().bytes.len();
        let process = session
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .spawn()
            .expect("setsid is installed (Debian package util-linux)");
        Dialogue {
            pty: self,
            process,
            read,
        }
    }
}

fn open_terminal(name: &CStr) -> OwnedFd {
    open(
        name,
        OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC,
        Mode::empty(),
    )
    .unwrap()
}

fn listen(mut terminal: File, heard: &Heard) {
    let mut buffer = [0; 4096];
    loop {
        // An error is how a terminal says that nobody is at the other end.
        let read = terminal.read(&mut buffer).unwrap_or(0);
        let mut text = heard.text.lock().unwrap();
        text.bytes
            .extend(buffer[..read].iter().filter(|byte| **byte != b'\r'));
        text.ended |= read == 0;
        heard.more.notify_all();
        if read == 0 {
            return;
        }
    }
}

/// A program that is running on a [`Pty`].
pub struct Dialogue<'p> {
    pty: &'p Pty,
    process: Child,
    read: usize,
}

impl Dialogue<'_> {
    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Waits until it says this, and answers with all that it said up to it since the last time.
    ///
    /// # Panics
    /// When it ends without saying it.
    pub fn expect(&mut self, words: &str) -> String {
        self.expect_one_of(&[words])
    }

    /// The same for whichever of these comes first.
    ///
    /// # Panics
    /// When it ends without saying any.
    pub fn expect_one_of(&mut self, words: &[&str]) -> String {
        let begun = Instant::now();
        let mut ended = None;
        loop {
            if let Some(text) = self.next_until(words) {
                return text;
            }
            assert!(
                ended.is_none(),
                "it ended ({ended:?}) and never said {words:?}: {:?}",
                self.rest()
            );
            assert!(
                begun.elapsed() < PATIENCE,
                "it never said {words:?}: {:?}",
                self.rest()
            );
            ended = self.process.try_wait().unwrap();
            if ended.is_some() {
                self.drain();
            } else {
                self.wait_for_more(Duration::from_millis(20));
            }
        }
    }

    fn next_until(&mut self, words: &[&str]) -> Option<String> {
        let text = self.pty.heard.text.lock().unwrap();
        let new = &text.bytes[self.read..];
        let end_of = |words: &&str| {
            let mut windows = new.windows(words.len());
            let at = windows.position(|window| window == words.as_bytes())?;
            Some(at + words.len())
        };
        let end = words.iter().filter_map(end_of).min()?;
        let said = String::from_utf8_lossy(&new[..end]).into_owned();
        self.read += end;
        Some(said)
    }

    fn wait_for_more(&self, time: Duration) {
        let text = self.pty.heard.text.lock().unwrap();
        let known = text.bytes.len();
        let _ = self
            .pty
            .heard
            .more
            .wait_timeout_while(text, time, |text| text.bytes.len() == known && !text.ended)
            .unwrap();
    }

    /// What it has said and nobody has asked for yet.
    pub fn rest(&self) -> String {
        let text = self.pty.heard.text.lock().unwrap();
        String::from_utf8_lossy(&text.bytes[self.read..]).into_owned()
    }

    /// Types a line.
    pub fn answer(&mut self, line: &str) {
        let mut terminal = File::from(self.pty.ours.try_clone().unwrap());
        writeln!(terminal, "{line}").unwrap();
    }

    /// Waits until it says this, and types a line.
    pub fn when_asked(&mut self, words: &str, line: &str) -> String {
        let text = self.expect(words);
        self.answer(line);
        text
    }

    /// Whether it has not ended.
    pub fn is_running(&mut self) -> bool {
        self.process.try_wait().unwrap().is_none()
    }

    /// Waits until it has ended: its exit status, and what it said that nobody has asked for yet.
    pub fn ended(mut self) -> (ExitStatus, String) {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                break status;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "it does not end: {:?}",
                self.rest()
            );
            self.wait_for_more(Duration::from_millis(20));
        };
        self.drain();
        (status, self.rest())
    }

    /// Waits for all that it said before it ended. A terminal has no end while it is held open, so
    /// a mark is put in behind it.
    fn drain(&self) {
        let mark = format!("\u{1}{}\u{2}", self.process.id());
        let theirs = open_terminal(&std::ffi::CString::new(self.pty.name.as_str()).unwrap());
        File::from(theirs).write_all(mark.as_bytes()).unwrap();
        let begun = Instant::now();
        loop {
            {
                let mut text = self.pty.heard.text.lock().unwrap();
                if text.bytes.ends_with(mark.as_bytes()) {
                    let length = text.bytes.len() - mark.len();
                    text.bytes.truncate(length);
                    return;
                }
            }
            assert!(begun.elapsed() < PATIENCE, "the terminal is stuck");
            self.wait_for_more(Duration::from_millis(5));
        }
    }
}

impl Drop for Dialogue<'_> {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
