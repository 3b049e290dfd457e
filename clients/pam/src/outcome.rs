//! The outcome table: maps every reply and every failure to a PAM return code.
//! `docs/reference/pam.md` shows it to administrators.
//!
//! `PAM_SUCCESS` and `PAM_IGNORE` are each returned by one expression, so that only a change there
//! could admit a user by accident.

use secinfo_wire::names::sign_in::{outcome, reason, why};
use secinfo_wire::{Reason, SignInStep};
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
    Refused(Refusal),
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

/// Why the daemon refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Too many wrong codes in this sign-in.
    TooManyAttempts,
    /// The method is temporarily locked.
    Locked,
    /// A method is required, there is none, and none can be set up here.
    NoMethod,
    /// The grace period for setting up a method is over.
    GraceOver,
    /// The first method can be set up only with an access pass.
    AccessPassNeeded,
    /// The user took too long.
    Expired,
    /// Too many codes were sent.
    TooManyCodes,
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
    /// The sign-in expired before the answer.
    SessionOver,
    /// The host's conversation function failed or is missing.
    Conversation,
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
    /// The bus does not exist or refuses the connection.
    NoBus,
    /// The daemon is not on the bus, and the bus cannot start it.
    NoDaemon,
    /// A process of another user owns the daemon's name.
    Impostor {
        /// The uid of that process.
        uid: u32,
    },
    /// The reply did not come in time.
    Hung,
    /// The connection to the daemon or the bus was lost.
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
            Self::NoBus | Self::NoDaemon | Self::Impostor { .. } | Self::Hung | Self::Lost => true,
            Self::Malformed | Self::Endless => false,
            Self::Error(name) => matches!(
                Reason::from_error_name(name),
                Some(Reason::StorageUnavailable | Reason::ShuttingDown)
            ),
        }
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBus => f.write_str("the system bus cannot be reached"),
            Self::NoDaemon => f.write_str("secinfod does not run and cannot be started"),
            Self::Impostor { uid } => write!(
                f,
                "the name of secinfod is held by uid {uid}, which is neither root nor its own user"
            ),
            Self::Hung => f.write_str("secinfod did not answer in time"),
            Self::Lost => f.write_str("secinfod or the bus went away"),
            Self::Malformed => f.write_str("secinfod answered what this version does not know"),
            Self::Error(name) => write!(f, "secinfod answered {name}"),
            Self::Endless => f.write_str("secinfod asked without end"),
        }
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
            Refusal::TooManyAttempts | Refusal::Locked => ReturnCode::MaximumTries,
            Refusal::NoMethod
            | Refusal::GraceOver
            | Refusal::AccessPassNeeded
            | Refusal::Expired
            | Refusal::TooManyCodes => ReturnCode::AuthenticationError,
        },
        (Outcome::Failed(failure), _) => match failure {
            Failure::Argument => ReturnCode::ServiceError,
            Failure::NoUser | Failure::UnknownUser => ReturnCode::UserUnknown,
            Failure::NotAuthorized => ReturnCode::CredentialsInsufficient,
            Failure::SessionOver => ReturnCode::AuthenticationError,
            Failure::Conversation => ReturnCode::ConversationError,
            Failure::Unavailable(_) | Failure::BreakGlassNotUsedUp => {
                ReturnCode::AuthenticationUnavailable
            }
            Failure::WrongBreakGlass => ReturnCode::MaximumTries,
            Failure::Panic => ReturnCode::SystemError,
        },
    }
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

/// What a step tells the module to do.
pub enum Action<'s> {
    /// Show a prompt and return the answer.
    Ask {
        /// The whole text to show.
        prompt: &'s str,
        /// Whether the answer may be visible.
        echo: bool,
    },
    /// Finish the sign-in.
    Finish {
        /// Its outcome.
        outcome: Outcome,
        /// The user's name.
        name: &'s str,
    },
}

