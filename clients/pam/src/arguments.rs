//! The module's arguments in a file of pam.d.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The address of the system bus. Never taken from the environment, so that the caller of a
/// privileged program cannot redirect it to another bus.
const SYSTEM_BUS: &str = "/run/dbus/system_bus_socket";

/// The default directory of break-glass codes.
const BREAK_GLASS: &str = "/etc/secinfo/break-glass";

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
    /// The address of the daemon's bus.
    pub bus: BusAddress,
    /// The directory of break-glass codes.
    pub break_glass: PathBuf,
    /// Whether each step is logged.
    pub debug: bool,
}

/// The address of a bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BusAddress {
    /// A socket in the file system.
    Path(PathBuf),
    /// An abstract socket (unix(7)).
    Abstract(Vec<u8>),
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
            bus: BusAddress::Path(PathBuf::from(SYSTEM_BUS)),
            break_glass: PathBuf::from(BREAK_GLASS),
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
            Some(("timeout", seconds)) => self.timeout = parse_timeout(seconds)?,
            Some(("bus", address)) => self.bus = BusAddress::parse(address)?,
            Some(("break_glass", directory)) => {
                self.break_glass = Path::new(directory)
                    .is_absolute()
                    .then(|| directory.into())?;
            }
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

impl BusAddress {
    /// Parses the address of a Unix socket in the form of the D-Bus specification ("Server
    /// Addresses"). Lists are refused: the choice of the bus must not depend on which one exists.
    fn parse(address: &str) -> Option<Self> {
        if address.contains(';') {
            return None;
        }
        let mut parsed = None;
        for pair in address.strip_prefix("unix:")?.split(',') {
            let address = match pair.split_once('=')? {
                ("path", path) => {
                    Self::Path(PathBuf::from(String::from_utf8(unescape(path)?).ok()?))
                }
                ("abstract", name) => Self::Abstract(unescape(name)?),
                ("guid", _) => continue,
                _ => return None,
            };
            if parsed.replace(address).is_some() {
                return None;
            }
        }
        match &parsed {
            Some(Self::Path(path)) if !path.is_absolute() => None,
            Some(Self::Abstract(name)) if name.is_empty() => None,
            _ => parsed,
        }
    }
}

/// Decodes the specification's escapes, such as `%7e`.
fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes();
    let mut plain = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        plain.push(match byte {
            b'%' => {
                let digits = [bytes.next()?, bytes.next()?];
                *data_encoding::HEXLOWER_PERMISSIVE
                    .decode(&digits)
                    .ok()?
                    .first()?
            }
            byte => byte,
        });
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Option<Arguments> {
        Arguments::parse(arguments.iter().copied()).ok()
    }

    #[test]
    fn the_defaults_are_the_system_bus_and_20_seconds() {
        let arguments = parse(&[]).unwrap();
        assert!(!arguments.set_up && !arguments.debug);
        assert_eq!(arguments.timeout, Duration::from_secs(20));
        let bus = BusAddress::Path("/run/dbus/system_bus_socket".into());
        assert_eq!(arguments.bus, bus);
        assert_eq!(arguments.break_glass, Path::new("/etc/secinfo/break-glass"));
    }

    #[test]
    fn every_argument_is_parsed() {
        let arguments = parse(&[
            "set_up",
            "debug",
            "timeout=7",
            "bus=unix:path=/tmp/a%20bus,guid=00",
            "break_glass=/var/x",
        ])
        .unwrap();
        assert!(arguments.set_up && arguments.debug);
        assert_eq!(arguments.timeout, Duration::from_secs(7));
        assert_eq!(arguments.bus, BusAddress::Path("/tmp/a bus".into()));
        assert_eq!(arguments.break_glass, Path::new("/var/x"));
        let arguments = parse(&["bus=unix:abstract=x"]).unwrap();
        assert_eq!(arguments.bus, BusAddress::Abstract(b"x".to_vec()));
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
            "bus=",
            "bus=unix:",
            "bus=unix:path=",
            "bus=unix:path=relative",
            "bus=unix:abstract=",
            "bus=unix:path=/a,path=/b",
            "bus=unix:path=/a;unix:path=/b",
            "bus=unix:path=/a%2",
            "bus=unix:path=/a%zz",
            "bus=tcp:host=example.org,port=1",
            "bus=unixexec:path=/bin/sh",
            "break_glass=",
            "break_glass=here",
        ] {
            assert_eq!(parse(&["set_up", argument]), None, "{argument:?}");
        }
    }
}
