//! The passphrase of a backup: from a file, or asked for without showing it.

use crate::failure::Failure;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use zeroize::Zeroizing;

/// The shortest one for a new backup: whoever has the file can try passphrases for ever.
const SHORTEST: usize = 12;
/// The longest line that is read.
const LONGEST: usize = 1024;

/// A passphrase.
pub(crate) struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// The first line of a file, without the end of the line.
    pub(crate) fn from_file(path: &Path) -> Result<Self, Failure> {
        let failed = |source| Failure::File {
            action: "read",
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(failed)?;
        Self::read_line(file).map_err(failed)
    }

    /// Asks for the passphrase of a backup that there is.
    pub(crate) fn ask() -> Result<Self, Failure> {
        hidden("Passphrase of the backup: ")
    }

    /// Asks twice for the passphrase of a new backup.
    pub(crate) fn ask_for_new() -> Result<Self, Failure> {
        let first = hidden("New passphrase for the backup: ")?.expect_long()?;
        let second = hidden("The same again: ")?;
        if *first.0 == *second.0 {
            return Ok(first);
        }
        Err(Failure::Refused(
            "the two passphrases are not the same; begin again".to_owned(),
        ))
    }

    /// Refuses one that would soon be found.
    pub(crate) fn expect_long(self) -> Result<Self, Failure> {
        if self.0.chars().count() >= SHORTEST {
            return Ok(self);
        }
        Err(Failure::Refused(format!(
            "that passphrase is too short: take {SHORTEST} characters or more, since whoever has the file can try as many as they like"
        )))
    }

    pub(super) fn into_secret(self) -> age::secrecy::SecretString {
        self.0.as_str().into()
    }

    /// Byte by byte, and into room that is made once: no copy is left behind.
    fn read_line(mut input: impl Read) -> io::Result<Self> {
        let mut line = Zeroizing::new(Vec::with_capacity(LONGEST));
        let mut byte = Zeroizing::new([0]);
        while line.len() < LONGEST && input.read(&mut *byte)? == 1 && byte[0] != b'\n' {
            line.push(byte[0]);
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        let text = std::str::from_utf8(&line)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
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
        // First of all: whoever sees the prompt may type at once.
        let _quiet = Quiet::make(&terminal)?;
        (&terminal).write_all(prompt.as_bytes())?;
        Passphrase::read_line(&terminal)?
    };
    // The line end that was not shown either.
    terminal.write_all(b"\n")?;
    Ok(line)
}

/// A terminal that shows nothing of what is typed, until this is dropped.
struct Quiet<'a> {
    terminal: &'a File,
    before: Termios,
}

impl<'a> Quiet<'a> {
    fn make(terminal: &'a File) -> Result<Self, Failure> {
        let before = tcgetattr(terminal).map_err(io::Error::from)?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        tcsetattr(terminal, OptionalActions::Flush, &quiet).map_err(io::Error::from)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        // Where it fails there is no terminal left to be put right.
        let _ = tcsetattr(self.terminal, OptionalActions::Now, &self.before);
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
    fn a_short_one_is_refused_for_a_new_backup() {
        let of = |text: &str| Passphrase(Zeroizing::new(text.to_owned())).expect_long();
        assert!(of("elevenchars").is_err());
        assert!(of("twelve chars").is_ok());
        assert!(of("zwölf zeichen").is_ok());
    }
}