/// Parses a step.
///
/// # Errors
/// [`Unavailable::Malformed`], if a value is unknown or missing.
pub fn action(step: &SignInStep) -> Result<Action<'_>, Unavailable> {
    if step.outcome == outcome::ASK {
        let (Some(prompt), Some(echo)) = (&step.prompt, step.echo) else {
            return Err(Unavailable::Malformed);
        };
        return Ok(Action::Ask { prompt, echo });
    }
    let name = step.name.as_deref().ok_or(Unavailable::Malformed)?;
    let outcome = match step.outcome.as_str() {
        outcome::VERIFIED => Outcome::Granted(Grant::Verified),
        outcome::REMEMBERED => Outcome::Granted(Grant::Remembered),
        outcome::NOT_COVERED if is_known_exemption(step.why.as_deref()) => {
            Outcome::Excused(Excuse::NotCovered)
        }
        outcome::POSTPONED => Outcome::Excused(Excuse::Postponed),
        outcome::REFUSED => Outcome::Refused(refusal(step.reason.as_deref())?),
        _ => return Err(Unavailable::Malformed),
    };
    Ok(Action::Finish { outcome, name })
}

fn is_known_exemption(name: Option<&str>) -> bool {
    matches!(
        name,
        Some(why::OFF | why::EXEMPT_GROUP | why::EXEMPT_NETWORK | why::NOTHING_ENROLLED)
    )
}

fn refusal(name: Option<&str>) -> Result<Refusal, Unavailable> {
    Ok(match name {
        Some(reason::TOO_MANY_ATTEMPTS) => Refusal::TooManyAttempts,
        Some(reason::LOCKED) => Refusal::Locked,
        Some(reason::NO_METHOD) => Refusal::NoMethod,
        Some(reason::GRACE_OVER) => Refusal::GraceOver,
        Some(reason::ACCESS_PASS_NEEDED) => Refusal::AccessPassNeeded,
        Some(reason::EXPIRED) => Refusal::Expired,
        Some(reason::TOO_MANY_CODES) => Refusal::TooManyCodes,
        _ => return Err(Unavailable::Malformed),
    })
}

/// The failure for an error that the daemon returns when a sign-in starts.
pub fn start_failed(error: &str) -> Failure {
    match Reason::from_error_name(error) {
        Some(Reason::NotFound) => Failure::UnknownUser,
        Some(Reason::NotAuthorized) => Failure::NotAuthorized,
        _ => unavailable(error),
    }
}

/// The failure for an error that the daemon returns to an answer.
pub fn answer_failed(error: &str) -> Failure {
    match Reason::from_error_name(error) {
        Some(Reason::SessionExpired) => Failure::SessionOver,
        Some(Reason::NotAuthorized) => Failure::NotAuthorized,
        // The daemon is still there, but the sign-in is not: it has expired.
        None if error == "org.freedesktop.DBus.Error.UnknownObject" => Failure::SessionOver,
        _ => unavailable(error),
    }
}

fn unavailable(error: &str) -> Failure {
    Failure::Unavailable(match error {
        // From the bus: the daemon's connection has gone.
        "org.freedesktop.DBus.Error.ServiceUnknown"
        | "org.freedesktop.DBus.Error.NameHasNoOwner"
        | "org.freedesktop.DBus.Error.NoReply" => Unavailable::Lost,
        other => Unavailable::Error(other.to_owned()),
    })
}

/// The message to the user about a failure; `None` if the user cannot do anything about it.
pub fn user_message(failure: &Failure) -> Option<&'static str> {
    match failure {
        Failure::Argument => {
            Some("Sign-in is set up wrongly on this host: tell the administrator.")
        }
        Failure::NotAuthorized => Some(
            "This program may not verify you: sign in in another way, or tell the administrator.",
        ),
        Failure::SessionOver => Some("That took too long: sign in again."),
        Failure::Unavailable(_) => Some(
            "You cannot be verified now because secinfod cannot decide: tell the administrator.",
        ),
        Failure::WrongBreakGlass => {
            Some("None of these codes is right: look for the right one, then sign in again.")
        }
        Failure::BreakGlassNotUsedUp => Some(
            "That code is right but cannot be used up here, because the directory of the break-glass codes cannot be written: start the host in rescue mode.",
        ),
        Failure::NoUser | Failure::UnknownUser | Failure::Conversation | Failure::Panic => None,
    }
}

#[cfg(test)]
mod tests;
