//! What a command can end with, and the exit code of each.

use crate::text::visible;
use secinfo_wire::{Error as BusError, Reason};
use secinfo_words::{Language, Words, message};
use std::io;
use std::path::{Path, PathBuf};

/// The exit codes, as the help and the manual page tell them.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  refused or failed
  2  the command line is wrong
  3  a wrong code, or the user was not verified
  4  secinfod cannot be reached
  5  not authorized
  6  the log did not verify
  7  doctor found nothing worse than warnings";

/// Why a command failed. Each is one sentence that says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The daemon, or the way to it.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// The system does not know who runs the command.
    #[error(
        "the system does not know the account with uid {0}; if it belongs to a directory, see whether that can be reached, or ask the administrator"
    )]
    UnknownAccount(u32),
    /// An argument that clap cannot judge.
    #[error("{0}")]
    Usage(String),
    /// Nothing was done, for a reason on this side.
    #[error("{0}")]
    Refused(String),
    /// Policy does not allow the kind; the sentence says which it allows.
    #[error("{0}")]
    KindNotAllowed(String),
    /// The user was not verified.
    #[error("{0}")]
    NotVerified(String),
    /// The log is not what it should be.
    #[error("{0}")]
    LogNotVerified(String),
    /// The installation is not as it should be.
    #[error("{}", found(*errors, *warnings))]
    Findings {
        /// How many findings must be looked after.
        errors: usize,
        /// How many are better looked after.
        warnings: usize,
    },
    /// A file could not be read or written.
    #[error("cannot {action} {}: {source}", visible(&path.display().to_string()))]
    File {
        /// What was tried.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The terminal or pipe is gone.
    #[error("cannot write to the output: {0}")]
    Output(#[from] io::Error),
}

impl From<zbus::Error> for Failure {
    fn from(error: zbus::Error) -> Self {
        Self::Bus(error.into())
    }
}

impl Failure {
    /// The failure of an action on a file, given its cause.
    pub fn file(action: &'static str, path: &Path) -> impl Fn(io::Error) -> Self + Copy {
        move |source| Self::File {
            action,
            path: path.to_owned(),
            source,
        }
    }

    /// The exit code of the command.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Bus(BusError::Unreachable(_) | BusError::Untrusted { .. }) => 4,
            Self::Bus(error) => match error.reason() {
                Some(
                    Reason::WrongCode
                    | Reason::WrongAssertion
                    | Reason::UserVerificationMissing
                    | Reason::CounterNotIncreased
                    | Reason::CodeAlreadyUsed
                    | Reason::CodeExpired
                    | Reason::NoCodeSent
                    | Reason::TooManyAttempts
                    | Reason::SessionExpired,
                ) => 3,
                Some(Reason::NotAuthorized | Reason::NotForYourself) => 5,
                _ => 1,
            },
            Self::Usage(_) => 2,
            Self::NotVerified(_) => 3,
            Self::LogNotVerified(_) => 6,
            Self::Findings { errors: 0, .. } => 7,
            Self::Findings { .. }
            | Self::UnknownAccount(_)
            | Self::Refused(_)
            | Self::KindNotAllowed(_)
            | Self::File { .. }
            | Self::Output(_) => 1,
        }
    }

    /// The word for it in `--json` output: the daemon's own where it was the daemon.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Bus(BusError::Unreachable(_)) => "Unreachable",
            Self::Bus(BusError::Untrusted { .. }) => "Untrusted",
            Self::Bus(error) => error.reason().map_or("Protocol", Reason::name),
            Self::UnknownAccount(_) => "UnknownAccount",
            Self::Usage(_) => "Usage",
            Self::Refused(_) => "Refused",
            Self::KindNotAllowed(_) => Reason::KindNotAllowed.name(),
            Self::NotVerified(_) => "NotVerified",
            Self::LogNotVerified(_) => "LogNotVerified",
            Self::Findings { .. } => "Findings",
            Self::File { .. } => "File",
            Self::Output(_) => "Output",
        }
    }

    /// The sentence in the person's language.
    pub fn sentence(&self, words: Words) -> String {
        match self {
            _ if words.language() == Language::English => self.to_string(),
            Self::Bus(error) => bus_sentence(error, words),
            Self::UnknownAccount(uid) => words
                .say(message::FailureUnknownAccount { uid: (*uid).into() })
                .to_string(),
            Self::File {
                action: action @ ("read" | "write"),
                path,
                source,
            } => {
                let (path, cause) = (path.display().to_string(), source.to_string());
                let (path, cause) = (path.into(), cause.into());
                if *action == "read" {
                    words.say(message::FailureRead { path, cause }).to_string()
                } else {
                    words.say(message::FailureWrite { path, cause }).to_string()
                }
            }
            Self::Output(source) => {
                let cause = source.to_string().into();
                words.say(message::FailureOutput { cause }).to_string()
            }
            other => other.to_string(),
        }
    }

    /// Whether the reader of the output went away: no reason to complain.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// Why a call failed, in the person's language. In English the daemon's own sentence is shown, and so
