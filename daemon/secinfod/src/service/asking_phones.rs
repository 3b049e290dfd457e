//! Sessions that ask phones.

use super::approvals::Question;
use super::session::Session;
use super::verification::{Asked, Verification, Verifications};
use crate::core::ServiceError;
use crate::push::{PhoneRequest, RequestState};
use secinfo_domain::state::Method;
use secinfo_domain::{Kind, MethodId, Refusal, Timestamp};
use std::sync::Arc;

impl Verification {
    /// The request that it has sent to the phone that is asked now; none where it has sent none.
    pub(super) fn request(&self) -> Option<Arc<PhoneRequest>> {
        self.requests.to(self.asked())
    }

    /// Whether a request to the phone of this method can still be answered, or its code be typed.
    pub(super) fn waits_for(&self, method: MethodId, now: Timestamp) -> bool {
        self.requests.to(method).is_some_and(|request| {
            matches!(
                request.state(now),
                RequestState::Open | RequestState::Accepted
            )
        })
    }
}

impl Verifications {
    /// Sends a request to the phone of this method, in place of any before it: it is withdrawn when the
    /// session ends. With `number`, the user chooses a number on the phone, and types no code.
    pub(super) async fn ask_phone(
        &self,
        verification: &Verification,
        method: &Method,
        number: bool,
    ) -> Result<Arc<PhoneRequest>, ServiceError> {
        let question = Question {
            person: &verification.person,
            by: &verification.by,
            purpose: verification.purpose,
            origin: &verification.origin,
            number,
            language: self.codes.language(&[&verification.language]),
        };
        let request = self.approvals.ask(method, question).await?;
        verification.requests.put(Arc::clone(&request));
        Ok(request)
    }

    /// Sends a request to the phone that is asked first. Where none can be sent, another method is asked,
    /// unless the client has named the phone.
    pub(super) async fn ask_phone_first(
        &self,
        session: &Session<Verification>,
        asked: Asked,
        is_named: bool,
    ) -> Result<Asked, ServiceError> {
        let verification = session.subject();
        let candidates = self.candidates_of(verification)?;
        let of = |id| candidates.iter().find(|method| method.id() == id);
        let method = of(asked.method.method).ok_or(Refusal::UnknownMethod)?;
        let Err(refused) = self.ask_phone(verification, method, false).await else {
            return Ok(asked);
        };
        let other = candidates.iter().find(|other| other.kind() != Kind::Push);
        let Some(other) = other.filter(|_| !is_named) else {
            return Err(refused);
        };
        let asked = self.asked(verification, &candidates, other.id())?;
        verification.ask(other.id());
        Ok(asked)
    }

    /// Waits a little for the answer of the phone that is asked now.
    pub(super) async fn wait_for_phone(&self, verification: &Verification) {
        if let Some(request) = verification.request() {
            let user = verification.person.id;
            self.approvals.wait(user, request.answered()).await;
        }
    }
}
