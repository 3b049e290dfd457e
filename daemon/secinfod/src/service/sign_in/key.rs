//! Asking for a security key that is plugged into the host.

use super::conversation::{KeyStage, Stage, Turn};
use super::step::{RefusedFor, Step};
use crate::core::{Core, Person, ServiceError};
use crate::messages::Part;
use crate::methods::security_key::method_with_credential;
use crate::service::Candidate;
use crate::service::conversation::is_question;
use crate::service::security_keys::{Asked, Undone};
use secinfo_channel::SecretText;
use secinfo_domain::{Kind, MethodId, Refusal};
use secinfo_wire::key::{Failure, Found, Pin, Verification};
use secinfo_wire::{Challenge, Form, Response};

/// How many wrong PINs end the method in one sign-in; on a display of one line, which shows no more than the
/// newest, one does.
const MOST_WRONG: u8 = 2;
const MOST_WRONG_ON_A_LINE: u8 = 1;

impl Turn<'_> {
    /// Finds a key of the user's, and asks for what verifies them on it.
    pub(super) async fn ask_key(
        &mut self,
        method: MethodId,
        note: Option<&SecretText>,
    ) -> Result<Step, ServiceError> {
        if !(self.sign_in.is_at_host)() {
            return self.instead_of_elsewhere();
        }
        let asked = self.key_asked(method)?;
        match self.parts.keys.find(asked).await {
            Ok(found) => self.ask_pin(&found, note),
            Err(Undone::Key(Failure::NoKey)) => self.ask_to_plug_in(note),
            Err(Undone::Key(
                failure @ (Failure::NotTheirs
                | Failure::Busy
                | Failure::Unplugged
                | Failure::NotAnswering),
            )) => {
                let why = self.key_sentence(failure);
                self.ask_to_plug_in(Some(note.unwrap_or(&why)))
            }
            Err(undone) => self.instead_of_key(&undone),
        }
    }

    /// What the user's keys are asked now. What they were asked before is not taken any more.
    fn key_asked(&self, method: MethodId) -> Result<Asked, ServiceError> {
        let verification = self.verification()?;
        let asked = self
            .parts
            .verifications
            .change_method(verification, method)?;
        let Challenge::Assertion {
            options,
            further_options,
            known,
        } = asked.challenge
        else {
            let form = asked.challenge.form();
            let text = format!("a security key asks in the form {form}");
            return Err(ServiceError::Internal(text));
        };
        Ok(Asked {
            options: std::iter::once(options).chain(further_options).collect(),
            known,
            account: self.sign_in.account,
        })
    }

    fn ask_pin(&mut self, found: &Found, note: Option<&SecretText>) -> Result<Step, ServiceError> {
        let asked = self.key_found(found)?;
        self.ask_to_verify(&asked, found.reads_fingerprints, note)
    }

    /// Asks for what verifies the user on a key that was found.
    fn ask_to_verify(
        &mut self,
        asked: &Candidate,
        reads_fingerprints: bool,
        note: Option<&SecretText>,
    ) -> Result<Step, ServiceError> {
        let (others, words) = (self.other_ways()?, &self.sign_in.words);
        self.talk.stage = Stage::Key(KeyStage {
            is_found: true,
            reads_fingerprints,
        });
        let parts = [
            ("way", Part::Text(&words.way(asked))),
            ("others", Part::Whether(others)),
        ];
        let id = if reads_fingerprints {
            "prompt-key-finger"
        } else {
            "prompt-key"
        };
        Ok(words.ask(note, &words.say_with(id, &parts), false))
    }

    fn ask_to_plug_in(&mut self, note: Option<&SecretText>) -> Result<Step, ServiceError> {
        let (others, words) = (self.other_ways()?, &self.sign_in.words);
        self.talk.stage = Stage::Key(KeyStage {
            is_found: false,
            reads_fingerprints: false,
        });
        let parts = [("others", Part::Whether(others))];
        let prompt = words.say_with("prompt-key-plug", &parts);
        // A PIN that is typed too early is not shown either.
        Ok(words.ask(note, &prompt, false))
    }

    /// Whether another way than a key can be asked.
    fn other_ways(&self) -> Result<bool, ServiceError> {
        Ok(!self.others()?.is_empty())
    }

    /// The method of the key that was found, which is the one that is asked from now on.
    fn key_found(&self, found: &Found) -> Result<Candidate, ServiceError> {
        let core = &self.parts.core;
        let id = found.credential.as_deref().unwrap_or_default();
        let verification = self.verification()?;
        let state = core.state();
        let user = state.user(self.sign_in.person.id);
        let methods = user.map_or(&[][..], |user| user.methods());
        let held = method_with_credential(core, methods, id);
        let way = self.way(held.unwrap_or_else(|| verification.asked()))?;
        verification.ask(way.method);
        Ok(way)
    }

    fn way(&self, method: MethodId) -> Result<Candidate, ServiceError> {
        let ways = self.parts.verifications.methods(self.verification()?)?;
        let way = ways.into_iter().find(|way| way.method == method);
        way.ok_or(ServiceError::NoMethod)
    }

    /// What was typed where a key is asked for.
    pub(super) async fn on_key(
        &mut self,
        stage: KeyStage,
        typed: &str,
    ) -> Result<Step, ServiceError> {
        let method = self.verification()?.asked();
        let words = &self.sign_in.words;
        if is_question(typed.trim()) {
            if self.others()?.is_empty() {
                let note = words.say("note-no-other");
                return self.ask_key(method, Some(&note)).await;
            }
            return self.list_ways(None, true);
        }
        let verification = match typed {
            _ if !stage.is_found => return self.ask_key(method, None).await,
            "" if stage.reads_fingerprints => Verification::Fingerprint,
            "" => return self.ask_key(method, None).await,
            typed => match Pin::parse(typed) {
                Ok(pin) => Verification::Pin(pin),
                // A program that gives the password to every prompt must spend no tries.
                Err(_) if self.session.count_wrong() => return Ok(self.too_many_attempts()),
                Err(_) => {
                    let note = words.say("key-pin-unfit");
                    return self.ask_key(method, Some(&note)).await;
                }
            },
        };
        // Whom the prompt was shown may have left meanwhile.
        if !(self.sign_in.is_at_host)() {
            return self.instead_of_elsewhere();
        }
        if let Err(error) = self.parts.verifications.would_hear(self.verification()?) {
            return self.instead_of_assertion(error);
        }
        let asked = self.key_asked(method)?;
        match self.parts.keys.sign(asked, verification).await {
            Ok(json) => self.on_signed(&json).await,
            Err(Undone::Key(failure)) => self.after_failure(method, stage, failure).await,
            Err(undone) => self.instead_of_key(&undone),
        }
    }

    async fn on_signed(&mut self, json: &str) -> Result<Step, ServiceError> {
        if !(self.sign_in.is_at_host)() {
            return self.instead_of_elsewhere();
        }
        let response = Response::Assertion(json.to_owned());
        let verification = self.verification()?;
        let answered = self.parts.verifications.answer(verification, &response);
        let note = match answered.await {
            Ok(proven) => return self.proved(&proven).await,
            Err(ServiceError::WrongAssertion) => "error-WrongAssertion",
            Err(ServiceError::UserVerificationMissing) => "error-UserVerificationMissing",
            Err(ServiceError::CounterNotIncreased) => "error-CounterNotIncreased",
            Err(ServiceError::KeyNotAllowed(_)) => "error-KeyNotAllowed",
            Err(error) => return self.instead_of_assertion(error),
        };
        if self.session.count_wrong() {
            return Ok(self.too_many_attempts());
        }
        let note = self.sign_in.words.say(note);
        self.instead(&note, RefusedFor::TooManyAttempts, note.clone())
    }

    /// Offers the other ways where a key would not be heard.
    fn instead_of_assertion(&mut self, error: ServiceError) -> Result<Step, ServiceError> {
        match error {
            ServiceError::Refused(Refusal::TooSoon { until } | Refusal::TooOften { until }) => {
                let note = self.sign_in.words.say_until("note-slow", until);
                self.instead(&note, RefusedFor::TooManyAttempts, note.clone())
            }
            error => self.instead_of_answer(error),
        }
    }

    async fn after_failure(
        &mut self,
        method: MethodId,
        stage: KeyStage,
        failure: Failure,
    ) -> Result<Step, ServiceError> {
        let note = self.key_sentence(failure);
        match failure {
            Failure::WrongPin { .. } | Failure::WrongFinger => {
                self.talk.wrong_on_keys = self.talk.wrong_on_keys.saturating_add(1);
                if matches!(failure, Failure::WrongPin { .. }) {
                    let verifications = &self.parts.verifications;
                    match verifications.count_wrong_pin(self.verification()?).await {
                        Ok(None) => {}
                        Ok(Some(until)) => return self.instead_of_locked(until),
                        Err(error) => return self.instead_of_assertion(error),
                    }
                }
                if self.session.count_wrong() {
                    return Ok(self.too_many_attempts());
                }
                if self.talk.wrong_on_keys >= self.most_wrong() {
                    return self.instead(&note, RefusedFor::TooManyAttempts, note.clone());
                }
                self.ask_key(method, Some(&note)).await
            }
            Failure::NoKey
            | Failure::NotTheirs
            | Failure::Replug
            | Failure::Busy
            | Failure::Unplugged
            | Failure::NotAnswering => self.ask_key(method, Some(&note)).await,
            // To look for it again as well could take longer than a PAM module waits.
            Failure::NotTouched => {
                let way = self.way(method)?;
                self.ask_to_verify(&way, stage.reads_fingerprints, Some(&note))
            }
            failure => self.instead_of_key(&Undone::Key(failure)),
        }
    }

    /// Offers the other ways where the key, or what talks to it, is of no use now.
    fn instead_of_key(&mut self, undone: &Undone) -> Result<Step, ServiceError> {
        let note = match undone {
            Undone::Key(failure) => self.key_sentence(*failure),
            Undone::Helper(_) => {
                tracing::error!(error = %undone, "a security key could not be asked");
                self.sign_in.words.say("key-fault")
            }
        };
        self.instead(&note, RefusedFor::NoMethod, note.clone())
    }

    /// Whether a key can be asked in this sign-in.
    pub(super) fn may_ask_keys(&self) -> bool {
        self.talk.wrong_on_keys < self.most_wrong() && (self.sign_in.is_at_host)()
    }

    /// How many wrong PINs end the method here.
    const fn most_wrong(&self) -> u8 {
        if self.sign_in.words.is_one_line() {
            MOST_WRONG_ON_A_LINE
        } else {
            MOST_WRONG
        }
    }

    /// Offers the other ways to a user who is not at the host any more.
    fn instead_of_elsewhere(&mut self) -> Result<Step, ServiceError> {
        let note = self.sign_in.words.say("note-key-remote");
        self.instead(&note, RefusedFor::NoMethod, note.clone())
    }

    /// Why a key has not signed, and what to do next.
    fn key_sentence(&self, failure: Failure) -> SecretText {
        let words = &self.sign_in.words;
        let tries = |id, tries: u8| {
            let parts = [("tries", Part::Text(&tries.to_string()))];
            words.say_with(id, &parts)
        };
        match failure {
            Failure::WrongPin { tries: left } => tries("key-wrong-pin", left),
            Failure::FewTries { tries: left } => tries("key-few-tries", left),
            Failure::Refused { status } => {
                let parts = [("status", Part::Text(&status.to_string()))];
                words.say_with("key-refused", &parts)
            }
            Failure::NoKey => words.say("key-no-key"),
            Failure::NotTheirs => words.say("key-not-theirs"),
            Failure::AlreadyRegistered => words.say("key-already-registered"),
            Failure::SeveralKeys => words.say("key-several-keys"),
            Failure::NotPermitted => words.say("key-not-permitted"),
            Failure::NoPin => words.say("key-no-pin"),
            Failure::Replug => words.say("key-replug"),
            Failure::PinBlocked => words.say("key-pin-blocked"),
            Failure::PinRefused => words.say("key-pin-refused"),
            Failure::WrongFinger => words.say("key-wrong-finger"),
            Failure::NotTouched => words.say("key-not-touched"),
            Failure::Busy => words.say("key-busy"),
            Failure::Unplugged => words.say("key-unplugged"),
            Failure::NotAnswering => words.say("key-not-answering"),
            Failure::Unsupported => words.say("key-unsupported"),
            Failure::BadRequest => words.say("key-fault"),
        }
    }

    /// What a user is told whose security key cannot be asked, because they are elsewhere.
    pub(super) fn note_of_key_elsewhere(&self) -> Option<SecretText> {
        let has_key = has_key(&self.parts.core, &self.sign_in.person);
        if !has_key || self.sign_in.forms.contains(Form::Assertion) {
            return None;
        }
        let words = &self.sign_in.words;
        if self.counts_over_ssh() {
            return Some(words.say("note-key-ssh"));
        }
        let is_asked_here = self.parts.keys.is_there();
        is_asked_here.then(|| words.say("note-key-remote"))
    }
}

/// Whether a user has a security key.
pub(super) fn has_key(core: &Core, person: &Person) -> bool {
    let state = core.state();
    let user = state.user(person.id);
    let mut methods = user.map_or(&[][..], |user| user.methods()).iter();
    methods.any(|method| method.kind() == Kind::SecurityKey)
}
