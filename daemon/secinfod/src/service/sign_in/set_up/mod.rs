//! Setting up a method at the prompt: which one, whether to put it off, and recovery codes after it.

mod app;
mod number;

use super::conversation::{SetUpStage, Stage, Turn, outlook};
use super::step::{Outcome, RefusedFor, Step};
use crate::core::ServiceError;
use crate::messages::Part;
use crate::methods::kind::SetUpAtPrompt;
use crate::methods::{self, EnrollmentRequest};
use crate::service::Enrollment;
use crate::service::conversation::numbered;
use secinfo_channel::SecretText;
use secinfo_domain::{Barred, Kind, Refusal, SetUp, SignInOutlook, enrollment_outlook};
use secinfo_wire::Response;
use zeroize::Zeroizing;

impl Turn<'_> {
    pub(super) async fn on_set_up(
        &mut self,
        stage: SetUpStage,
        answer: &str,
    ) -> Result<Step, ServiceError> {
        match stage {
            SetUpStage::Kinds { kinds, later } => self.on_kinds(&kinds, later, answer).await,
            SetUpStage::App { app, view } => self.on_app(&app, view, answer).await,
            SetUpStage::Number(kind) => self.on_number(kind, answer).await,
            SetUpStage::NumberCode(draft) => self.on_number_code(&draft, answer).await,
            SetUpStage::OfferCodes => self.on_offer_of_codes(answer).await,
            SetUpStage::ShowCodes => self.after_proof().await,
        }
    }

    fn now_at(&mut self, stage: SetUpStage) {
        self.talk.stage = Stage::SetUp(stage);
    }

    /// Takes a user who has nothing yet through set-up, or says why not.
    pub(super) async fn set_up_first(&mut self, missing: &SetUp) -> Result<Step, ServiceError> {
        if missing.barred.is_none()
            && let Some(step) = self.offer_kinds(missing, None)?
        {
            return Ok(step);
        }
        let words = &self.sign_in.words;
        let needs_pass = missing.barred == Some(Barred::AccessPassNeeded);
        if missing.may_postpone && self.postpone_unasked().await? {
            let id = if needs_pass {
                "end-postponed-pass"
            } else {
                "end-postponed"
            };
            let message = words.set_up_until(id, missing);
            return Ok(Step::end(Outcome::Postponed, vec![message]));
        }
        let (person, service) = (&self.sign_in.person, &self.sign_in.by.service);
        let policy = self.parts.core.effective_policy(person, service.as_ref())?;
        let may_elsewhere = words.is_one_line() && missing.barred.is_none();
        let (why, id) = if needs_pass {
            (RefusedFor::AccessPassNeeded, "end-pass-needed")
        } else if policy.grace_days > 0 && missing.barred.is_none() {
            (RefusedFor::GraceOver, "end-grace-over")
        } else {
            (RefusedFor::NoMethod, "end-no-method")
        };
        let id = if may_elsewhere {
            "end-set-up-elsewhere"
        } else {
            id
        };
        Ok(Step::refused(why, words.say(id)))
    }

    /// Offers what can be set up here; none where nothing can.
    pub(super) fn offer_kinds(
        &mut self,
        missing: &SetUp,
        note: Option<&SecretText>,
    ) -> Result<Option<Step>, ServiceError> {
        if !self.offers_set_up() {
            return Ok(None);
        }
        let kinds = self.kinds()?;
        if kinds.is_empty() {
            return Ok(None);
        }
        let words = &self.sign_in.words;
        let mut rows: Vec<_> = kinds.iter().map(|kind| words.kind(*kind)).collect();
        if missing.may_postpone {
            rows.push(words.later(missing));
        }
        let more = Part::Whether(self.talk.proved);
        let lead = words.say_with("set-up-lead", &[("more", more)]);
        let step = words.ask_number(note, &lead, &rows, &words.say("set-up-prompt"));
        self.now_at(SetUpStage::Kinds {
            kinds,
            later: missing.may_postpone,
        });
        let life = self.parts.core.state().policy().rules.session.enrollment;
        self.sign_in.prolong(life, self.parts.core.now());
        Ok(Some(step))
    }

    /// Whether the program can take users through set-up.
    pub(in crate::service::sign_in) fn offers_set_up(&self) -> bool {
        self.sign_in.may_set_up && !self.sign_in.words.is_one_line()
    }

    /// The kinds that policy lets the user set up here, and that count for what is missing.
    fn kinds(&self) -> Result<Vec<Kind>, ServiceError> {
        let (person, by) = (&self.sign_in.person, &self.sign_in.by);
        let policy = self
            .parts
            .core
            .effective_policy(person, by.service.as_ref())?;
        let context = self.parts.core.context(person, by)?;
        let state = self.parts.core.state();
        let is_possible = |kind: Kind| {
            methods::of(kind).set_up_at_prompt().is_some()
                && policy.counts(kind)
                && self.parts.deliveries.has_channel_for(kind)
                // One that has to wait a little can be chosen, and says so then.
                && matches!(
                    enrollment_outlook(&state, person.id, &context, kind, None),
                    Ok(_) | Err(Refusal::TooSoon { .. })
                )
        };
        Ok(Kind::ALL
            .into_iter()
            .filter(|kind| is_possible(*kind))
            .collect())
    }

    /// Back to the choice of a kind.
    async fn choose_again(&mut self, note: Option<&SecretText>) -> Result<Step, ServiceError> {
        let words = &self.sign_in.words;
        if let Some(missing) = self.missing()?
            && let Some(step) = self.offer_kinds(&missing, note)?
        {
            return Ok(step);
        }
        if self.talk.proved {
            return self.let_in().await;
        }
        let message = words.say("end-no-method");
        Ok(Step::refused(RefusedFor::NoMethod, message))
    }

    async fn on_kinds(
        &mut self,
        kinds: &[Kind],
        later: bool,
        answer: &str,
    ) -> Result<Step, ServiceError> {
        let choices: Vec<_> = kinds
            .iter()
            .map(|kind| Some(*kind))
            .chain(later.then_some(None))
            .collect();
        let kind = match numbered(&choices, answer) {
            Some(Some(kind)) => kind,
            Some(None) => return self.later().await,
            None => return self.choose_again(None).await,
        };
        match methods::of(kind).set_up_at_prompt() {
            Some(SetUpAtPrompt::Presentation) => self.begin_app(kind).await,
            Some(SetUpAtPrompt::Number) => Ok(self.ask_number_of(kind, None)),
            None => self.choose_again(None).await,
        }
    }

    async fn later(&mut self) -> Result<Step, ServiceError> {
        if !self.talk.proved
            && let Some(end) = self.asked_otherwise_now()?
        {
            return Ok(end);
        }
        let Some(missing) = self.missing()? else {
            return self.let_in().await;
        };
        if !self.postpone().await? {
            return self.choose_again(None).await;
        }
        let messages = self.sign_in.words.postponed(&missing);
        if self.talk.proved {
            self.talk.messages.extend(messages);
            return self.let_in().await;
        }
        Ok(Step::end(Outcome::Postponed, messages))
    }

    /// How a sign-in ends whose user was to set up a method, has proved none, and is to do something
    /// else by now: they may have got a method while this prompt stood.
    fn asked_otherwise_now(&self) -> Result<Option<Step>, ServiceError> {
        let sign_in = self.sign_in;
        let (person, by, place) = (&sign_in.person, &sign_in.by, &sign_in.place);
        Ok(match outlook(&self.parts.core, person, by, place)? {
            SignInOutlook::SetUp(_) => None,
            SignInOutlook::NotCovered(why) => Some(Step::end(Outcome::NotCovered(why), Vec::new())),
            SignInOutlook::AccountLocked => Some(self.end_as_locked()),
            SignInOutlook::Renamed => Some(self.end_as_renamed()),
            SignInOutlook::Verify | SignInOutlook::Remembered => {
                let message = sign_in.words.say("end-expired");
                Some(Step::refused(RefusedFor::Expired, message))
            }
        })
    }

    /// What the user asks to set up.
    fn request(&self, kind: Kind, destination: Option<&str>) -> EnrollmentRequest {
        EnrollmentRequest {
            kind,
            label: None,
            serial: None,
            secret: None,
            questions: Vec::new(),
            answers: Vec::new(),
            destination: destination.map(str::to_owned),
            place: None,
            language: self.sign_in.language.clone(),
            forms: self.sign_in.forms,
        }
    }

    /// Finishes an enrollment with a code; none when the code is wrong, and what comes instead where
    /// that was one too many.
    async fn finish(
        &mut self,
        draft: &Enrollment,
        code: &str,
    ) -> Result<Result<(), Option<Step>>, ServiceError> {
        let response = Response::code(code);
        let enrolled = self.parts.enrollments.enroll(draft, &response).await?;
        if enrolled.is_some() {
            return Ok(Ok(()));
        }
        // Counted here first: where it cannot be counted against the user, it is a guess as well.
        self.talk.wrong = self.talk.wrong.saturating_add(1);
        self.parts.enrollments.count_guess(draft).await?;
        let most = self.parts.core.state().policy().rules.session.attempts;
        let over = self.talk.wrong >= most;
        Ok(Err(over.then(|| self.too_many_attempts())))
    }

    /// A method is in security info now: offers what else is wise.
    async fn enrolled(&mut self, kind: Kind) -> Result<Step, ServiceError> {
        self.talk.proved = true;
        self.talk.wrong = 0;
        let words = &self.sign_in.words;
        let way = words.kind(kind);
        let parts = [("way", Part::Text(&way))];
        let message = words.say_with("end-set-up", &parts);
        self.talk.messages.push(message);
        if !self.may_have_codes()? {
            return self.after_proof().await;
        }
        self.now_at(SetUpStage::OfferCodes);
        let prompt = words.say_with("recovery-offer", &parts);
        Ok(words.ask(None, &prompt, true))
    }

    fn may_have_codes(&self) -> Result<bool, ServiceError> {
        let (person, by) = (&self.sign_in.person, &self.sign_in.by);
        let context = self.parts.core.context(person, by)?;
        let state = self.parts.core.state();
        let has_none = state
            .user(person.id)
            .is_some_and(|user| user.only(Kind::RecoveryCodes).is_none());
        let outlook = enrollment_outlook(&state, person.id, &context, Kind::RecoveryCodes, None);
        Ok(has_none && outlook.is_ok())
    }

    async fn on_offer_of_codes(&mut self, answer: &str) -> Result<Step, ServiceError> {
        let words = &self.sign_in.words;
        let answer = answer.to_lowercase();
        let is_one_of = |id| words.say(id).split_whitespace().any(|word| word == answer);
        if is_one_of("recovery-no") {
            return self.after_proof().await;
        }
        if !is_one_of("recovery-yes") {
            return Ok(words.ask(None, &words.say("recovery-again"), true));
        }
        let (uid, by) = (self.sign_in.uid(), &self.sign_in.by);
        let codes = match self.parts.issued_codes.issue_recovery_codes(uid, by).await {
            Ok(codes) => codes,
            // The time of the proof may be over by now.
            Err(ServiceError::Refused(_)) => return self.after_proof().await,
            Err(error) => return Err(error),
        };
        self.now_at(SetUpStage::ShowCodes);
        // Room for all of it, so that no copy is left behind by growing.
        let mut text = Zeroizing::new(String::with_capacity(4096));
        text.push_str(&words.say("recovery-lead"));
        for pair in codes.chunks(2) {
            text.push('\n');
            for code in pair {
                text.push_str("   ");
                text.push_str(code);
            }
        }
        text.push('\n');
        text.push_str(&words.say("recovery-kept"));
        Ok(words.ask(None, &text, true))
    }

    /// What is said where something cannot be set up for now.
    fn cannot_add(&self, error: ServiceError) -> Result<SecretText, ServiceError> {
        let words = &self.sign_in.words;
        Ok(match error {
            ServiceError::Refused(Refusal::TooSoon { until }) => {
                words.say_until("note-slow", until)
            }
            ServiceError::Refused(
                Refusal::FreshProofNeeded
                | Refusal::AccessPassNeeded
                | Refusal::KindNotAllowed(_)
                | Refusal::TooManyMethods { .. }
                | Refusal::AnotherMethodFirst(_),
            )
            | ServiceError::NoChannel(_) => words.say("note-cannot-add"),
            error => return Err(error),
        })
    }
}
