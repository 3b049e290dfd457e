//! The dialogue for challenges of the form `code`, the one that this command presents.

use super::sending::{Sending, Session};
use crate::client::Client;
use secinfo_terminal::failure::Failure;
use secinfo_wire::{Challenge, Error, SentCode};
use secinfo_words::{Words, message};
use zeroize::Zeroizing;

/// A code to ask for, and what was sent to the user for it.
pub(crate) struct CodePrompt<'a> {
    kind: String,
    label: String,
    digits: Option<u32>,
    sending: Option<Sending<'a>>,
}

impl<'a> CodePrompt<'a> {
    /// The prompt for what a method asks in a session.
    ///
    /// # Errors
    /// When it asks in another form. The daemon offers only methods of forms that a client names, and
    /// codes to one that names none.
    pub(crate) fn new(
        challenge: &Challenge,
        kind: &str,
        label: &str,
        session: Session<'a>,
    ) -> Result<Self, Failure> {
        match challenge {
            Challenge::Code {
                digits,
                destination,
            } => Ok(Self {
                kind: kind.to_owned(),
                label: label.to_owned(),
                digits: *digits,
                sending: destination
                    .as_deref()
                    .map(|destination| Sending::new(session, kind, destination)),
            }),
            Challenge::Approval(_) | Challenge::Assertion { .. } | Challenge::Answers { .. } => {
                let form = challenge.form();
                Err(Error::Protocol(format!("a challenge of the form {form}, not code")).into())
            }
        }
    }

    /// Whether codes have to be sent.
    pub(crate) const fn is_sent(&self) -> bool {
        self.sending.is_some()
    }

    /// Has a code sent, if codes have to be sent.
    pub(crate) async fn send(&mut self, client: &Client) -> Result<Option<&SentCode>, Failure> {
        match &mut self.sending {
            Some(sending) => sending.send(client).await.map(Some),
            None => Ok(None),
        }
    }

    /// Reports once that the newest code was not delivered; returns whether it did.
    pub(crate) async fn report_failure(&mut self, client: &Client) -> Result<bool, Failure> {
        match &mut self.sending {
            Some(sending) => sending.report_failure(client).await,
            None => Ok(false),
        }
    }

    /// What to ask the person.
    pub(crate) fn question(&self, words: Words) -> Zeroizing<String> {
        if let Some(sending) = &self.sending {
            return sending.question(words, &self.label);
        }
        let digits = self.digits.unwrap_or(0);
        let question = words.question(&self.kind, digits, &self.label, "").into();
        words.say(message::Question { question })
    }
}
