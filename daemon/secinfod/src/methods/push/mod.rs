//! Approval on a phone whose app shows requests.

mod draft;
mod verifier;

use super::delivery::code::SentCode;
use super::delivery::destination::Given;
use super::kind::{Draft, EnrollmentRequest, MethodKind, OpenMethod, PromptStyle, Verifier};
use crate::core::{Core, Person, ServiceError};
use draft::PhoneDraft;
use secinfo_domain::policy::Rules;
use secinfo_wire::{Form, Hint};
use std::sync::Arc;
use verifier::PushVerifier;

/// The kind.
pub(super) struct Push;

impl MethodKind for Push {
    fn default_label(&self) -> &'static str {
        "Phone"
    }

    fn form(&self) -> Form {
        Form::Approval
    }

    fn prompt(&self) -> PromptStyle {
        PromptStyle::Approval
    }

    fn begin(
        &self,
        _request: &EnrollmentRequest,
        _given: Option<Given>,
        person: &Person,
        core: &Core,
    ) -> Result<Box<dyn Draft>, ServiceError> {
        Ok(Box::new(PhoneDraft::new(person, core)?))
    }

    fn verifier(
        &self,
        method: OpenMethod,
        _rules: &Rules,
        _sent: Option<Arc<SentCode>>,
    ) -> Result<Box<dyn Verifier>, ServiceError> {
        Ok(Box::new(PushVerifier(method.request)))
    }

    fn hint(&self, _method: &OpenMethod) -> Hint {
        Hint::default()
    }
}
