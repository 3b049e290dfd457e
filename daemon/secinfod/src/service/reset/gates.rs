//! The gates of a reset: choosing one, and what is answered there.

use super::questions::Questions;
use super::{Reset, Step};
use crate::core::{HashingFor, ServiceError, Turn};
use crate::messages::Part;
use crate::methods;
use crate::methods::kind::{Posed, PromptStyle};
use crate::push::CODE_DIGITS;
use crate::service::conversation::{is_question, numbered};
use crate::service::verification::Verification;
use secinfo_channel::SecretText;
use secinfo_domain::{
    Kind, MethodId, Purpose, Refusal, ResetOutlook, reset_outlook, verification_outlook,
};
use secinfo_wire::password::NewPassword;
use secinfo_wire::{Form, Forms, Response};
use std::sync::Arc;

/// What is asked now.
pub(super) enum Stage {
    /// Which kind of gate.
    Kinds,
    /// A code.
    Code(CodeGate),
    /// Answers to questions.
    Questions(Questions),
    /// Whether to set a new password, or only to lift locks.
    Choice,
    /// The new password.
    Password,
    /// The new password once more.
    Again(NewPassword),
}

/// What a code is asked of.
pub(super) struct CodeGate {
    /// A method of this kind.
    kind: Kind,
    /// Where a code was sent to, masked, if that is shown.
    hint: Option<String>,
}

/// Whether a conversation can ask a gate of this kind, with a client that presents these forms.
pub(super) fn can_be_asked(kind: Kind, forms: Forms) -> bool {
    match methods::of(kind).form() {
        form @ (Form::Code | Form::Answers) => forms.contains(form),
        // What the phone shows is typed.
        Form::Approval => forms.contains(Form::Code),
        Form::Assertion => false,
    }
}

impl Reset {
    /// Lists the kinds of gates. They are the same for every user.
    pub(super) fn list_kinds(&mut self, note: Option<&SecretText>) -> Step {
        let words = &self.words;
        let rows: Vec<_> = self.kinds.iter().map(|kind| words.kind(*kind)).collect();
        let second = [("second", Part::Whether(self.has_proved))];
        let lead = words.say_with("reset-lead", &second);
        self.stage = Stage::Kinds;
        words.ask_number(note, &lead, &rows, &words.say("reset-number"))
    }

    pub(super) async fn on_kinds(&mut self, answer: &str) -> Result<Step, ServiceError> {
        match numbered(&self.kinds, answer) {
            Some(kind) => self.ask(kind, None).await,
            None => Ok(self.list_kinds(None)),
        }
    }

    /// Asks a gate of this kind. Where its codes are sent, one is: not before, because the user chooses
    /// where to, and a stranger is not to flood all of a user's addresses. Where none is, because the
    /// former has just been sent, its hint holds.
    async fn ask(&mut self, kind: Kind, former: Option<String>) -> Result<Step, ServiceError> {
        if methods::of(kind).form() == Form::Answers {
            return self.ask_questions(kind, None).await;
        }
        if kind == Kind::Push {
            self.ask_phone().await;
        }
        let hint = if kind.is_delivered() {
            self.send(kind).await.or(former)
        } else {
            None
        };
        Ok(self.prompt(CodeGate { kind, hint }, None))
    }

    fn prompt(&mut self, gate: CodeGate, note: Option<&SecretText>) -> Step {
        let words = &self.words;
        let kind = gate.kind;
        let way = words.kind(kind);
        let way = ("way", Part::Text(&way));
        let style = methods::of(kind).prompt();
        let prompt = match &gate.hint {
            Some(hint) => {
                let hint = hint.replace('•', "*");
                words.say_with("reset-sent-to", &[way, ("hint", Part::Text(&hint))])
            }
            None if kind.is_delivered() => {
                let by = words.by(kind);
                words.say_with("reset-sent", &[("by", Part::Text(&by))])
            }
            None if style == PromptStyle::Approval => {
                let digits = [("digits", Part::Number(CODE_DIGITS.into()))];
                words.say_with("reset-push", &digits)
            }
            None if style == PromptStyle::Written => words.say_with("reset-secret", &[way]),
            None => words.say_with("reset-code", &[way]),
        };
        self.stage = Stage::Code(gate);
        self.words.ask(note, &prompt, style != PromptStyle::Written)
    }

