//! What conversations have in common that the daemon leads prompt by prompt: sign-ins and password resets.

mod lines;
mod wording;

pub(super) use wording::{Wording, is_question, numbered};

use secinfo_channel::SecretText;

/// What comes next.
pub enum Step<E> {
    /// The person is asked.
    Ask(Prompt),
    /// It is over.
    End(E),
}

/// What the person is asked.
pub struct Prompt {
    /// Everything that they must see.
    pub text: SecretText,
    /// Whether what they type is shown.
    pub echo: bool,
}
