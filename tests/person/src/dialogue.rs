//! A dialogue with a program on a pseudo terminal.

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{grantpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// How long a program may take to print what is expected.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A pseudo terminal, on which programs can run one after the other.
pub struct Pty {
    controller: OwnedFd,
    name: String,
    /// Where it is seen from here.
    path: PathBuf,
    output: Arc<Output>,
    // Kept open, so that the terminal does not hang up between two programs.
    _terminal: OwnedFd,
}

/// The output on a terminal.
#[derive(Default)]
struct Output {
    text: Mutex<Text>,
    more: Condvar,
}

#[derive(Default)]
struct Text {
    bytes: Vec<u8>,
    ended: bool,
}

impl Pty {
    /// Opens a terminal of 80 columns and 24 rows.
    pub fn open() -> Self {
        Self::open_below(Path::new("/"))
    }

    /// The same on the machine whose root file system is here: only its own terminals have names there.
    pub fn open_below(root: &Path) -> Self {
        let controller = open_terminal(&root.join("dev/ptmx"));
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        let name = ptsname(&controller, Vec::new()).unwrap();
        let name = name.into_string().unwrap();
        let path = root.join(name.trim_start_matches('/'));
        let terminal = open_terminal(&path);
        let size = Winsize {
            ws_row: 24,
            ws_col: 80,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&terminal, size).unwrap();
        let output = Arc::new(Output::default());
        let reader = File::from(controller.try_clone().unwrap());
        let shared = Arc::clone(&output);
        std::thread::spawn(move || read_output(reader, &shared));
        Self {
            controller,
            name,
            path,
            output,
            _terminal: terminal,
        }
    }

    /// Its path, such as `/dev/pts/7`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs a command on it, in a new session.
    pub fn run(&self, command: &Command) -> Dialogue<'_> {
        let terminal = open_terminal(&self.path);
        let stdio = || Stdio::from(terminal.try_clone().unwrap());
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
        session.stdin(stdio()).stdout(stdio()).stderr(stdio());
        self.watch(&mut session)
    }

    /// Runs a command that opens the terminal by its name, if it does at all.
    pub fn watch(&self, command: &mut Command) -> Dialogue<'_> {
        let read = self.output.text.lock().unwrap().bytes.len();
        let process = command.spawn().unwrap_or_else(|error| {
            let program = command.get_program().display();
            panic!("{program} is installed (Debian package util-linux): {error}")
        });
        Dialogue {
            pty: self,
            process,
            read,
        }
    }
}

fn open_terminal(path: &Path) -> OwnedFd {
    open(
        path,
        OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC,
        Mode::empty(),
    )
    .unwrap()
}

fn read_output(mut terminal: File, output: &Output) {
    let mut buffer = [0; 4096];
    loop {
        // An error means that the other end is closed.
        let read = terminal.read(&mut buffer).unwrap_or(0);
        let mut text = output.text.lock().unwrap();
        text.bytes
            .extend(buffer[..read].iter().filter(|byte| **byte != b'\r'));
        text.ended |= read == 0;
        output.more.notify_all();
        if read == 0 {
            return;
        }
    }
}

/// A dialogue with a program that runs on a [`Pty`], killed on drop.
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

    /// Waits until it prints `words`, and returns its output since the last time up to them.
    ///
    /// # Panics
    /// If it ends without printing them.
    pub fn expect(&mut self, words: &str) -> String {
        self.expect_one_of(&[words])
    }

    /// Like `expect`, for the first of several texts.
    ///
    /// # Panics
    /// If it ends without printing any.
    pub fn expect_one_of(&mut self, words: &[&str]) -> String {
        let begun = Instant::now();
        let mut ended = None;
        loop {
            if let Some(text) = self.next_until(words) {
                return text;
            }
            assert!(
                ended.is_none(),
                "it ended ({ended:?}) and never printed {words:?}: {:?}",
                self.rest()
            );
            assert!(
                begun.elapsed() < TIMEOUT,
                "it never printed {words:?}: {:?}",
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
        let text = self.pty.output.text.lock().unwrap();
        let new = &text.bytes[self.read..];
        let end_of = |words: &&str| {
            let mut windows = new.windows(words.len());
            let at = windows.position(|window| window == words.as_bytes())?;
            Some(at + words.len())
        };
        let end = words.iter().filter_map(end_of).min()?;
        let printed = String::from_utf8_lossy(&new[..end]).into_owned();
        self.read += end;
        Some(printed)
    }

    fn wait_for_more(&self, time: Duration) {
        let text = self.pty.output.text.lock().unwrap();
        let known = text.bytes.len();
        let _ = self
            .pty
            .output
            .more
            .wait_timeout_while(text, time, |text| text.bytes.len() == known && !text.ended)
            .unwrap();
    }

    /// Its output that has not been returned yet.
    pub fn rest(&self) -> String {
        let text = self.pty.output.text.lock().unwrap();
        String::from_utf8_lossy(&text.bytes[self.read..]).into_owned()
    }

    /// Types a line.
    pub fn answer(&mut self, line: &str) {
        let mut terminal = File::from(self.pty.controller.try_clone().unwrap());
        writeln!(terminal, "{line}").unwrap();
    }

    /// Presses a key, such as Ctrl-C (`\u{3}`), without Enter.
    pub fn press(&mut self, key: char) {
        let mut terminal = File::from(self.pty.controller.try_clone().unwrap());
        write!(terminal, "{key}").unwrap();
    }

    /// Waits until it prints `words`, and types a line.
    pub fn when_asked(&mut self, words: &str, line: &str) -> String {
        let text = self.expect(words);
        self.answer(line);
        text
    }

    /// Whether it is running.
    pub fn is_running(&mut self) -> bool {
        self.process.try_wait().unwrap().is_none()
    }

    /// Waits for its end, and returns its exit status and the rest of its output.
    pub fn ended(mut self) -> (ExitStatus, String) {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                break status;
            }
            assert!(
                begun.elapsed() < TIMEOUT,
                "it does not end: {:?}",
                self.rest()
            );
            self.wait_for_more(Duration::from_millis(20));
        };
        self.drain();
        (status, self.rest())
    }

    /// Waits for the whole output of the ended program. A terminal that is held open has no end of
    /// file, so a mark is written after the output.
    fn drain(&self) {
        let mark = format!("\u{1}{}\u{2}", self.process.id());
        let terminal = open_terminal(&self.pty.path);
        File::from(terminal).write_all(mark.as_bytes()).unwrap();
        let begun = Instant::now();
        loop {
            {
                let mut text = self.pty.output.text.lock().unwrap();
                if text.bytes.ends_with(mark.as_bytes()) {
                    let length = text.bytes.len() - mark.len();
                    text.bytes.truncate(length);
                    return;
                }
            }
            assert!(begun.elapsed() < TIMEOUT, "the terminal is stuck");
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