    pub(super) async fn on_code(
        &mut self,
        gate: CodeGate,
        answer: &str,
    ) -> Result<Step, ServiceError> {
        let kind = gate.kind;
        if is_question(answer) {
            return Ok(self.list_kinds(None));
        }
        if answer.is_empty() {
            return self.ask(kind, gate.hint).await;
        }
        // What cannot be a code of the kind is no guess of the user's, but ends the reset like one: a
        // program may give a password to every prompt.
        let can_be_code = methods::of(kind).prompt() == PromptStyle::Written
            || secinfo_typed::digits(answer).is_some();
        let is_proved = if can_be_code {
            self.prove(kind, &Response::code(answer)).await
        } else {
            Ok(false)
        };
        match is_proved {
            Ok(true) => return self.proved().await,
            Ok(false) => {}
            // Too much is being checked for the caller: it was not looked at.
            Err(ServiceError::Busy) => {
                let note = self.words.say("reset-note-busy");
                return Ok(self.prompt(gate, Some(&note)));
            }
            Err(error) => return Err(error),
        }
        if self.was_last() {
            return Ok(self.refuse("reset-end-not-proved"));
        }
        let note = self.words.say("reset-note-wrong");
        Ok(self.prompt(gate, Some(&note)))
    }

    /// Counts a wrong answer; whether it was one too many.
    pub(super) fn was_last(&mut self) -> bool {
        self.wrong = self.wrong.saturating_add(1);
        self.wrong >= self.rules.attempts
    }

    /// Sends a code of a method of this kind, if there is one that can be the next gate; the destination,
    /// masked, where policy shows it. It takes the same time whether there is one or not.
    async fn send(&mut self, kind: Kind) -> Option<String> {
        let sent = self.send_to_user(kind).await;
        if sent.is_none() {
            self.parts.record_nothing().await;
        }
        sent.filter(|_| self.rules.shows_hints)
    }

    /// Sends a code; the masked destination. With several methods of the kind, each further code goes to the
    /// next of them.
    async fn send_to_user(&mut self, kind: Kind) -> Option<String> {
        let user = self.subject.user().await?;
        let gates = self.gates_of(&user, kind);
        let asked = user.asked();
        let place = gates.iter().position(|gate| *gate == asked);
        let has_sent = user.sending().code_for(Some(asked)).is_some();
        let next = match place {
            Some(place) if has_sent => (place + 1) % gates.len(),
            Some(place) => place,
            None => 0,
        };
        user.ask(*gates.get(next)?);
        // Nothing is heard of its delivery: a stranger would learn whether there is a number.
        match self.parts.verifications.send_code_of(&user).await {
            Ok((_, hint)) => Some(hint),
            Err(error) => {
                tracing::debug!(%error, "no code was sent for a password reset");
                None
            }
        }
    }

    /// Whether the response passes a gate of this kind. It costs the same whether there is such a gate or
    /// not, the wait for the disk among it.
    pub(super) async fn prove(
        &mut self,
        kind: Kind,
        response: &Response,
    ) -> Result<bool, ServiceError> {
        let user = self.subject.user().await;
        let gate = match &user {
            Some(user) => self.gate_for(user, kind, response),
            None => None,
        };
        let (Some(user), Some(gate)) = (user, gate) else {
            self.check_in_vain(kind, response).await?;
            self.parts.record_nothing().await;
            return Ok(false);
        };
        user.ask(gate);
        match self.parts.verifications.answer(&user, response).await {
            Ok(_) => Ok(true),
            // Of the caller's own making.
            Err(ServiceError::Busy) => Err(ServiceError::Busy),
            Err(error) => {
                tracing::debug!(%error, "an answer was refused at a gate of a password reset");
                if !error.is_recorded() {
                    self.parts.record_nothing().await;
                }
                Ok(false)
            }
        }
    }

