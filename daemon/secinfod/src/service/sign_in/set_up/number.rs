//! Setting up text messages or phone calls: the number, and the code that is sent to it.

use super::super::conversation::{SetUpStage, Turn};
use super::super::step::Step;
use crate::core::ServiceError;
use crate::messages::Part;
use crate::methods;
use crate::methods::delivery::destination::Destination;
use crate::methods::kind::PromptStyle;
use crate::service::conversation::is_question;
use crate::service::{DeliveryState, Enrollment};
use secinfo_channel::{Reason, SecretText};
use secinfo_domain::{Kind, Place, Refusal};
use std::sync::Arc;

/// The longest number that is looked at, in bytes.
const LONGEST_NUMBER: usize = 128;

impl Turn<'_> {
    pub(super) fn ask_number_of(&mut self, kind: Kind, note: Option<&SecretText>) -> Step {
        self.now_at(SetUpStage::Number(kind));
        let call = [("call", Part::Whether(is_call(kind)))];
        let prompt = self.sign_in.words.say_with("number-prompt", &call);
        self.sign_in.words.ask(note, &prompt, true)
    }

    pub(super) async fn on_number(
        &mut self,
        kind: Kind,
        answer: &str,
    ) -> Result<Step, ServiceError> {
        if is_question(answer) {
            return self.choose_again(None).await;
        }
        if answer.is_empty() {
            return Ok(self.ask_number_of(kind, None));
        }
        let words = &self.sign_in.words;
        let call = [("call", Part::Whether(is_call(kind)))];
        if answer.len() > LONGEST_NUMBER {
            let note = words.say_with("note-number", &call);
            return Ok(self.ask_number_of(kind, Some(&note)));
        }
        match self.draft_number(kind, answer) {
            Ok(draft) => {
                self.talk.wrong = 0;
                let dropped = draft.draft.details().dropped_extension == Some(true);
                let note = dropped.then(|| words.say("note-extension"));
                self.send_to_number(Arc::new(draft), note.as_ref()).await
            }
            Err(ServiceError::InvalidDestination(_)) => {
                let note = words.say_with("note-number", &call);
                Ok(self.ask_number_of(kind, Some(&note)))
            }
            Err(ServiceError::Refused(Refusal::PlaceTaken(_) | Refusal::NumberKnown(_))) => {
                let note = words.say("note-taken");
                self.choose_again(Some(&note)).await
            }
            Err(error) => {
                let note = self.cannot_add(error)?;
                self.choose_again(Some(&note)).await
            }
        }
    }

    /// The number in the first place that is free for it.
    fn draft_number(&self, kind: Kind, answer: &str) -> Result<Enrollment, ServiceError> {
        let mut request = self.request(kind, Some(answer));
        let mut taken = None;
        for place in [Place::Mobile, Place::Alternate, Place::Office] {
            request.place = Some(place);
            let person = self.sign_in.person.clone();
            match self
                .parts
                .enrollments
                .draft(person, &self.sign_in.by, &request)
            {
                Ok((draft, _)) => return Ok(draft),
                Err(
                    error @ ServiceError::Refused(Refusal::PlaceTaken(_) | Refusal::NumberKnown(_)),
                ) => taken = Some(error),
                Err(error) => return Err(error),
            }
        }
        Err(taken.expect("there are places, and each was tried"))
    }

    async fn send_to_number(
        &mut self,
        draft: Arc<Enrollment>,
        note: Option<&SecretText>,
    ) -> Result<Step, ServiceError> {
        let words = &self.sign_in.words;
        let kind = draft.kind();
        let sent = match self.parts.enrollments.send_code_of(&draft).await {
            Ok(hint) => self
                .parts
                .codes
                .wait_for_news(draft.sending(), kind, hint)
                .await
                .map(|_| ()),
            Err(error) => Err(error),
        };
        let note = match sent {
            Ok(()) => return Ok(self.ask_number_code(draft, note)),
            Err(ServiceError::DeliveryFailed(reason)) => words.not_sent(reason),
            Err(ServiceError::Refused(Refusal::CountryNotAllowed)) => {
                let note = words.say("note-country");
                return Ok(self.ask_number_of(kind, Some(&note)));
            }
            Err(ServiceError::Refused(Refusal::CodeJustSent { until })) => {
                words.say_until("note-just-sent", until)
            }
            Err(ServiceError::Refused(Refusal::TooManyCodes { until })) => {
                let note = words.say_until("note-too-many-codes", until);
                return self.choose_again(Some(&note)).await;
            }
            Err(ServiceError::NoChannel(_)) => {
                let note = words.not_sent(Reason::Settings);
                return self.choose_again(Some(&note)).await;
            }
            Err(error) => {
                let note = self.cannot_add(error)?;
                return self.choose_again(Some(&note)).await;
            }
        };
        Ok(self.ask_number_code(draft, Some(&note)))
    }

    fn ask_number_code(&mut self, draft: Arc<Enrollment>, note: Option<&SecretText>) -> Step {
        let words = &self.sign_in.words;
        let delivery = draft.sending().delivery();
        let on_its_way = !matches!(delivery, None | Some(DeliveryState::Failed(_)));
        // The whole number, as it was understood: the user has just typed it.
        let destination = draft.draft.destination();
        let number = destination.map_or("", Destination::as_str);
        let parts = [
            ("call", Part::Whether(is_call(draft.kind()))),
            ("number", Part::Text(number)),
        ];
        let id = if on_its_way {
            "number-sent"
        } else {
            "number-send"
        };
        let prompt = words.say_with(id, &parts);
        self.now_at(SetUpStage::NumberCode(draft));
        words.ask(note, &prompt, true)
    }

    pub(super) async fn on_number_code(
        &mut self,
        draft: &Arc<Enrollment>,
        answer: &str,
    ) -> Result<Step, ServiceError> {
        let kind = draft.kind();
        if is_question(answer) {
            return Ok(self.ask_number_of(kind, None));
        }
        if answer.is_empty() {
            return self.send_to_number(Arc::clone(draft), None).await;
        }
        let words = &self.sign_in.words;
        let note = match self.finish(draft, answer).await {
            Ok(Ok(())) => return self.enrolled(kind).await,
            Ok(Err(Some(step))) => return Ok(step),
            Ok(Err(None)) => words.say("note-wrong"),
            Err(ServiceError::NoCodeSent) => words.say("note-none-sent"),
            Err(ServiceError::Refused(Refusal::CodeGone)) => words.say("note-gone"),
            Err(ServiceError::Refused(Refusal::TooSoon { until })) => {
                words.say_until("note-slow", until)
            }
            Err(error) => {
                let note = self.cannot_add(error)?;
                return self.choose_again(Some(&note)).await;
            }
        };
        Ok(self.ask_number_code(Arc::clone(draft), Some(&note)))
    }
}

/// Whether codes of this kind are read out on the phone.
fn is_call(kind: Kind) -> bool {
    methods::of(kind).prompt() == PromptStyle::SentToNumber { call: true }
}
