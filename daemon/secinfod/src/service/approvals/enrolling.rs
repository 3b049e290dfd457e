//! Enrollments that wait for a phone, and try it out.

use super::{Approvals, Question};
use crate::core::ServiceError;
use crate::methods::kind::PhoneEnrollment;
use crate::push::{CODE_DIGITS, PhoneOwner, RequestState, Stage};
use secinfo_wire::Approval;

/// What the user does once a request is on the phone.
const TYPE: Approval = Approval::Type {
    digits: CODE_DIGITS,
};

impl Approvals {
    /// Waits for the phone of an enrollment.
    pub(in crate::service) fn expect(&self, phone: &PhoneEnrollment) -> Result<(), ServiceError> {
        let (host, _) = self.ready()?;
        host.phones.expect(&phone.registration)
    }

    /// Waits a little for the phone of an enrollment, and tries it out once it has registered: what the user
    /// does next.
    pub(in crate::service) async fn enroll(
        &self,
        phone: &PhoneEnrollment,
        question: Question<'_>,
    ) -> Result<Approval, ServiceError> {
        if let Some(request) = phone.request() {
            match request.state(self.core.now()) {
                RequestState::Open => {
                    self.wait(question.person.id, request.answered()).await;
                    return Ok(TYPE);
                }
                RequestState::Accepted => {
                    return Ok(TYPE);
                }
                // Another one is sent.
                _ => {}
            }
        }
        let registration = &phone.registration;
        self.wait(question.person.id, registration.moved()).await;
        let key = match registration.stage() {
            Stage::Waiting if self.core.now() >= registration.expires() => {
                return Err(ServiceError::SessionExpired);
            }
            Stage::Waiting => return Ok(Approval::Register),
            Stage::OldApp => {
                // It may be updated and scan the code again.
                registration.wait_again();
                return Err(ServiceError::OldApp);
            }
            Stage::Registered(key) => key,
        };
        let known = (registration.serial().clone(), key);
        let request = self
            .send(None, known, PhoneOwner::Enrollment, question)
            .await?;
        phone.try_out(request);
        Ok(TYPE)
    }
}
