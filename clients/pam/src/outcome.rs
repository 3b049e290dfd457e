//! The outcome table: what every reply and every failure becomes in PAM. `docs/reference/pam.md`
//! shows it to administrators.
//!
//! `PAM_SUCCESS` and `PAM_IGNORE` come out of one expression each; to let somebody in by accident
//! takes a change there.

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

/// How a sign-in ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The user has shown who they are.
    Granted(Grant),
    /// Nothing is asked of the user, and other modules decide.
    Excused(Excuse),
    /// The user may not sign in.
    Refused(Refusal),
    /// Nothing was decided.
    Failed(Failure),
}

/// How a user showed who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// By a method.
    Verified,
    /// By a method, on this terminal, a short while ago.
    Remembered,
    /// By a break-glass code, while the daemon could not decide.
    BreakGlass,
}

/// Why nothing is asked of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excuse {
    /// Policy does not cover the user here.
    NotCovered,
    /// The user may still put off setting up a method.
    Postponed,
}

/// Why the daemon refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The code does not match.
    WrongCode,
    /// Too many wrong codes in this sign-in.
    TooManyAttempts,
    /// The method is locked for a time.
    Locked,
    /// A method is required, there is none, and none can be set up here.
    NoMethod,
    /// A method had to be set up by now.
    GraceOver,
    /// The first method can be set up only with an access pass.
    AccessPassNeeded,
    /// The user took too long.
    Expired,
    /// Too many codes were sent.
    TooManyCodes,
    /// The user gave up.
    Cancelled,
}

/// Why nothing was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// An argument of the module is not known.
    Argument,
    /// `PAM_USER` is missing, or no account can be called that.
    NoUser,
    /// There is no such user.
    UnknownUser,
    /// The host may not ask about this user.
    NotAuthorized,
    /// The sign-in was over before the answer came.
    SessionOver,
    /// The host did not carry a prompt to the user, or an answer back.
    Conversation,
    /// The daemon could not be asked or could not decide.
    Unavailable(Unavailable),
    /// The daemon could not decide, and the break-glass codes given were wrong.
    WrongBreakGlass,
    /// The daemon could not decide, and the break-glass code given is right but cannot be used up.
    BreakGlassNotUsedUp,
    /// The module itself failed.
    Panic,
}

/// Why the daemon could not be asked or could not decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unavailable {
    /// The bus is not there, or does not let the host in.
    NoBus,
    /// Nobody on the bus has the daemon's name, and the bus cannot start it.
    NoDaemon,
    /// Somebody else has the daemon's name.
    Impostor {
        /// Whose process that is.
        uid: u32,
    },
    /// No reply came in time.
    Hung,
    /// The daemon or the bus went away.
    Lost,
    /// The reply does not have its form, or says something that this version does not know.
    Malformed,
    /// The daemon answered with this error.
    Error(String),
    /// There was no end to the prompts.
    Endless,
}

impl Unavailable {
    /// Whether it is certain that nobody can be verified for now, and not only that this sign-in
    /// went wrong: then a break-glass code is asked for. Whoever can make a single sign-in fail must
    /// not choose that way in.
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

/// Whether the user who was decided on is the one whom the host will let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// `PAM_USER` is now, as it was at the start, the name that was decided on.
    Same,
    /// It is not.
    Changed,
}

/// What `pam_sm_authenticate` returns.
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
            Refusal::WrongCode
            | Refusal::NoMethod
            | Refusal::GraceOver
            | Refusal::AccessPassNeeded
            | Refusal::Expired
            | Refusal::TooManyCodes
            | Refusal::Cancelled => ReturnCode::AuthenticationError,
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

/// What the module remembers of a sign-in until the host ends its PAM session: only ends that let
/// the user on are remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The name that was decided on.
    pub user: String,
    /// Whether the user showed who they are, rather than was not asked.
    pub granted: bool,
}

/// What `pam_sm_acct_mgmt` returns. `PAM_IGNORE` without a decision before lets nobody on whom
/// another module does not let on: it is for hosts that authenticate in another process, and for
/// those that do not ask this module at all.
pub fn account(decision: Option<&Decision>, user: Option<&[u8]>) -> ReturnCode {
    match decision {
        Some(decision) if user != Some(decision.user.as_bytes()) => ReturnCode::PermissionDenied,
        Some(Decision { granted: true, .. }) => ReturnCode::Success,
        Some(Decision { granted: false, .. }) | None => ReturnCode::Ignore,
    }
}

/// What `pam_sm_setcred` returns. There are no credentials to set.
pub fn credentials(decision: Option<&Decision>, user: Option<&[u8]>) -> ReturnCode {
    match decision {
        Some(decision) if user != Some(decision.user.as_bytes()) => ReturnCode::CredentialsError,
        Some(Decision { granted: false, .. }) => ReturnCode::Ignore,
        Some(Decision { granted: true, .. }) | None => ReturnCode::Success,
    }
}

/// What a step asks of the module.
pub enum Action<'s> {
    /// Show this prompt and bring the answer.
    Ask {
        /// All that the user must see.
        prompt: &'s str,
        /// Whether what the user types may be seen.
        echo: bool,
    },
    /// It is over.
    Finish {
        /// How.
        outcome: Outcome,
        /// Whom it is about.
        name: &'s str,
    },
}

/// Reads a step. Every word of it must be known, and everything that belongs to it be there.
///
/// # Errors
/// [`Unavailable::Malformed`] otherwise.
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
        Some(reason::WRONG_CODE) => Refusal::WrongCode,
        Some(reason::TOO_MANY_ATTEMPTS) => Refusal::TooManyAttempts,
        Some(reason::LOCKED) => Refusal::Locked,
        Some(reason::NO_METHOD) => Refusal::NoMethod,
        Some(reason::GRACE_OVER) => Refusal::GraceOver,
        Some(reason::ACCESS_PASS_NEEDED) => Refusal::AccessPassNeeded,
        Some(reason::EXPIRED) => Refusal::Expired,
        Some(reason::TOO_MANY_CODES) => Refusal::TooManyCodes,
        Some(reason::CANCELLED) => Refusal::Cancelled,
        _ => return Err(Unavailable::Malformed),
    })
}

/// What an error of the daemon, by its name on the bus, means when a sign-in starts.
pub fn start_failed(error: &str) -> Failure {
    match Reason::from_error_name(error) {
        Some(Reason::NotFound) => Failure::UnknownUser,
        Some(Reason::NotAuthorized) => Failure::NotAuthorized,
        _ => unavailable(error),
    }
}

/// What an error of the daemon means when a prompt is answered.
pub fn answer_failed(error: &str) -> Failure {
    match Reason::from_error_name(error) {
        Some(Reason::SessionExpired) => Failure::SessionOver,
        Some(Reason::NotAuthorized) => Failure::NotAuthorized,
        // The daemon that was spoken to is there, and the sign-in is not: its time is over.
        None if error == "org.freedesktop.DBus.Error.UnknownObject" => Failure::SessionOver,
        _ => unavailable(error),
    }
}

fn unavailable(error: &str) -> Failure {
    Failure::Unavailable(match error {
        // From the bus: the connection that was spoken to is no longer there.
        "org.freedesktop.DBus.Error.ServiceUnknown"
        | "org.freedesktop.DBus.Error.NameHasNoOwner"
        | "org.freedesktop.DBus.Error.NoReply" => Unavailable::Lost,
        other => Unavailable::Error(other.to_owned()),
    })
}

/// What the user is told about a failure; `None` when there is nothing that they could do.
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
