//! Asking for a code, and what becomes of it.

use super::conversation::{Stage, Turn};
use super::step::{RefusedFor, Step};
use crate::core::ServiceError;
use crate::messages::Part;
use crate::methods;
use crate::methods::kind::PromptStyle;
use crate::service::conversation::{Wording, is_question};
use crate::service::{Candidate, DeliveryState, Proven};
use secinfo_channel::{Reason, SecretText};
use secinfo_domain::{Kind, MethodId, Refusal, Timestamp};
use secinfo_wire::Response;

impl Turn<'_> {
    /// Asks a method from now on; where its codes are sent, one is sent at once.
    pub(super) async fn ask(&mut self, method: MethodId) -> Result<Step, ServiceError> {
        self.verification()?.ask(method);
        if let Some(until) = self.locked(method) {
            return self.instead_of_locked(until);
        }
        self.talk.stage = Stage::Code;
        match self.asked()? {
            Some(asked) if asked.kind == Kind::SecurityKey => self.ask_key(method, None).await,
            Some(asked) if asked.kind.is_delivered() => self.send(&asked).await,
            Some(asked) if asked.kind == Kind::Push => self.ask_phone(&asked).await,
            Some(asked) => self.prompt(&asked, None, false),
            None => self.instead_of_gone(),
        }
    }

    /// Asks the method again that was asked before others were listed.
    pub(super) async fn go_back(&mut self) -> Result<Step, ServiceError> {
        match self.asked()? {
            Some(asked) if asked.kind == Kind::SecurityKey => {
                self.ask_key(asked.method, None).await
            }
            _ => self.prompt_again(None),
        }
    }

    /// The method that is asked now; none when it cannot answer any more.
    fn asked(&self) -> Result<Option<Candidate>, ServiceError> {
        let verification = self.verification()?;
        let asked = verification.asked();
        let ways = self.parts.verifications.methods(verification)?;
        Ok(ways.into_iter().find(|way| way.method == asked))
    }

    /// The methods that could be asked instead.
    pub(super) fn others(&self) -> Result<Vec<Candidate>, ServiceError> {
        let verification = self.verification()?;
        let asked = verification.asked();
        let mut ways = self.parts.verifications.methods(verification)?;
        ways.retain(|way| {
            way.method != asked
                && self.locked(way.method).is_none()
                && (way.kind != Kind::SecurityKey || self.may_ask_keys())
        });
        Ok(ways)
    }

    /// Until when wrong codes have locked a method.
    pub(super) fn locked(&self, method: MethodId) -> Option<Timestamp> {
        let (core, now) = (&self.parts.core, self.parts.core.now());
        let state = core.state();
        let user = state.user(self.sign_in.person.id)?;
        let source = core.source(&self.sign_in.person, &self.sign_in.by).ok()?;
        let from = user.familiarity(source, now);
        user.method(method)?.throttle(from).locked_at(now)
    }

    /// The prompt of a method, without sending anything. `sent` says whether a code is on its way
    /// where the codes of the method are sent.
    fn prompt(
        &self,
        asked: &Candidate,
        note: Option<&SecretText>,
        sent: bool,
    ) -> Result<Step, ServiceError> {
        let words = &self.sign_in.words;
        let others = ("others", Part::Whether(!self.others()?.is_empty()));
        let way = words.way(asked);
        let (prompt, echo) = match methods::of(asked.kind).prompt() {
            PromptStyle::SentToNumber { call } => {
                let number = Wording::number(asked);
                let parts = [
                    ("call", Part::Whether(call)),
                    ("hint", Part::Text(&number)),
                    others,
                ];
                let id = if sent { "prompt-sent" } else { "prompt-send" };
                (words.say_with(id, &parts), true)
            }
            PromptStyle::Written => {
                let parts = [("way", Part::Text(&way)), others];
                (words.say_with("prompt-secret", &parts), false)
            }
            PromptStyle::Code | PromptStyle::Approval => {
                let parts = [("way", Part::Text(&way)), others];
                (words.say_with("prompt-code", &parts), true)
            }
        };
        Ok(self.sign_in.words.ask(note, &prompt, echo))
    }

    /// The prompt of the method that is asked, once more.
    pub(super) fn prompt_again(&mut self, note: Option<&SecretText>) -> Result<Step, ServiceError> {
        self.talk.stage = Stage::Code;
        match self.asked()? {
            Some(asked) if asked.kind == Kind::Push => self.prompt_phone(&asked, note),
            Some(asked) => self.prompt(&asked, note, self.has_sent(asked.method)?),
            None => self.instead_of_gone(),
        }
    }

    /// Whether a code of this method is on its way.
    fn has_sent(&self, method: MethodId) -> Result<bool, ServiceError> {
        let sending = &self.verification()?.sending;
        Ok(sending.code_for(Some(method)).is_some()
            && !matches!(sending.delivery(), Some(DeliveryState::Failed(_))))
    }

    async fn send(&mut self, asked: &Candidate) -> Result<Step, ServiceError> {
        let verification = self.verification()?;
        let words = &self.sign_in.words;
        let sent = match self.parts.verifications.send_code_of(verification).await {
            Ok((kind, hint)) => {
                let news = self
                    .parts
                    .codes
                    .wait_for_news(&verification.sending, kind, hint)
                    .await;
                news.map(|_| ())
            }
            Err(error) => Err(error),
        };
        match sent {
            Ok(()) => self.prompt(asked, None, true),
            Err(ServiceError::DeliveryFailed(reason)) => self.instead_of_unsent(asked, reason),
            Err(ServiceError::NoChannel(_)) => self.instead_of_unsent(asked, Reason::Settings),
            Err(ServiceError::Refused(Refusal::CountryNotAllowed)) => {
                self.instead_of_unsent(asked, Reason::Destination)
            }
            Err(ServiceError::Refused(Refusal::CodeJustSent { until })) => {
                let note = words.say_until("note-just-sent", until);
                self.prompt(asked, Some(&note), self.has_sent(asked.method)?)
            }
            Err(ServiceError::Refused(Refusal::TooManyCodes { until })) => {
                let end = words.say_until("end-too-many-codes", until);
                let note = words.say_until("note-too-many-codes", until);
                self.instead(&note, RefusedFor::TooManyCodes, end)
            }
            Err(error) => self.instead_of_answer(error),
        }
    }

    /// What was typed where a code is asked for.
    pub(super) async fn on_code(&mut self, answer: &str) -> Result<Step, ServiceError> {
        if is_question(answer) {
            if self.others()?.is_empty() {
                let note = self.sign_in.words.say("note-no-other");
                return self.prompt_again(Some(&note));
            }
            return self.list_ways(None, true);
        }
        let asked = self.asked()?;
        if let Some(asked) = asked.as_ref().filter(|asked| asked.kind == Kind::Push) {
            return self.on_phone(asked, answer).await;
        }
        if answer.is_empty() {
            return match asked {
                Some(asked) if asked.kind.is_delivered() => self.send(&asked).await,
                _ => self.prompt_again(None),
            };
        }
        if let Some(digits) = asked.and_then(|asked| asked.digits)
            && is_no_code(digits, answer)
        {
            return self.instead_of_no_code(digits);
        }
        self.verify(&Response::code(answer)).await
    }

    /// Verifies the user by the method that is asked now.
    pub(super) async fn verify(&mut self, response: &Response) -> Result<Step, ServiceError> {
        match self.compare(response).await {
            Ok(proven) => self.proved(&proven).await,
            Err(error) => self.instead_of_answer(error),
        }
    }

    /// Compares what was typed with the code of the method that is asked. The password is a wrong one without
    /// being compared, and without being counted as a guess: a program that gives it to every prompt must not
    /// lock its user out. It is answered as any other wrong code is while none is heard, so that nobody can go
    /// through passwords then.
    pub(super) async fn compare(&self, response: &Response) -> Result<Proven, ServiceError> {
        let verification = self.verification()?;
        if self.is_password {
            self.parts.verifications.would_hear(verification)?;
            return Err(ServiceError::WrongCode);
        }
        self.parts
            .verifications
            .answer(verification, response)
            .await
    }

    /// What cannot be a code is no guess: a program that gives the password to every prompt must not
    /// lock its user out. The sign-in ends by it all the same.
    fn instead_of_no_code(&mut self, digits: u32) -> Result<Step, ServiceError> {
        if self.session.count_wrong() {
            return Ok(self.too_many_attempts());
        }
        let parts = [("digits", Part::Number(digits.into()))];
        let note = self.sign_in.words.say_with("note-no-code", &parts);
        self.prompt_again(Some(&note))
    }

    /// What to do about a code that was used already: what was written down shows no next one, and what is
    /// counted from the clock does at a time that is known.
    fn note_of_used_code(&self) -> SecretText {
        let words = &self.sign_in.words;
        let Ok(Some(asked)) = self.asked() else {
            return words.say("note-used");
        };
        if matches!(methods::of(asked.kind).prompt(), PromptStyle::Written) {
            return words.say("note-used-once");
        }
        let now = self.parts.core.now().as_seconds();
        let passed = |period: u32| now.checked_rem(u64::from(period));
        match asked.hint.period.map(|period| (period, passed(period))) {
            Some((period, Some(passed))) => {
                let seconds = Part::Number(u64::from(period) - passed);
                words.say_with("note-used-next", &[("seconds", seconds)])
            }
            _ => words.say("note-used"),
        }
    }

    /// What comes where an answer was not accepted, or not heard.
    pub(super) fn instead_of_answer(&mut self, error: ServiceError) -> Result<Step, ServiceError> {
        if let Some(end) = self.declined() {
            return Ok(end);
        }
        let words = &self.sign_in.words;
        if error.is_refused_code() && self.session.count_wrong() {
            return Ok(self.too_many_attempts());
        }
        let note = match error {
            ServiceError::WrongCode if self.is_password => words.say("note-password"),
            ServiceError::WrongCode | ServiceError::Refused(Refusal::WrongAgain) => {
                words.say("note-wrong")
            }
            ServiceError::CodeAlreadyUsed => self.note_of_used_code(),
            ServiceError::CodeBroughtOver { .. } => words.say("note-brought-over"),
            ServiceError::ClockWasAhead { until } => words.say_until("note-clock-ahead", until),
            ServiceError::NoCodeSent | ServiceError::NoRequest => words.say("note-none-sent"),
            ServiceError::NotApproved => words.say("note-push-not-approved"),
            ServiceError::Refused(Refusal::ApprovalGone) => words.say("note-push-expired"),
            ServiceError::Refused(Refusal::CodeGone) => words.say("note-gone"),
            ServiceError::Refused(Refusal::TooSoon { until } | Refusal::TooOften { until }) => {
                words.say_until("note-slow", until)
            }
            ServiceError::NowLocked { until }
            | ServiceError::Refused(Refusal::MethodLocked { until }) => {
                return self.instead_of_locked(until);
            }
            ServiceError::NoMethod
            | ServiceError::Refused(
                Refusal::UnknownMethod
                | Refusal::KindNotAllowed(_)
                | Refusal::NotForThisPurpose(..)
                | Refusal::TooWeakHere(_)
                | Refusal::Expired,
            ) => return self.instead_of_gone(),
            error => return Err(error),
        };
        self.prompt_again(Some(&note))
    }

    pub(super) fn instead_of_locked(&mut self, until: Timestamp) -> Result<Step, ServiceError> {
        let words = &self.sign_in.words;
        let is_key = matches!(self.asked()?, Some(asked) if asked.kind == Kind::SecurityKey);
        let note = if is_key {
            words.say_until("note-key-locked", until)
        } else {
            words.say_until("note-locked", until)
        };
        let end = words.say_until("end-locked", until);
        self.instead(&note, RefusedFor::Locked, end)
    }

    fn instead_of_gone(&mut self) -> Result<Step, ServiceError> {
        let words = &self.sign_in.words;
        let (note, end) = (words.say("note-method-gone"), words.say("end-no-method"));
        self.instead(&note, RefusedFor::NoMethod, end)
    }

    fn instead_of_unsent(
        &mut self,
        asked: &Candidate,
        reason: Reason,
    ) -> Result<Step, ServiceError> {
        let note = self.sign_in.words.not_sent(reason);
        if self.others()?.is_empty() {
            return self.prompt(asked, Some(&note), false);
        }
        self.list_ways(Some(&note), true)
    }

    /// Offers the other ways, or ends where there is none.
    pub(super) fn instead(
        &mut self,
        note: &SecretText,
        refused: RefusedFor,
        end: SecretText,
    ) -> Result<Step, ServiceError> {
        if self.others()?.is_empty() {
            return Ok(Step::refused(refused, end));
        }
        self.list_ways(Some(note), false)
    }
}

/// Whether an answer cannot be a code of so many digits, however it is grouped.
fn is_no_code(digits: u32, answer: &str) -> bool {
    secinfo_typed::digits(answer).is_none_or(|typed| u32::try_from(typed.len()) != Ok(digits))
}

#[cfg(test)]
mod tests {
    use super::is_no_code;

    #[test]
    fn a_code_is_digits_however_they_are_grouped() {
        for answer in [
            "123456",
            "123 456",
            "12-34-56",
            "١٢٣\u{a0}٤٥٦",
            "１２３　４５６",
        ] {
            assert!(!is_no_code(6, answer), "{answer}");
        }
        for answer in ["hunter2", "12345", "1234567", "123456x", "alice", ""] {
            assert!(is_no_code(6, answer), "{answer}");
        }
    }
}
