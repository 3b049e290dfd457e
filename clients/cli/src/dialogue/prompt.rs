//! What is asked in a dialogue: a code, answers to questions, or a security key.

use super::answers::{self, Shown};
use super::security_key::{Answered, KeyDialogue};
use super::sending::{Sending, Session};
use crate::client::Client;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;
use secinfo_wire::{Challenge, Error, Response, SentCode};
use secinfo_words::{Words, message};
use zeroize::Zeroizing;

/// What to ask for, and what was sent to the user for it.
pub(crate) struct Prompt<'a> {
    kind: String,
    label: String,
    digits: Option<u32>,
    sending: Option<Sending<'a>>,
    /// None where something else is asked for.
    questions: Vec<String>,
    /// What a security key is asked; none where something else is.
    key: Option<Challenge>,
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
        let empty = Self {
            kind: kind.to_owned(),
            label: label.to_owned(),
            digits: None,
            sending: None,
            questions: Vec::new(),
            key: None,
        };
        match challenge {
            Challenge::Code {
                digits,
                destination,
            } => Ok(Self {
                digits: *digits,
                sending: destination
                    .as_deref()
                    .map(|destination| Sending::new(session, kind, destination)),
                ..empty
            }),
            Challenge::Answers { questions } => Ok(Self {
                questions: questions.clone(),
                ..empty
            }),
            Challenge::Assertion { .. } => Ok(Self {
                key: Some(challenge.clone()),
                ..empty
            }),
            Challenge::Approval(_) => {
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

    /// Whether Enter alone answers, so that another method is asked for by a mark.
    pub(crate) const fn takes_nothing(&self) -> bool {
        self.is_sent() || self.key.is_some()
    }

    /// Whether each answer is to something else, so that it is asked anew after a wrong one.
    pub(crate) const fn is_asked_anew(&self) -> bool {
        self.asks_questions() || self.key.is_some()
    }

    /// Asks the person; none at the end of input.
    pub(crate) fn ask(&self, screen: &Screen) -> Result<Option<Typed>, Failure> {
        if let Some(challenge) = &self.key {
            let touch = screen.words.say(message::ProofKeyTouch);
            let answered = KeyDialogue::new(screen).sign(challenge, &self.label, &touch)?;
            return Ok(match answered {
                Answered::Signed(response) => Some(Typed::Response(response)),
                Answered::Another => Some(Typed::Another),
                Answered::Nothing => None,
            });
        }
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
