//! A passphrase: from a file, or asked for without showing it.

use crate::echo::WithoutEcho;
use crate::failure::Failure;
use crate::file::open;
use rustix::termios::{QueueSelector, tcflush};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use zeroize::Zeroizing;

/// The longest one, in bytes.
const LONGEST: usize = 1024;

/// A passphrase. It has no `Debug`, so that it cannot slip into a log.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// The first line of a file, without the end of the line; of standard input for "-", of which what
    /// follows stays to be read.
    ///
    /// # Errors
    /// When the file cannot be read, or its line is no passphrase.
    pub fn from_file(path: &Path) -> Result<Self, Failure> {
        let failed = Failure::file("read", path);
        let file = open(path).map_err(failed)?;
        Self::read_line(file).map_err(failed)
    }

    /// Asks for one at the terminal, wherever standard input comes from, without showing it.
    ///
    /// # Errors
    /// When there is no terminal, or what is typed is no passphrase.
    pub fn ask(prompt: &str) -> Result<Self, Failure> {
        hidden(prompt)
    }

    /// The passphrase as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads byte by byte into a buffer that never grows, so that no copy stays in memory. Refuses one
    /// that is too long instead of cutting it: another program would not open the backup with it.
    fn read_line(mut input: impl Read) -> io::Result<Self> {
        // With the two bytes of a line ending.
        let most = LONGEST + 2;
        let mut line = Zeroizing::new(Vec::with_capacity(most));
        let mut byte = Zeroizing::new([0]);
        while line.len() < most && read_byte(&mut input, &mut byte)? && byte[0] != b'\n' {
            line.push(byte[0]);
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        let unusable = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
        if line.len() > LONGEST {
            let why = format!("the passphrase is longer than {LONGEST} bytes; take a shorter one");
            return Err(unusable(why));
        }
        let text = std::str::from_utf8(&line)
            .map_err(|error| unusable(format!("the passphrase is no text: {error}")))?;
        Ok(Self(Zeroizing::new(text.to_owned())))
    }
}

/// Reads one line from the terminal without showing it, wherever standard input comes from.
fn hidden(prompt: &str) -> Result<Passphrase, Failure> {
    let none = |_| {
        Failure::Usage(
            "there is no terminal to ask for the passphrase at; give it in a file, with --passphrase-file FILE"
                .to_owned(),
        )
    };
    let mut terminal = File::options()
        .read(true)
        .write(true)
        .open("/dev/tty")
        .map_err(none)?;
    let line = {
        // Before the prompt, because the person may type as soon as it is shown.
        let _unseen = WithoutEcho::on(&terminal)?;
        (&terminal).write_all(prompt.as_bytes())?;
        let line = Passphrase::read_line(&terminal);
        if line.is_err() {
            // The rest of the line must not reach the shell.
            let _ = tcflush(&terminal, QueueSelector::IFlush);
        }
        line
    };
    // The line ending was not shown either.
    terminal.write_all(b"\n")?;
    line.map_err(|error| Failure::Refused(error.to_string()))
}

fn read_byte(input: &mut impl Read, byte: &mut [u8; 1]) -> io::Result<bool> {
    loop {
        match input.read(byte) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return Ok(read? == 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_is_the_first_line_of_a_file_and_nothing_else() {
        let read = |bytes: &[u8]| Passphrase::read_line(bytes).unwrap().0.to_string();
        assert_eq!(read(b"correct horse\nbattery\n"), "correct horse");
        assert_eq!(read(b"correct horse\r\n"), "correct horse");
        assert_eq!(read(b" spaces count "), " spaces count ");
        assert_eq!(read(b""), "");
    }

    #[test]
    fn one_that_is_too_long_is_refused_and_never_cut() {
        let longest = "x".repeat(LONGEST);
        for end in ["", "\n", "\r\n", "\nmore"] {
            let read = Passphrase::read_line(format!("{longest}{end}").as_bytes());
            assert_eq!(*read.unwrap().0, longest);
        }
        for more in ["x", "x\n", "x\r\n", "\rx\n", "xx", "\r\r\n"] {
            let read = Passphrase::read_line(format!("{longest}{more}").as_bytes());
            let Err(refused) = read else {
                panic!("{more:?}")
            };
            assert!(refused.to_string().contains("1024 bytes"), "{refused}");
        }
    }
}
