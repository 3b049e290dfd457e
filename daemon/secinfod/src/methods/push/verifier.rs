//! Checking the code that a phone shows, or the number that was chosen on it.

use crate::core::ServiceError;
use crate::methods::kind::Verifier;
use crate::push::{CODE_DIGITS, PhoneRequest, RequestState};
use secinfo_domain::{Answer, Refusal, Timestamp};
use secinfo_wire::{Approval, Challenge, Response};
use std::sync::Arc;

/// Asks for what the request of a session asks for; without one, for a code.
pub(super) struct PushVerifier(pub(super) Option<Arc<PhoneRequest>>);

impl Verifier for PushVerifier {
    fn challenge(&self) -> Challenge {
        let number = self.0.as_ref().and_then(|request| request.number());
        Challenge::Approval(number.map_or(
            Approval::Type {
                digits: CODE_DIGITS,
            },
            |number| Approval::Choose {
                number: number.to_owned(),
            },
        ))
    }

    fn check(&self, response: &Response, now: Timestamp) -> Result<Answer, ServiceError> {
        check(self.0.as_deref(), response, now)
    }

    fn compared_with(&self, _now: Timestamp) -> Option<Vec<u8>> {
        let request = self.0.as_ref()?;
        Some(request.id().as_bytes().to_vec())
    }
}

/// What a response to a request is found to be.
pub(super) fn check(
    request: Option<&PhoneRequest>,
    response: &Response,
    now: Timestamp,
) -> Result<Answer, ServiceError> {
    let typed = response.as_approval()?;
    let request = request.ok_or(ServiceError::NoRequest)?;
    match (request.state(now), typed, request.number()) {
        (RequestState::Cancelled | RequestState::NotMe | RequestState::WrongNumber, ..) => {
            Err(ServiceError::Declined)
        }
        (RequestState::Expired, ..) => Err(Refusal::ApprovalGone.into()),
        (RequestState::Accepted, None, Some(_)) => Ok(Answer::Approval(request.id())),
        (_, None, _) => Err(ServiceError::NotApproved),
        (_, Some(typed), _) if request.shows(typed, now) => Ok(Answer::Approval(request.id())),
        (_, Some(_), _) => Ok(Answer::Wrong),
    }
}
