//! Asking for approval on a phone. One prompt carries everything: what to do there, the code that the phone
//! shows then, or in place of it a code of the user's app.

use super::conversation::{Stage, Turn};
use super::step::{RefusedFor, Step};
use crate::core::ServiceError;
use crate::messages::Part;
use crate::push::{CODE_DIGITS, PhoneRequest, RequestState};
use crate::service::Candidate;
use secinfo_channel::SecretText;
use secinfo_domain::{Kind, Refusal};
use secinfo_wire::Response;
use std::sync::Arc;

impl Turn<'_> {
    /// Asks a phone: at once where the user has proved a first factor or answered a prompt, else when they
    /// press Enter. Or else a program that starts sign-ins would have phones show requests.
    pub(super) async fn ask_phone(&mut self, asked: &Candidate) -> Result<Step, ServiceError> {
        if self.sign_in.may_set_up || self.talk.answers > 0 {
            self.send_to_phone(asked, None).await
        } else {
            self.prompt_phone(asked, None)
        }
    }

    async fn send_to_phone(
        &mut self,
        asked: &Candidate,
        note: Option<&SecretText>,
    ) -> Result<Step, ServiceError> {
        let verification = self.verification()?;
        let words = &self.sign_in.words;
        let state = self.parts.core.state();
        let user = state.user(self.sign_in.person.id);
        let method = user.and_then(|user| user.method(asked.method));
        let method = method.ok_or(Refusal::UnknownMethod)?;
        let number = self.chooses_number();
        let verifications = &self.parts.verifications;
        match verifications.ask_phone(verification, method, number).await {
            Ok(_) => self.prompt_phone(asked, note),
            Err(ServiceError::Refused(Refusal::ApprovalOpen { until })) => {
                let note = words.say_until("note-push-open", until);
                self.instead_of_request(asked, &note)
            }
            Err(
                ServiceError::NoPush | ServiceError::PushUnavailable | ServiceError::LimitsExceeded,
            ) => self.instead_of_request(asked, &words.say("note-push-away")),
            Err(ServiceError::Refused(Refusal::PushPaused { until })) => {
                self.instead_of_phone(&words.say_until("note-push-paused", until))
            }
            Err(ServiceError::Refused(Refusal::PushUnanswered { until })) => {
                self.instead_of_phone(&words.say_until("note-push-unanswered", until))
            }
            Err(error) => self.instead_of_answer(error),
        }
    }

    /// Whether a number is chosen on the phone: where policy says so, of a user who sits at this host. From
    /// elsewhere, approving blindly would be right too often.
    fn chooses_number(&self) -> bool {
        let state = self.parts.core.state();
        let services = &state.policy().rules.push.number;
        let service = self.sign_in.by.service.as_ref();
        service.is_some_and(|service| services.contains(service)) && (self.sign_in.is_at_host)()
    }

    /// The prompt of a phone as things stand: a request is open or approved, or has to be sent first.
    pub(super) fn prompt_phone(
        &mut self,
        asked: &Candidate,
        note: Option<&SecretText>,
    ) -> Result<Step, ServiceError> {
        self.talk.stage = Stage::Code;
        let app = self.app_of()?;
        let app_digits = app.and_then(|app| app.digits);
        let request = self.request_to(asked)?;
        let number = request.as_ref().and_then(|request| request.number());
        let id = match (self.state_of(request.as_ref()), number) {
            (Some(RequestState::Open | RequestState::Accepted), Some(_)) => "push-number",
            (Some(RequestState::Open | RequestState::Accepted), None) => "push-prompt",
            _ => "push-send",
        };
        let parts = [
            ("digits", Part::Number(CODE_DIGITS.into())),
            ("number", Part::Text(number.unwrap_or_default())),
            ("has_app", Part::Whether(app_digits.is_some())),
            (
                "app_digits",
                Part::Number(app_digits.unwrap_or_default().into()),
            ),
            ("others", Part::Whether(!self.others()?.is_empty())),
        ];
        let prompt = self.sign_in.words.say_with(id, &parts);
        Ok(self.sign_in.words.ask(note, &prompt, true))
    }

    fn request_to(&self, asked: &Candidate) -> Result<Option<Arc<PhoneRequest>>, ServiceError> {
        Ok(self.verification()?.requests.to(asked.method))
    }

    fn state_of(&self, request: Option<&Arc<PhoneRequest>>) -> Option<RequestState> {
        request.map(|request| request.state(self.parts.core.now()))
    }

    /// The method whose codes are taken at the prompt of a phone as well: their length tells them from those
    /// that phones show.
    fn app_of(&self) -> Result<Option<Candidate>, ServiceError> {
        let others = self.others()?;
        Ok(others.into_iter().find(|way| {
            matches!(way.kind, Kind::AuthenticatorApp | Kind::HardwareToken)
                && way.digits.is_some_and(|digits| digits != CODE_DIGITS)
        }))
    }

    /// The end of a sign-in that was declined on the phone, whatever was typed since.
    pub(super) fn declined(&self) -> Option<Step> {
        let request = self.sign_in.verification.as_ref()?.requests.newest();
        let message = match self.state_of(request.as_ref())? {
            RequestState::NotMe => "end-push-not-me",
            RequestState::Cancelled => "end-push-cancelled",
            _ => return None,
        };
        let message = self.sign_in.words.say(message);
        Some(Step::refused(RefusedFor::Declined, message))
    }

    /// What was typed where a phone is asked. What asks for another way was looked at before.
    pub(super) async fn on_phone(
        &mut self,
        asked: &Candidate,
        answer: &str,
    ) -> Result<Step, ServiceError> {
        let request = self.request_to(asked)?;
        if answer.is_empty() {
            return self.on_enter(asked, request).await;
        }
        let digits = secinfo_typed::digits(answer).map(|typed| typed.len());
        let digits = digits.and_then(|digits| u32::try_from(digits).ok());
        if digits == Some(CODE_DIGITS) {
            return self.on_phone_code(asked, request, answer).await;
        }
        match self.app_of()? {
            Some(app) if app.digits == digits => self.on_app_code(asked, &app, answer).await,
            _ => self.instead_of_no_phone_code(asked),
        }
    }

    /// Enter sends a request, or says what has become of it. Where a number was to be chosen it waits a little
    /// for the phone.
    async fn on_enter(
        &mut self,
        asked: &Candidate,
        request: Option<Arc<PhoneRequest>>,
    ) -> Result<Step, ServiceError> {
        let words = &self.sign_in.words;
        if let Some(request) = &request
            && request.number().is_some()
        {
            let user = self.sign_in.person.id;
            self.parts.approvals.wait(user, request.answered()).await;
            if let Some(end) = self.declined() {
                return Ok(end);
            }
        }
        let has_number = request
            .as_ref()
            .is_some_and(|request| request.number().is_some());
        match self.state_of(request.as_ref()) {
            Some(RequestState::Accepted) if has_number => self.verify(&Response::Wait).await,
            Some(RequestState::Accepted) => {
                self.prompt_phone(asked, Some(&words.say("note-push-approved")))
            }
            Some(RequestState::Open) => {
                self.prompt_phone(asked, Some(&words.say("note-push-not-approved")))
            }
            Some(RequestState::WrongNumber) => {
                self.verification()?.requests.end();
                if self.session.count_wrong() {
                    return Ok(self.too_many_attempts());
                }
                self.prompt_phone(asked, Some(&words.say("note-push-wrong-number")))
            }
            Some(RequestState::Expired) => {
                let note = words.say("note-push-expired");
                self.send_to_phone(asked, Some(&note)).await
            }
            Some(RequestState::Cancelled | RequestState::NotMe) | None => {
                self.send_to_phone(asked, None).await
            }
        }
    }

    async fn on_phone_code(
        &mut self,
        asked: &Candidate,
        request: Option<Arc<PhoneRequest>>,
        code: &str,
    ) -> Result<Step, ServiceError> {
        let note = match self.state_of(request.as_ref()) {
            Some(RequestState::Accepted) => return self.verify(&Response::code(code)).await,
            Some(RequestState::Open) => "note-push-not-approved",
            Some(RequestState::Expired) => "note-push-expired",
            Some(RequestState::WrongNumber) => "note-push-wrong-number",
            Some(RequestState::Cancelled | RequestState::NotMe) | None => "note-none-sent",
        };
        // Nothing is compared before the phone shows a code.
        if self.session.count_wrong() {
            return Ok(self.too_many_attempts());
        }
        self.prompt_phone(asked, Some(&self.sign_in.words.say(note)))
    }

    /// A code of the app, at the prompt of the phone.
    async fn on_app_code(
        &mut self,
        asked: &Candidate,
        app: &Candidate,
        code: &str,
    ) -> Result<Step, ServiceError> {
        let verification = self.verification()?;
        verification.ask(app.method);
        match self.compare(&Response::code(code)).await {
            // The phone may have declined while the code was looked at.
            Ok(proven) => match self.declined() {
                Some(end) => Ok(end),
                None => self.proved(&proven).await,
            },
            Err(error) => {
                if self.locked(app.method).is_none() {
                    verification.ask(asked.method);
                }
                self.instead_of_answer(error)
            }
        }
    }

    fn instead_of_no_phone_code(&mut self, asked: &Candidate) -> Result<Step, ServiceError> {
        if self.session.count_wrong() {
            return Ok(self.too_many_attempts());
        }
        let parts = [("digits", Part::Number(CODE_DIGITS.into()))];
        let note = self.sign_in.words.say_with("note-push-no-code", &parts);
        self.prompt_phone(asked, Some(&note))
    }

    /// What comes where no request can be sent now, and one can in a moment: Enter tries again.
    fn instead_of_request(
        &mut self,
        asked: &Candidate,
        note: &SecretText,
    ) -> Result<Step, ServiceError> {
        if self.app_of()?.is_some() || self.others()?.is_empty() {
            return self.prompt_phone(asked, Some(note));
        }
        self.list_ways(Some(note), true)
    }

    /// What comes where the phone is not asked for some time: the app where there is one, or the other ways.
    fn instead_of_phone(&mut self, note: &SecretText) -> Result<Step, ServiceError> {
        match self.app_of()? {
            Some(app) => {
                self.verification()?.ask(app.method);
                self.prompt_again(Some(note))
            }
            None => self.instead(note, RefusedFor::Locked, note.clone()),
        }
    }
}
