//! The outcome table: maps every reply and every failure to a PAM return code.
//! `docs/reference/pam.md` shows it to administrators.
//!
//! For a user who is to be verified, `PAM_SUCCESS` and `PAM_IGNORE` are each returned by one expression, so
//! that only a change there could admit a user by accident.

use secinfo_wire::sign_in::{self, RefusedFor, SignInError};
use std::fmt;

/// The return codes of Linux-PAM (`_pam_types.h`) that this module returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum ReturnCode {
    /// `PAM_SUCCESS`
    Success = 0,
    /// `PAM_SERVICE_ERR`
    ServiceError = 3,
    /// `PAM_SYSTEM_ERR`
    SystemError = 4,
    /// `PAM_PERM_DENIED`
    PermissionDenied = 6,
    /// `PAM_AUTH_ERR`
    AuthenticationError = 7,
    /// `PAM_CRED_INSUFFICIENT`
    CredentialsInsufficient = 8,
    /// `PAM_AUTHINFO_UNAVAIL`
    AuthenticationUnavailable = 9,
    /// `PAM_USER_UNKNOWN`
    UserUnknown = 10,
    /// `PAM_MAXTRIES`
    MaximumTries = 11,
    /// `PAM_CRED_ERR`
    CredentialsError = 17,
    /// `PAM_CONV_ERR`
    ConversationError = 19,
    /// `PAM_IGNORE`
    Ignore = 25,
}

/// The outcome of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The user was verified.
    Granted(Grant),
    /// The user is not asked, and other modules decide.
    Excused(Excuse),
    /// The user may not sign in.
    Refused(RefusedFor),
    /// Nothing was decided.
    Failed(Failure),
}

/// How a user was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// With a method.
    Verified,
    /// With a method, recently on the same terminal.
    Remembered,
    /// With a break-glass code, while the daemon could not decide.
    BreakGlass,
}

/// Why a user is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excuse {
    /// Policy does not cover the user here.
    NotCovered,
    /// The user may still postpone setting up a method.
    Postponed,
}

/// Why nothing was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// An argument of the module is unknown.
    Argument,
    /// `PAM_USER` is missing, or cannot be the name of an account.
    NoUser,
    /// There is no such user.
    UnknownUser,
    /// The host may not ask about this user.
    NotAuthorized,
    /// The sign-in ended before the answer.
    SignInOver,
    /// The host's conversation function failed or is missing.
    Conversation,
    /// The host, or the system, has no descriptor or memory left to ask the daemon.
    NoRoom,
    /// The daemon could not be asked or could not decide.
    Unavailable(Unavailable),
    /// The daemon could not decide, and the break-glass codes given were wrong.
    WrongBreakGlass,
    /// The daemon could not decide, and the break-glass code is right but cannot be used up.
    BreakGlassNotUsedUp,
    /// The module itself failed.
    Panic,
}

/// Why the daemon could not be asked or could not decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unavailable {
    /// There is no daemon, and none is started.
    NoDaemon,
    /// The path of the socket leads through a directory that another user can change.
    UnsafePath,
    /// A process of another user listens on the socket.
    Impostor {
        /// The uid of that process.
        uid: u32,
    },
    /// The reply did not come in time.
    Hung,
    /// The connection to the daemon was lost.
    Lost,
    /// The reply is malformed, or contains an unknown value.
    Malformed,
    /// The daemon replied with this error.
    Error(String),
    /// There were too many prompts.
    Endless,
}

impl Unavailable {
    /// Whether no user can be verified at present, so that a break-glass code is asked for. If only
    /// this sign-in failed, it is not: an attacker who can make one sign-in fail must not be able to
    /// choose that alternative.
    pub fn is_lasting(&self) -> bool {
        match self {
            Self::NoDaemon | Self::UnsafePath | Self::Impostor { .. } | Self::Hung | Self::Lost => {
                true
            }
            Self::Malformed | Self::Endless => false,
            Self::Error(name) => matches!(
                SignInError::from_name(name),
                Some(SignInError::StorageUnavailable | SignInError::ShuttingDown)
            ),
        }
    }
}

impl From<Unavailable> for Failure {
    fn from(why: Unavailable) -> Self {
        Self::Unavailable(why)
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDaemon => f.write_str("secinfod does not run and cannot be started"),
            Self::UnsafePath => f.write_str(
                "the path of secinfod's socket leads through a directory that others can change",
            ),
            Self::Impostor { uid } => write!(
                f,
                "the socket of secinfod belongs to uid {uid}, which is neither root nor its own user"
            ),
            Self::Hung => f.write_str("secinfod did not answer in time"),
            Self::Lost => f.write_str("secinfod went away"),
            Self::Malformed => f.write_str("secinfod answered what this version does not know"),
            Self::Error(name) => write!(f, "secinfod answered {name}"),
            Self::Endless => f.write_str("secinfod asked without end"),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Granted(Grant::Verified) => "a method was proved",
            Self::Granted(Grant::Remembered) => {
                "a method was proved on this terminal a short while ago"
            }
            Self::Granted(Grant::BreakGlass) => "a break-glass code was given",
            Self::Excused(Excuse::NotCovered) => "policy does not cover the user here",
            Self::Excused(Excuse::Postponed) => "setting up a method was put off",
            Self::Refused(reason) => match reason {
                RefusedFor::TooManyAttempts => "too many wrong codes",
                RefusedFor::Locked => "locked",
                RefusedFor::NoMethod => "the user has no method to prove here",
                RefusedFor::GraceOver => "the time to set up a method is over",
                RefusedFor::AccessPassNeeded => "an access pass is needed to set up a method",
                RefusedFor::Expired => "the user took too long",
                RefusedFor::TooManyCodes => "too many codes were sent",
                RefusedFor::Declined => "declined on the phone",
                RefusedFor::Renamed => "the account had another name, which has methods",
            },
            Self::Failed(Failure::Unavailable(why)) => return why.fmt(f),
            Self::Failed(failure) => match failure {
                Failure::Argument => "an argument of the module is not known",
                Failure::NoUser => "there is no name that an account could have",
                Failure::UnknownUser => "there is no such user",
                Failure::NotAuthorized => "this program may not ask about the user",
                Failure::SignInOver => "the sign-in ended before the answer",
                Failure::Conversation => "the program has no answer from the user",
                Failure::NoRoom => "the program has no descriptor or memory left to ask secinfod",
                Failure::WrongBreakGlass => "wrong break-glass codes",
                Failure::BreakGlassNotUsedUp => "the break-glass code cannot be used up",
                Failure::Panic | Failure::Unavailable(_) => "the module failed",
            },
        })
    }
}

