//! The module's arguments in a file of pam.d.

use secinfo_wire::sign_in::SOCKET;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The default directory of break-glass codes.
const BREAK_GLASS: &str = "/etc/secinfo/break-glass";

/// The default word that begins a password reset.
const RESET_WORD: &str = "reset";

/// The longest such word, in bytes.
const MAX_WORD: usize = 64;

/// The default time-out of each wait for the daemon.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The longest time-out that an argument may set, in seconds.
const MAX_TIMEOUT: u64 = 300;

/// The module's arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arguments {
    /// Whether the stack verifies a first factor before this module, so that a user may set up a
    /// method during sign-in.
    pub set_up: bool,
    /// The time-out of each wait for the daemon.
    pub timeout: Duration,
    /// The path of the daemon's socket. Never taken from the environment, so that the caller of a
    /// privileged program cannot redirect it to another one.
    pub socket: PathBuf,
    /// The directory of break-glass codes.
    pub break_glass: PathBuf,
    /// The word that, typed in place of the password, begins a password reset; none where the module
    /// verifies users.
    pub reset: Option<String>,
    /// Whether each step is logged.
    pub debug: bool,
}

/// An unknown argument, or one with an invalid value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownArgument(pub String);

impl fmt::Display for UnknownArgument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let argument = self.0.escape_debug();
        write!(
            f,
            "the argument \"{argument}\" is not known, or its value cannot be: correct it in pam.d"
        )
    }
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            set_up: false,
            timeout: TIMEOUT,
            socket: PathBuf::from(SOCKET),
            break_glass: PathBuf::from(BREAK_GLASS),
            reset: None,
            debug: false,
        }
    }
}

impl Arguments {
    /// Parses the arguments. If one is repeated, the last counts.
    ///
    /// # Errors
    /// The first unknown argument.
    pub fn parse<'a>(
        arguments: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, UnknownArgument> {
        let mut parsed = Self::default();
        for argument in arguments {
            parsed
                .set(argument)
                .ok_or_else(|| UnknownArgument(argument.to_owned()))?;
        }
        Ok(parsed)
    }

    fn set(&mut self, argument: &str) -> Option<()> {
        match argument.split_once('=') {
            None if argument == "set_up" => self.set_up = true,
            None if argument == "debug" => self.debug = true,
            None if argument == "reset" => self.reset = Some(RESET_WORD.to_owned()),
            Some(("reset", word)) => self.reset = Some(parse_word(word)?),
            Some(("timeout", seconds)) => self.timeout = parse_timeout(seconds)?,
            Some(("socket", path)) => self.socket = parse_path(path)?,
            Some(("break_glass", directory)) => self.break_glass = parse_path(directory)?,
            _ => return None,
        }
        Some(())
    }
}

fn parse_timeout(seconds: &str) -> Option<Duration> {
    if !seconds.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds = seconds.parse().ok()?;
    (1..=MAX_TIMEOUT)
        .contains(&seconds)
        .then(|| Duration::from_secs(seconds))
}

/// A word that can be typed at a prompt for a password.
fn parse_word(word: &str) -> Option<String> {
    let fits = (1..=MAX_WORD).contains(&word.len()) && !word.contains(char::is_control);
    (fits && word.trim() == word).then(|| word.to_owned())
}

fn parse_path(path: &str) -> Option<PathBuf> {
    let path = Path::new(path);
    path.is_absolute().then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Option<Arguments> {
        Arguments::parse(arguments.iter().copied()).ok()
    }

    #[test]
    fn the_defaults_are_the_socket_of_the_unit_and_20_seconds() {
        let arguments = parse(&[]).unwrap();
        assert!(!arguments.set_up && !arguments.debug && arguments.reset.is_none());
        assert_eq!(arguments.timeout, Duration::from_secs(20));
        assert_eq!(arguments.socket, Path::new("/run/secinfo/sign-in"));
        assert_eq!(arguments.break_glass, Path::new("/etc/secinfo/break-glass"));
    }

    #[test]
    fn every_argument_is_parsed() {
        let arguments = parse(&[
            "set_up",
            "debug",
            "timeout=7",
            "socket=/tmp/a socket",
            "break_glass=/var/x",
        ])
        .unwrap();
        assert!(arguments.set_up && arguments.debug);
        assert_eq!(arguments.timeout, Duration::from_secs(7));
        assert_eq!(arguments.socket, Path::new("/tmp/a socket"));
        assert_eq!(arguments.break_glass, Path::new("/var/x"));
        let word = |argument| parse(&[argument]).unwrap().reset.unwrap();
        assert_eq!(word("reset"), "reset");
        assert_eq!(word("reset=I forgot it"), "I forgot it");
    }

    #[test]
    fn unknown_arguments_and_invalid_values_are_refused() {
        for argument in [
            "",
            "setup",
            "set_up=yes",
            "SET_UP",
            "nullok",
            "timeout",
            "timeout=",
            "timeout=0",
            "timeout=301",
            "timeout=+5",
            "timeout=5s",
            "timeout=99999999999999999999",
            "bus=unix:path=/run/dbus/system_bus_socket",
            "socket",
            "socket=",
            "socket=relative",
            "socket=unix:path=/a",
            "break_glass=",
            "break_glass=here",
            "reset=",
            "reset= x",
            "reset=a\tb",
        ] {
            assert_eq!(parse(&["set_up", argument]), None, "{argument:?}");
        }
    }
}
