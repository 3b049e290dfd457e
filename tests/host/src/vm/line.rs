//! The line over which a virtual machine gets its commands: a serial port, at the other end of
//! which `guest/agent` listens. There is no network in the machine at all.

use crate::output::Output;
use data_encoding::BASE64;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// This end of the line.
pub(super) struct Line {
    stream: BufReader<UnixStream>,
    number: u32,
}

impl Line {
    pub(super) fn new(stream: UnixStream) -> Self {
        Self {
            stream: BufReader::new(stream),
            number: 0,
        }
    }

    /// Waits for the other end.
    pub(super) fn wait_up(&mut self, patience: Duration) {
        let word = self.read(Instant::now() + patience);
        assert_eq!(word.expect("the virtual machine does not boot"), "up");
    }

    /// Runs a script of bash.
    pub(super) fn run(&mut self, script: &str, patience: Duration) -> Output {
        self.try_run(script, patience)
            .unwrap_or_else(|error| panic!("no answer of the virtual machine ({error}): {script}"))
    }

    pub(super) fn try_run(&mut self, script: &str, patience: Duration) -> io::Result<Output> {
        let deadline = Instant::now() + patience;
        self.number += 1;
        let number = self.number.to_string();
        let line = format!("{number} {}\n", BASE64.encode(script.as_bytes()));
        self.stream.get_mut().write_all(line.as_bytes())?;
        loop {
            let answer = self.read(deadline)?;
            let words: Vec<&str> = answer.split(' ').collect();
            // Another number is that of a script that took too long.
            if let [of, code, stdout, stderr] = words[..]
                && of == number
            {
                return Ok(Output {
                    words: vec!["bash".into(), "-c".into(), script.into()],
                    code: code.parse().unwrap(),
                    stdout: text(stdout),
                    stderr: text(stderr),
                });
            }
        }
    }

    fn read(&mut self, deadline: Instant) -> io::Result<String> {
        let mut bytes = Vec::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            self.stream.get_mut().set_read_timeout(Some(left))?;
            self.stream.read_until(b'\n', &mut bytes)?;
            match bytes.pop() {
                Some(b'\n') => return Ok(String::from_utf8_lossy(&bytes).into_owned()),
                Some(byte) => bytes.push(byte),
                None => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        }
    }
}

/// What a word stands for, which begins with a letter so that it is never empty.
fn text(word: &str) -> String {
    let bytes = BASE64.decode(&word.as_bytes()[1..]).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}
