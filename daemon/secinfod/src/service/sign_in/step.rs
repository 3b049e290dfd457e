//! What a sign-in answers: the next prompt, or how it ended.

use crate::service::conversation::{self, Wording};
use crate::wire_names::WireName;
use secinfo_channel::SecretText;
use secinfo_wire::names::sign_in::{outcome, reason};
pub use secinfo_wire::sign_in::RefusedFor;

/// What comes next.
pub type Step = conversation::Step<End>;

/// How a sign-in ended.
pub struct End {
    /// What was decided.
    pub outcome: Outcome,
    /// Sentences for the person.
    pub messages: Vec<SecretText>,
    /// Why they are refused, as a last prompt; none where they are not.
    pub last_prompt: Option<SecretText>,
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The user proved a method.
    Verified,
    /// The terminal is remembered.
    Remembered,
    /// Policy does not ask the user here.
    NotCovered(secinfo_domain::NotCovered),
    /// The user put off setting up what is required, and may.
    Postponed,
    /// The user is not let in.
    Refused(RefusedFor),
}

impl WireName for RefusedFor {
    fn wire_name(self) -> &'static str {
        match self {
            Self::TooManyAttempts => reason::TOO_MANY_ATTEMPTS,
            Self::Locked => reason::LOCKED,
            Self::NoMethod => reason::NO_METHOD,
            Self::GraceOver => reason::GRACE_OVER,
            Self::AccessPassNeeded => reason::ACCESS_PASS_NEEDED,
            Self::Expired => reason::EXPIRED,
            Self::TooManyCodes => reason::TOO_MANY_CODES,
            Self::Declined => reason::DECLINED,
            Self::Renamed => reason::RENAMED,
        }
    }
}

impl WireName for Outcome {
    fn wire_name(self) -> &'static str {
        match self {
            Self::Verified => outcome::VERIFIED,
            Self::Remembered => outcome::REMEMBERED,
            Self::NotCovered(_) => outcome::NOT_COVERED,
            Self::Postponed => outcome::POSTPONED,
            Self::Refused(_) => outcome::REFUSED,
        }
    }
}

impl Step {
    pub(super) const fn end(outcome: Outcome, messages: Vec<SecretText>) -> Self {
        Self::End(End {
            outcome,
            messages,
            last_prompt: None,
        })
    }

    pub(super) fn refused(why: RefusedFor, message: SecretText) -> Self {
        Self::end(Outcome::Refused(why), vec![message])
    }

    /// The step with why the person is refused in a last prompt as well, for programs that show messages only
    /// with a prompt, as OpenSSH does.
    pub(super) fn with_last_prompt(mut self, words: &Wording) -> Self {
        if let Self::End(end) = &mut self
            && matches!(end.outcome, Outcome::Refused(_))
        {
            end.last_prompt = words.last_prompt(&end.messages);
        }
        self
    }
}
