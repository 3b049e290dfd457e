//! Email: a code by email, for password reset.

use super::delivery;
use super::delivery::code::SentCode;
use super::delivery::destination::{Destination, Given};
use super::kind::{Draft, EnrollmentRequest, MethodKind, OpenMethod, Verifier};
use crate::core::{Core, Person, ServiceError};
use secinfo_domain::kind::{self, Credential, Proved};
use secinfo_domain::policy::Rules;
use secinfo_domain::{Kind, MessageId};
use secinfo_wire::Hint;
use std::sync::Arc;

/// The kind.
pub(super) struct Email;

impl MethodKind for Email {
    fn default_label(&self) -> &'static str {
        "Email"
    }

    fn destination(
        &self,
        request: &EnrollmentRequest,
        core: &Core,
    ) -> Result<Option<Given>, ServiceError> {
        delivery::read(Kind::Email, request, core)
    }

    fn begin(
        &self,
        request: &EnrollmentRequest,
        given: Option<Given>,
        _person: &Person,
        _core: &Core,
    ) -> Result<Box<dyn Draft>, ServiceError> {
        delivery::begin(request, given, prove)
    }

    fn verifier(
        &self,
        method: OpenMethod,
        rules: &Rules,
        sent: Option<Arc<SentCode>>,
    ) -> Result<Box<dyn Verifier>, ServiceError> {
        delivery::verifier(method, rules, sent)
    }

    fn hint(&self, method: &OpenMethod) -> Hint {
        delivery::hint(method)
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "a phone number proves nothing without its place, and all kinds that are sent are proved alike"
)]
fn prove(_destination: &Destination, message: MessageId) -> Option<Proved<Credential>> {
    Some(kind::Email::proved(message).into())
}
