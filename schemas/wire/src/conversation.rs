//! A conversation on the socket, which the daemon leads and a client relays: prompts and answers, until
//! there is a decision. Sign-ins and password resets are such conversations.

use crate::varlink::words;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use zeroize::{Zeroize, Zeroizing};

/// The longest message, in bytes, with the NUL behind it.
pub const LONGEST_MESSAGE: usize = 64 * 1024;

words! {
    /// What prompts are shown on.
    Display {
        /// A terminal: a prompt may have several lines.
        Terminal,
        /// A field of one line, as in a graphical greeter: nothing is set up there.
        Line,
        /// A field of one line that shows ASCII alone, as Cockpit's: other letters are written in it.
        Plain,
    }
}

impl Display {
    /// Whether it shows no more than one line.
    pub const fn is_one_line(self) -> bool {
        match self {
            Self::Terminal => false,
            Self::Line | Self::Plain => true,
        }
    }
}

/// The parameters of `Answer`.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Answer<'a> {
    /// What the user typed. Only JSON's escapes make it a copy.
    #[serde(borrow)]
    answer: Cow<'a, str>,
    /// Whether it is the password that the user has just typed as a first factor. In a reset there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_password: Option<bool>,
}

impl<'a> Answer<'a> {
    /// This answer.
    pub const fn new(answer: &'a str) -> Self {
        Self {
            answer: Cow::Borrowed(answer),
            is_password: None,
        }
    }

    /// The same, which is the password that the user has just typed.
    #[must_use]
    pub const fn which_is_password(mut self) -> Self {
        self.is_password = Some(true);
        self
    }

    /// What the user typed.
    pub fn as_str(&self) -> &str {
        &self.answer
    }
}

impl Drop for Answer<'_> {
    fn drop(&mut self) {
        if let Cow::Owned(answer) = &mut self.answer {
            answer.zeroize();
        }
    }
}

/// What comes next.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(
    try_from = "StepFields<D>",
    into = "StepFields<D>",
    bound(
        deserialize = "D: Deserialize<'de>",
        serialize = "D: Clone + Serialize"
    )
)]
pub enum Step<D> {
    /// The user is asked.
    Ask(Prompt),
    /// The conversation has ended.
    End(D),
}

/// What the user is asked. The text can hold a secret, the key that is being set up: it is overwritten
/// after use, and not printed.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Prompt {
    /// All that they must see.
    pub text: Zeroizing<String>,
    /// Whether what they type may be seen.
    pub echo: bool,
}

/// A step as it is written: Varlink knows no choice between two structures.
#[derive(Deserialize, Serialize)]
#[serde(bound(deserialize = "D: Deserialize<'de>"))]
struct StepFields<D> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prompt: Option<Prompt>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    decision: Option<D>,
}

/// What is returned is not a step, or not a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the fields contradict each other")]
pub(crate) struct Contradiction;

impl<D> From<Step<D>> for StepFields<D> {
    fn from(step: Step<D>) -> Self {
        let (prompt, decision) = match step {
            Step::Ask(prompt) => (Some(prompt), None),
            Step::End(decision) => (None, Some(decision)),
        };
        Self { prompt, decision }
    }
}

impl<D> TryFrom<StepFields<D>> for Step<D> {
    type Error = Contradiction;

    fn try_from(fields: StepFields<D>) -> Result<Self, Contradiction> {
        match (fields.prompt, fields.decision) {
            (Some(prompt), None) => Ok(Self::Ask(prompt)),
            (None, Some(decision)) => Ok(Self::End(decision)),
            _ => Err(Contradiction),
        }
    }
}