/// Whether the decision is about the user whom the host will admit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// `PAM_USER` was at the start, and still is, the name in the decision.
    Same,
    /// It differs.
    Changed,
}

/// The return code of `pam_sm_authenticate`.
pub fn authenticated(outcome: &Outcome, subject: Subject) -> ReturnCode {
    match (outcome, subject) {
        (
            Outcome::Granted(Grant::Verified | Grant::Remembered | Grant::BreakGlass),
            Subject::Same,
        ) => ReturnCode::Success,
        (Outcome::Excused(Excuse::NotCovered | Excuse::Postponed), Subject::Same) => {
            ReturnCode::Ignore
        }
        (Outcome::Granted(_) | Outcome::Excused(_), Subject::Changed) => {
            ReturnCode::AuthenticationError
        }
        (Outcome::Refused(refusal), _) => match refusal {
            RefusedFor::TooManyAttempts | RefusedFor::Locked => ReturnCode::MaximumTries,
            RefusedFor::NoMethod
            | RefusedFor::GraceOver
            | RefusedFor::AccessPassNeeded
            | RefusedFor::Expired
            | RefusedFor::TooManyCodes
            | RefusedFor::Declined
            | RefusedFor::Renamed => ReturnCode::AuthenticationError,
        },
        (Outcome::Failed(failure), _) => match failure {
            Failure::Argument => ReturnCode::ServiceError,
            Failure::NoUser | Failure::UnknownUser => ReturnCode::UserUnknown,
            Failure::NotAuthorized => ReturnCode::CredentialsInsufficient,
            Failure::SignInOver => ReturnCode::AuthenticationError,
            Failure::Conversation => ReturnCode::ConversationError,
            Failure::Unavailable(_) | Failure::BreakGlassNotUsedUp => {
                ReturnCode::AuthenticationUnavailable
            }
            Failure::WrongBreakGlass => ReturnCode::MaximumTries,
            Failure::NoRoom | Failure::Panic => ReturnCode::SystemError,
        },
    }
}

/// The return code of a refusal for sshd, once the user has read why. With any other it would ask for the
/// password again, on the same connection, as if that had been wrong; after `PAM_MAXTRIES` it does not.
pub const fn once_read(code: ReturnCode) -> ReturnCode {
    match code {
        ReturnCode::Success | ReturnCode::Ignore => code,
        _ => ReturnCode::MaximumTries,
    }
}

/// The return code after a password was passed on: the modules after this one decide on it.
pub const fn passed_on() -> ReturnCode {
    ReturnCode::Ignore
}

/// The decision that the module stores in the host's PAM session for the later phases. Refusals are
/// not stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The name of the user.
    pub user: String,
    /// Whether the user was verified, rather than not asked.
    pub granted: bool,
}

/// The return code of `pam_sm_acct_mgmt`. Without an earlier decision it is `PAM_IGNORE`, which
/// admits nobody unless another module does: some hosts authenticate in another process, or do not
/// authenticate with this module at all.
pub fn account(decision: Option<&Decision>, user: Option<&[u8]>) -> ReturnCode {
    match decision {
        Some(decision) if user != Some(decision.user.as_bytes()) => ReturnCode::PermissionDenied,
        Some(Decision { granted: true, .. }) => ReturnCode::Success,
        Some(Decision { granted: false, .. }) | None => ReturnCode::Ignore,
    }
}

/// The return code of `pam_sm_setcred`. There are no credentials to set.
pub fn credentials(decision: Option<&Decision>, user: Option<&[u8]>) -> ReturnCode {
    match decision {
        Some(decision) if user != Some(decision.user.as_bytes()) => ReturnCode::CredentialsError,
        Some(Decision { granted: false, .. }) => ReturnCode::Ignore,
        Some(Decision { granted: true, .. }) | None => ReturnCode::Success,
    }
}

/// The outcome of what the daemon decided.
pub const fn decided(outcome: sign_in::Outcome) -> Outcome {
    match outcome {
        sign_in::Outcome::Verified => Outcome::Granted(Grant::Verified),
        sign_in::Outcome::Remembered => Outcome::Granted(Grant::Remembered),
        sign_in::Outcome::NotCovered(_) => Outcome::Excused(Excuse::NotCovered),
        sign_in::Outcome::Postponed => Outcome::Excused(Excuse::Postponed),
        sign_in::Outcome::Refused(reason) => Outcome::Refused(reason),
    }
}

/// The failure for an error that the daemon returns.
pub fn refused(error: &str) -> Failure {
    match SignInError::from_name(error) {
        Some(SignInError::UserNotFound) => Failure::UnknownUser,
        Some(SignInError::NotAuthorized) => Failure::NotAuthorized,
        Some(SignInError::NoSignIn) => Failure::SignInOver,
        _ => Unavailable::Error(error.to_owned()).into(),
    }
}

#[cfg(test)]
mod tests;