    /// Checks a response as if there were a method of the kind, at the same cost.
    async fn check_in_vain(&self, kind: Kind, response: &Response) -> Result<(), ServiceError> {
        let posed = Posed::of(&self.parts.core, Turn::default(), &self.language);
        let decoy = methods::of(kind).decoy(&self.parts.core, &self.name, &posed)?;
        if let Some(verifier) = decoy
            && verifier.takes_hashing(response)?
        {
            let (response, now) = (response.clone(), self.parts.core.now());
            let work = move || verifier.check(&response, now).map(drop);
            let core = &self.parts.core;
            core.hash(self.waiter, HashingFor::Reset, work).await??;
        }
        Ok(())
    }

    /// The method of this kind that the response is checked against: the one that it fits, else the one
    /// that was asked, else the first.
    fn gate_for(&self, user: &Verification, kind: Kind, response: &Response) -> Option<MethodId> {
        let mut gates = self.gates_of(user, kind);
        let asked = user.asked();
        gates.sort_by_key(|gate| *gate != asked);
        gates.retain(|gate| self.may_be_tried(user, *gate));
        let verifications = &self.parts.verifications;
        let fits = |gate: &&MethodId| verifications.fits(user, **gate, response).unwrap_or(false);
        let fitting = match gates.len() {
            0 | 1 => None,
            _ => gates.iter().find(fits),
        };
        fitting.or(gates.first()).copied()
    }

    /// The methods of this kind that can be the next gate of the user.
    pub(super) fn gates_of(&self, user: &Verification, kind: Kind) -> Vec<MethodId> {
        let Ok(outlook) = self.outlook(user) else {
            return Vec::new();
        };
        if methods::of(kind).form() == Form::Answers && !self.is_spelled_out(user) {
            return Vec::new();
        }
        let state = self.parts.core.state();
        let is_of_kind = |method: &MethodId| state.kind_of(user.person.id, *method) == Some(kind);
        outlook.methods.into_iter().filter(is_of_kind).collect()
    }

    /// Whether an answer is looked at now.
    fn may_be_tried(&self, user: &Verification, gate: MethodId) -> bool {
        let core = &self.parts.core;
        let Ok(context) = core.context_for_reset(&user.person, &user.by) else {
            return false;
        };
        let purpose = Purpose::PasswordReset;
        verification_outlook(&core.state(), user.person.id, &context, gate, purpose).is_ok()
    }

    /// What the reset asks of the user now.
    pub(super) fn outlook(&self, user: &Verification) -> Result<ResetOutlook, ServiceError> {
        let core = &self.parts.core;
        let context = core.context_for_reset(&user.person, &user.by)?;
        Ok(reset_outlook(&core.state(), user.person.id, &context)?)
    }

    /// A gate was passed: from here on the person may be told more.
    pub(super) async fn proved(&mut self) -> Result<Step, ServiceError> {
        self.has_proved = true;
        let Some(user) = self.subject.user().await else {
            return Ok(self.refuse("reset-end-not-proved"));
        };
        match self.outlook(&user) {
            Ok(outlook) if outlook.missing > 0 => Ok(self.list_kinds(None)),
            Ok(outlook) => self.all_passed(&user, outlook.is_locked).await,
            Err(ServiceError::Refused(Refusal::TooFewMethods)) => {
                Ok(self.refuse("reset-end-lacking"))
            }
            Err(ServiceError::Refused(_)) => Ok(self.refuse("reset-end-not-proved")),
            Err(error) => Err(error),
        }
    }

    /// The user whose gates were passed.
    pub(super) async fn proved_user(&mut self) -> Result<Arc<Verification>, ServiceError> {
        let user = if self.has_proved {
            self.subject.user().await
        } else {
            None
        };
        user.ok_or_else(|| {
            let text = "a password would have been set without a gate";
            ServiceError::Internal(text.to_owned())
        })
    }
}