/// it is where there are no words for its reason.
pub fn bus_sentence(error: &BusError, words: Words) -> String {
    if words.language() == Language::English {
        return error.to_string();
    }
    match error {
        BusError::Refused {
            reason,
            message,
            details,
        } => words
            .error(*reason, details)
            .unwrap_or_else(|| message.clone()),
        BusError::Unreachable(cause) => words
            .say(message::FailureUnreachable {
                cause: cause.into(),
            })
            .to_string(),
        BusError::Untrusted { uid } => words
            .say(message::FailureUntrusted { uid: (*uid).into() })
            .to_string(),
        BusError::Protocol(cause) => words
            .say(message::FailureProtocol {
                cause: cause.into(),
            })
            .to_string(),
    }
}

fn found(errors: usize, warnings: usize) -> String {
    let count = |number: usize, word: &str| match number {
        1 => format!("1 {word}"),
        number => format!("{number} {word}s"),
    };
    let found = match (errors, warnings) {
        (errors, 0) => count(errors, "error"),
        (0, warnings) => count(warnings, "warning"),
        (errors, warnings) => {
            format!(
                "{} and {}",
                count(errors, "error"),
                count(warnings, "warning")
            )
        }
    };
    format!("{found} found; do what stands at each")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(reason: Reason) -> Failure {
        Failure::Bus(BusError::Refused {
            reason,
            message: String::new(),
            details: Box::default(),
        })
    }

    #[test]
    fn exit_codes_are_as_documented() {
        assert_eq!(refused(Reason::LastMethod).exit_code(), 1);
        assert_eq!(Failure::Usage(String::new()).exit_code(), 2);
        assert_eq!(refused(Reason::WrongCode).exit_code(), 3);
        assert_eq!(Failure::NotVerified(String::new()).exit_code(), 3);
        assert_eq!(
            Failure::Bus(BusError::Unreachable(String::new())).exit_code(),
            4
        );
        assert_eq!(refused(Reason::NotAuthorized).exit_code(), 5);
        assert_eq!(Failure::LogNotVerified(String::new()).exit_code(), 6);
        let findings = |errors, warnings| Failure::Findings { errors, warnings };
        assert_eq!(findings(0, 2).exit_code(), 7);
        assert_eq!(findings(1, 2).exit_code(), 1);
        assert_eq!(
            findings(1, 2).to_string(),
            "1 error and 2 warnings found; do what stands at each"
        );
    }

    #[test]
    fn no_path_reaches_the_terminal_as_more_than_text() {
        let failure = Failure::File {
            action: "read",
            path: "/tmp/\u{1b}]0;x\u{7}\n\u{202e}file".into(),
            source: io::ErrorKind::NotFound.into(),
        };
        assert_eq!(
            failure.to_string(),
            "cannot read /tmp/\u{fffd}]0;x\u{fffd}\u{fffd}\u{fffd}file: entity not found"
        );
    }

    #[test]
    fn json_names_are_the_daemons_where_it_refused() {
        assert_eq!(refused(Reason::LastMethod).name(), "LastMethod");
        assert_eq!(
            Failure::Bus(BusError::Protocol(String::new())).name(),
            "Protocol"
        );
    }
}
