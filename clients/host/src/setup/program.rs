//! Runs system programs: by absolute path, with a fixed environment, within a time limit.

use super::host::Host;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::text::visible;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// The default time limit of a program.
const PATIENCE: Duration = Duration::from_secs(90);
/// How often to poll for its end.
const PAUSE: Duration = Duration::from_millis(10);
/// How many of the last lines of output a failure shows.
const SHOWN: usize = 8;

/// A program, its arguments and its input.
#[derive(Debug)]
pub(crate) struct Program {
    name: &'static str,
    arguments: Vec<OsString>,
    input: Zeroizing<Vec<u8>>,
    patience: Duration,
}

/// The result of a program.
#[derive(Debug)]
pub(crate) struct Ran {
    /// Its name and arguments, as a person would type them.
    pub(crate) command: String,
    /// Whether its exit status is 0.
    pub(crate) well: bool,
    /// What it wrote to standard output. It may be a secret.
    pub(crate) output: Zeroizing<Vec<u8>>,
    /// What it wrote to standard error.
    pub(crate) errors: String,
}

impl Program {
    /// A program by its name, without a path.
    pub(crate) fn new<A: Into<OsString>>(
        name: &'static str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        Self {
            name,
            arguments: arguments.into_iter().map(Into::into).collect(),
            input: Zeroizing::default(),
            patience: PATIENCE,
        }
    }

    /// What it reads from standard input.
    pub(crate) fn input(self, input: &[u8]) -> Self {
        Self {
            input: Zeroizing::new(input.to_vec()),
            ..self
        }
    }

    #[cfg(test)]
    fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    fn command(&self) -> String {
        let arguments = self.arguments.iter().map(|text| text.to_string_lossy());
        let words: Vec<_> = std::iter::once(self.name.into()).chain(arguments).collect();
        visible(&words.join(" "))
    }
}

impl Host {
    /// What systemd says of a unit, such as `is-enabled` or `is-active`.
    pub(super) fn unit(&self, is: &str, unit: &str) -> Result<bool, Failure> {
        let asked = self.run(&Program::new("systemctl", ["--quiet", is, unit]))?;
        Ok(asked.well)
    }

    /// Runs a program to its end.
    ///
    /// # Errors
    /// When it is missing, cannot be started or takes too long; not when its exit status is another.
    pub(crate) fn run(&self, program: &Program) -> Result<Ran, Failure> {
        let command = program.command();
        let refused = |why: String| Failure::Refused(format!("cannot run \"{command}\": {why}"));
        let path = self
            .program(program.name)
            .ok_or_else(|| refused("the program is not installed".to_owned()))?;
        self.before_change()?;
        let mut child = Command::new(path)
            .args(&program.arguments)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("LC_ALL", "C.UTF-8")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl-C must not leave its work half done.
            .process_group(0)
            .spawn()
            .map_err(|error| refused(error.to_string()))?;
        let output = read(child.stdout.take());
        let errors = read(child.stderr.take());
        write(&mut child, program.input.clone());
        let deadline = Instant::now() + program.patience;
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if Instant::now() > deadline {
                end(&mut child);
                return Err(refused(format!(
                    "it has not ended within {} seconds",
                    program.patience.as_secs()
                )));
            }
            thread::sleep(PAUSE);
        };
        // A process that it has started may hold its output open.
        let wait = Duration::from_secs(2);
        let errors = errors.recv_timeout(wait).unwrap_or_default();
        Ok(Ran {
            command: program.command(),
            well: status.success(),
            output: output.recv_timeout(wait).unwrap_or_default(),
            errors: String::from_utf8_lossy(&errors).into_owned(),
        })
    }

    /// Runs a program whose exit status must be 0.
    pub(crate) fn succeed(&self, program: &Program) -> Result<Ran, Failure> {
        let ran = self.run(program)?;
        if ran.well {
            Ok(ran)
        } else {
            Err(ran.failure())
        }
    }
}

impl Ran {
    /// What it wrote to standard output, as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.output).into_owned()
    }

    /// The failure, with the end of its output.
    pub(crate) fn failure(&self) -> Failure {
        let said = format!("{}\n{}", self.text(), self.errors);
        let lines: Vec<_> = said
            .lines()
            .map(str::trim_end)
            .filter(|line| !line.is_empty())
            .collect();
        let last = lines.len().saturating_sub(SHOWN);
        let lines: Vec<_> = lines[last..].iter().map(|line| visible(line)).collect();
        let said = if lines.is_empty() {
            "it does not say why".to_owned()
        } else {
            format!("it says\n  {}", lines.join("\n  "))
        };
        Failure::Refused(format!("\"{}\" failed: {said}", self.command))
    }
}

fn read(pipe: Option<impl Read + Send + 'static>) -> Receiver<Zeroizing<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        // Large enough for a key, which would be copied when the buffer grew.
        let mut bytes = Zeroizing::new(Vec::with_capacity(64 << 10));
        if let Some(mut pipe) = pipe {
            // What was read until then is the whole output.
            let _ = pipe.read_to_end(&mut bytes);
        }
        let _ = sender.send(bytes);
    });
    receiver
}

fn write(child: &mut Child, input: Zeroizing<Vec<u8>>) {
    let pipe = child.stdin.take();
    thread::spawn(move || {
        if let Some(mut pipe) = pipe {
            // A program that stops reading its input does so on purpose.
            let _ = pipe.write_all(&input);
        }
    });
}

fn end(child: &mut Child) {
    if let Some(group) = i32::try_from(child.id())
        .ok()
        .and_then(rustix::process::Pid::from_raw)
    {
        // It may have ended by itself meanwhile.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;
    use super::*;

    #[test]
    fn a_program_gets_input_and_a_clean_environment() {
        let fixture = Fixture::new();
        fixture.program(
            "show",
            "cat; echo \"$PATH|$HOME\"; echo problem >&2; exit 3",
        );
        let program = Program::new("show", ["one"]).input(b"given ");
        let ran = fixture.host.run(&program).unwrap();
        assert_eq!(ran.text(), "given /usr/sbin:/usr/bin:/sbin:/bin|\n");
        assert_eq!((ran.well, ran.errors.as_str()), (false, "problem\n"));
        let failure = fixture.host.succeed(&program).unwrap_err().to_string();
        assert!(
            failure.starts_with("\"show one\" failed: it says\n"),
            "{failure}"
        );
        assert!(failure.ends_with("\n  problem"), "{failure}");
    }

    #[test]
    fn a_program_that_hangs_is_ended_and_one_that_is_missing_named() {
        let fixture = Fixture::new();
        fixture.program("hang", "sleep 600 & wait");
        let hang = Program::new("hang", [""; 0]).patience(Duration::from_millis(100));
        let failure = fixture.host.run(&hang).unwrap_err().to_string();
        assert!(failure.contains("has not ended"), "{failure}");
        let missing = Program::new("missing", [""; 0]);
        let failure = fixture.host.run(&missing).unwrap_err().to_string();
        assert!(failure.contains("not installed"), "{failure}");
    }
}
