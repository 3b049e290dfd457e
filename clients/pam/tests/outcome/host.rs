//! A program that authenticates through PAM, with the module in its stack.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use std::{env, fs, thread};

/// How long to wait for a line of the program: longer than any wait of the module in these tests.
const TIMEOUT: Duration = Duration::from_mins(2);

/// The default name of the PAM service.
pub(crate) const SERVICE: &str = "sshd";

/// The running program `examples/pam-host.rs`, killed on drop.
pub(crate) struct PamHost {
    process: Child,
    input: ChildStdin,
    events: Receiver<String>,
    errors: Option<thread::JoinHandle<String>>,
}

/// The result of a call.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CallResult {
    /// The return code.
    pub(crate) code: i32,
    /// The messages shown, including prompts, each after the name of its style.
    pub(crate) shown: Vec<String>,
}

/// The module of this build.
pub(crate) fn module() -> PathBuf {
    let directory = env::current_exe().unwrap();
    let path = directory.parent().unwrap().join("libpam_secinfo.so");
    assert!(path.exists(), "{} is missing", path.display());
    path
}

/// The path of the program.
fn program() -> PathBuf {
    module().with_file_name("../examples/pam-host")
}

/// The stack's substitute for the module's `PAM_IGNORE`, which libpam never returns itself.
const TRY_AGAIN: i32 = 24;

/// Writes the file of a service whose stack returns the module's return code.
pub(crate) fn write_service(directory: &Path, service: &str, arguments: &str) {
    let module = module();
    let module = module.display();
    let control = "[success=done ignore=ignore default=die]";
    let ignored = "pam_debug.so auth=try_again acct=try_again cred=try_again";
    let text = ["auth", "account"].map(|phase| {
        format!("{phase} {control} {module} {arguments}\n{phase} [default=die] {ignored}\n")
    });
    fs::write(directory.join(service), text.concat()).unwrap();
}

impl PamHost {
    /// Starts the program with this directory as pam.d.
    pub(crate) fn start(directory: &Path) -> Self {
        let program = program();
        let mut command = Command::new(&program);
        command.arg(directory).env_clear();
        Self::spawn(command).unwrap_or_else(|error| {
            panic!("{}: {error}; build it with --examples", program.display())
        })
    }

    /// Starts the program with another directory mounted read-only.
    pub(crate) fn start_with_read_only(directory: &Path, read_only: &Path) -> Self {
        let script = "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\" && \
                      exec env -i LANG=de_DE.UTF-8 \"$2\" \"$3\"";
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", script, "sh"]).args([
            read_only,
            &program(),
            directory,
        ]);
        Self::spawn(command).unwrap()
    }

    fn spawn(mut command: Command) -> std::io::Result<Self> {
        let mut process = command
            .env("LANG", "de_DE.UTF-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (sender, events) = channel();
        let output = BufReader::new(process.stdout.take().unwrap());
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let mut stderr = process.stderr.take().unwrap();
        let errors = thread::spawn(move || {
            let mut text = String::new();
            let _ = stderr.read_to_string(&mut text);
            text
        });
        Ok(Self {
            input: process.stdin.take().unwrap(),
            process,
            events,
            errors: Some(errors),
        })
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Sends a command to the program.
    pub(crate) fn send(&mut self, line: &str) {
        writeln!(self.input, "{line}").unwrap();
        self.input.flush().unwrap();
    }

    /// The next event.
    pub(crate) fn event(&mut self) -> String {
        self.events.recv_timeout(TIMEOUT).unwrap_or_else(|error| {
            panic!(
                "the host says nothing ({error}); {:?}",
                self.process.try_wait()
            )
        })
    }

    /// Sends a command, and returns the rest of its event.
    pub(crate) fn ask(&mut self, line: &str) -> String {
        self.send(line);
        let event = self.event();
        let word = line.split(' ').next().unwrap();
        let rest = event
            .strip_prefix(word)
            .unwrap_or_else(|| panic!("{event}"));
        rest.trim().to_owned()
    }

    /// Starts a session of this user.
    pub(crate) fn begin(&mut self, user: &str) {
        self.begin_at(SERVICE, user);
    }

    /// The same at this service.
    pub(crate) fn begin_at(&mut self, service: &str, user: &str) {
        assert_eq!(self.ask(&format!("start {service} {user}")), "0");
    }

    /// Continues until a call of this phase ends, answering each prompt with the next answer.
    pub(crate) fn finish(&mut self, phase: &str, answers: &[&str]) -> CallResult {
        let mut answers = answers.iter();
        let mut shown = Vec::new();
        loop {
            let event = self.event();
            if let Some(code) = event.strip_prefix(phase) {
                assert_eq!(
                    answers.next(),
                    None,
                    "an answer was not asked for: {shown:?}"
                );
                let code = match code.trim().parse().unwrap() {
                    TRY_AGAIN => crate::code::IGNORE,
                    code => code,
                };
                return CallResult { code, shown };
            }
            if event.starts_with("hidden") || event.starts_with("shown") {
                let answer = answers.next();
                self.send(answer.unwrap_or_else(|| panic!("nobody answers {event:?}")));
            }
            shown.push(event);
        }
    }

    /// Calls a phase.
    pub(crate) fn call(&mut self, phase: &str, answers: &[&str]) -> CallResult {
        self.send(phase);
        self.finish(phase, answers)
    }

    /// Ends the program, and returns what it wrote to standard error.
    pub(crate) fn errors(mut self) -> String {
        self.send("exit all");
        self.process.wait().unwrap();
        self.errors.take().unwrap().join().unwrap()
    }
}

impl Drop for PamHost {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
