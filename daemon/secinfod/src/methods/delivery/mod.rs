//! Codes that are sent to a destination: by text, call or email.

pub mod code;
pub mod destination;
pub mod email_address;
pub mod phone_number;

use super::kind::{
    Details, Draft, EnrollmentRequest, MethodKind, OpenMethod, PromptStyle, SetUpAtPrompt, Verifier,
};
use super::payload::MethodPayload;
use crate::core::{Core, Person, ServiceError};
use crate::wire_names::WireName;
use code::SentCode;
use destination::{Destination, Given};
use secinfo_domain::kind::{Credential, Proved};
use secinfo_domain::policy::Rules;
use secinfo_domain::{Answer, Digits, Kind, MessageId, Place, Refusal, Timestamp};
use secinfo_wire::{Challenge, Hint, Response};
use std::sync::Arc;

/// A method that is being enrolled, whose codes are sent.
struct DeliveredDraft {
    given: Given,
    language: String,
    prove: Prove,
}

/// Asks for a code that is sent.
struct SentCodeVerifier {
    digits: Digits,
    /// The destination, masked.
    destination: String,
    sent: Option<Arc<SentCode>>,
}

/// A kind whose codes are sent.
pub(super) struct DeliveredKind {
    pub(super) kind: Kind,
    pub(super) default_label: &'static str,
    pub(super) prompt: PromptStyle,
    pub(super) set_up_at_prompt: Option<SetUpAtPrompt>,
    /// The credential that the code of a message proves; none where the destination is not of this
    /// kind.
    pub(super) prove: Prove,
}

type Prove = fn(&Destination, MessageId) -> Option<Proved<Credential>>;

impl MethodKind for DeliveredKind {
    fn default_label(&self) -> &'static str {
        self.default_label
    }

    fn prompt(&self) -> PromptStyle {
        self.prompt
    }

    fn set_up_at_prompt(&self) -> Option<SetUpAtPrompt> {
        self.set_up_at_prompt
    }

    fn destination(
        &self,
        request: &EnrollmentRequest,
        core: &Core,
    ) -> Result<Option<Given>, ServiceError> {
        let text = request.destination.as_deref().ok_or_else(|| {
            ServiceError::InvalidDestination(
                "say where codes are to be sent: a phone number or an email address".to_owned(),
            )
        })?;
        let place = request.place.unwrap_or(Place::Mobile);
        let country = core.settings().default_country;
        destination::parse(self.kind, text, place, country).map(Some)
    }

    fn begin(
        &self,
        request: &EnrollmentRequest,
        given: Option<Given>,
        _person: &Person,
        _core: &Core,
    ) -> Result<Box<dyn Draft>, ServiceError> {
        let given = given.ok_or(Refusal::NothingToSend(self.kind))?;
        tracing::debug!(kind = %self.kind, "a destination is being enrolled");
        Ok(Box::new(DeliveredDraft {
            given,
            language: request.language.clone(),
            prove: self.prove,
        }))
    }

    fn verifier(
        &self,
        method: OpenMethod,
        rules: &Rules,
        sent: Option<Arc<SentCode>>,
    ) -> Result<Box<dyn Verifier>, ServiceError> {
        let (destination, _) = Destination::of(&method.credential, method.payload)
            .ok_or(Refusal::NothingToSend(self.kind))?;
        Ok(sent_code(&destination, rules, sent))
    }

    fn hint(&self, method: &OpenMethod) -> Hint {
        let place = method.credential.place();
        let (number, address) = match &method.payload {
            MethodPayload::Phone { number, .. } => (Some(phone_number::masked(number)), None),
            MethodPayload::Email { address, .. } => (None, Some(email_address::masked(address))),
            _ => (None, None),
        };
        Hint {
            place: place.map(|place| place.wire_name().to_owned()),
            number,
            address,
            ..Hint::default()
        }
    }
}

fn sent_code(
    destination: &Destination,
    rules: &Rules,
    sent: Option<Arc<SentCode>>,
) -> Box<dyn Verifier> {
    Box::new(SentCodeVerifier {
        digits: rules.codes.digits,
        destination: destination.hint(),
        sent,
    })
}

impl Draft for DeliveredDraft {
    fn verifier(&self, rules: &Rules, sent: Option<Arc<SentCode>>) -> Box<dyn Verifier> {
        sent_code(&self.given.destination, rules, sent)
    }

    fn prove(&self, answer: Answer, _rules: &Rules, _now: Timestamp) -> Option<Proved<Credential>> {
        match answer {
            Answer::DeliveredCode(message) => (self.prove)(&self.given.destination, message),
            _ => None,
        }
    }

    fn payload(&self) -> MethodPayload {
        self.given.destination.payload(self.language.clone())
    }

    fn destination(&self) -> Option<&Destination> {
        Some(&self.given.destination)
    }

    fn details(&self) -> Details {
        let place = self.given.destination.place();
        Details {
            place: place.map(|place| place.wire_name().to_owned()),
            dropped_extension: Some(self.given.dropped_extension),
            ..Details::default()
        }
    }
}

impl Verifier for SentCodeVerifier {
    fn challenge(&self) -> Challenge {
        Challenge::Code {
            digits: Some(self.digits.count().into()),
            destination: Some(self.destination.clone()),
        }
    }

    fn check(&self, response: &Response, now: Timestamp) -> Result<Answer, ServiceError> {
        let typed = response.as_code()?;
        let sent = self.sent.as_ref().ok_or(ServiceError::NoCodeSent)?;
        if now >= sent.expires {
            return Err(Refusal::CodeGone.into());
        }
        Ok(if code::matches(&sent.code, typed, sent.digits) {
            Answer::DeliveredCode(sent.message)
        } else {
            Answer::Wrong
        })
    }

    fn compared_with(&self, _now: Timestamp) -> Option<Vec<u8>> {
        self.sent
            .as_ref()
            .map(|sent| sent.message.as_bytes().to_vec())
    }
}
