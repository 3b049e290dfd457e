//! What is asked in a dialogue: a code, answers to questions, a security key, or approval on a phone.

use super::answers::{self, Shown};
use super::security_key::{Answered, KeyDialogue};
use super::sending::{Sending, Session};
use crate::client::Client;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;
use secinfo_wire::names::kind;
use secinfo_wire::{
    Approval, AskableMethod, Challenge, Error, OwnedObjectPath, Response, SentCode,
};
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
    /// What is asked on a phone; none where something else is.
    phone: Option<Phone>,
}

/// What is asked on a phone.
struct Phone {
    approval: Approval,
    /// The app whose codes are taken in place of those that the phone shows, and how many digits they have.
    app: Option<(OwnedObjectPath, u32)>,
}

/// What was typed at a prompt.
pub(crate) enum Typed {
    /// Nothing.
    Nothing,
    /// That another method is to be asked.
    Another,
    /// A code of this app, at the prompt of a phone.
    OfApp(OwnedObjectPath, Response),
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
            phone: None,
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
            Challenge::Approval(Approval::Register) => {
                let what = "a phone that is to register, where none is added";
                Err(Error::Protocol(what.to_owned()).into())
            }
            Challenge::Approval(approval) => Ok(Self {
                phone: Some(Phone {
                    approval: approval.clone(),
                    app: None,
                }),
                ..empty
            }),
        }
    }

    /// The kind of the method that is asked.
    pub(crate) fn kind(&self) -> &str {
        &self.kind
    }

    /// Whether a phone is asked.
    pub(crate) const fn asks_phone(&self) -> bool {
        self.phone.is_some()
    }

    /// Takes codes of an app too where a phone is asked, if one of these methods is an app whose codes cannot
    /// be mistaken for those of the phone.
    pub(crate) fn take_codes_of_app(&mut self, methods: &[AskableMethod]) {
        let Some(phone) = &mut self.phone else {
            return;
        };
        let Approval::Type { digits: shown } = phone.approval else {
            return;
        };
        phone.app = methods.iter().find_map(|method| {
            let digits = method.hint.digits.filter(|digits| *digits != shown)?;
            (method.kind == kind::AUTHENTICATOR_APP).then(|| (method.method.clone(), digits))
        });
    }

    /// What to do before the prompt is answered; none where the prompt says it.
    pub(crate) fn guidance(&self, words: Words) -> Option<Zeroizing<String>> {
        let Phone { approval, app } = self.phone.as_ref()?;
        Some(match approval {
            Approval::Choose { number } => words.say(message::ProofPhoneNumber {
                number: number.into(),
            }),
            Approval::Type { digits } => words.say(message::ProofPhone {
                digits: (*digits).into(),
                has_app: app.is_some(),
                app_digits: app.as_ref().map_or(0, |(_, digits)| *digits).into(),
            }),
            Approval::Register => return None,
        })
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
        self.is_sent() || self.key.is_some() || self.phone.is_some()
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
            ("", _) if self.is_chosen_on_phone() => Some(Typed::Response(Response::Wait)),
            ("", _) => Some(Typed::Nothing),
            ("?", _) => Some(Typed::Another),
            (code, None) if let Some(app) = self.app_of(code) => {
                Some(Typed::OfApp(app, Response::code(code)))
            }
            (code, None) => Some(Typed::Response(Response::code(code))),
            (first, Some((_, others))) => {
                let others = answers::ask_all(screen, others, Shown::No)?;
                others.map(|others| Typed::Response(with_first(first, others)))
            }
        })
    }

    /// Whether a number is chosen on the phone, and no code typed that it shows.
    const fn is_chosen_on_phone(&self) -> bool {
        matches!(
            self.phone,
            Some(Phone {
                approval: Approval::Choose { .. },
                ..
            })
        )
    }

    /// The app that such a code is of, where a phone is asked.
    fn app_of(&self, code: &str) -> Option<OwnedObjectPath> {
        let (app, digits) = self.phone.as_ref()?.app.as_ref()?;
        let typed = secinfo_typed::digits(code)?.len();
        (u32::try_from(typed) == Ok(*digits)).then(|| app.clone())
    }

    /// What to ask the person.
    pub(crate) fn question(&self, words: Words) -> Zeroizing<String> {
        if let Some(sending) = &self.sending {
            return sending.question(words, &self.label);
        }
        let digits = match &self.phone {
            Some(Phone {
                approval: Approval::Choose { number },
                ..
            }) => {
                return words.say(message::ProofPhoneChosen {
                    number: number.into(),
                });
            }
            Some(Phone {
                approval: Approval::Type { digits },
                ..
            }) => *digits,
            _ => self.digits.unwrap_or(0),
        };
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
