//! What is asked in a dialogue: a code, or answers to questions.

use super::answers::{self, Shown};
use super::sending::{Sending, Session};
use crate::client::Client;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;
use secinfo_wire::{Challenge, Error, Response, SentCode};
use secinfo_words::{Words, message};
use zeroize::Zeroizing;

/// A code or answers to ask for, and what was sent to the user for it.
pub(crate) struct Prompt<'a> {
    kind: String,
    label: String,
    digits: Option<u32>,
    sending: Option<Sending<'a>>,
    /// None where a code is asked for.
    questions: Vec<String>,
}

/// What was typed at a prompt.
pub(crate) enum Typed {
    /// Nothing.
    Nothing,
    /// That another method is to be asked.
    Another,
    /// A response.
    Response(Response),
}

impl<'a> Prompt<'a> {
    /// The prompt for what a method asks in a session.
    ///
    /// # Errors
    /// When it asks in another form. The daemon offers only methods of forms that a client names.
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
                questions: Vec::new(),
            }),
            Challenge::Answers { questions } => Ok(Self {
                kind: kind.to_owned(),
                label: label.to_owned(),
                digits: None,
                sending: None,
                questions: questions.clone(),
            }),
            Challenge::Approval(_) | Challenge::Assertion { .. } => {
                let form = challenge.form();
                let what = "that was not offered";
                Err(Error::Protocol(format!("a challenge of the form {form}, {what}")).into())
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

    /// Whether questions are answered, of which others are asked after a wrong answer.
    pub(crate) const fn asks_questions(&self) -> bool {
        !self.questions.is_empty()
    }

    /// Asks the person; none at the end of input.
    pub(crate) fn ask(&self, screen: &Screen) -> Result<Option<Typed>, Failure> {
        let question = match self.questions.first() {
            Some(first) => answers::ask(screen, first, Shown::No)?,
            None => screen.ask(&self.question(screen.words))?,
        };
        let Some(first) = question else {
            return Ok(None);
        };
        Ok(match (first.as_str(), self.questions.split_first()) {
            ("", _) => Some(Typed::Nothing),
            ("?", _) => Some(Typed::Another),
            (code, None) => Some(Typed::Response(Response::code(code))),
            (first, Some((_, others))) => {
                let others = answers::ask_all(screen, others, Shown::No)?;
                others.map(|others| Typed::Response(with_first(first, others)))
            }
        })
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

/// These answers behind the first one.
fn with_first(first: &str, others: Response) -> Response {
    match others {
        Response::Answers(mut answers) => {
            answers.insert(0, first.into());
            Response::Answers(answers)
        }
        other => other,
    }
}
