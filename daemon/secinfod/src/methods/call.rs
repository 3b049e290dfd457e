//! Call: a code that a voice reads out on the phone.

use super::delivery;
use super::delivery::code::SentCode;
use super::delivery::destination::{Destination, Given};
use super::kind::{
    Draft, EnrollmentRequest, MethodKind, OpenMethod, PromptStyle, SetUpAtPrompt, Verifier,
};
use crate::core::{Core, Person, ServiceError};
use secinfo_domain::kind::{self, Credential, Proved};
use secinfo_domain::policy::Rules;
use secinfo_domain::{Kind, MessageId};
use secinfo_wire::Hint;
use std::sync::Arc;

/// The kind.
pub(super) struct Call;

impl MethodKind for Call {
    fn default_label(&self) -> &'static str {
        "Phone call"
    }

    fn prompt(&self) -> PromptStyle {
        PromptStyle::SentToNumber { call: true }
    }

    fn set_up_at_prompt(&self) -> Option<SetUpAtPrompt> {
        Some(SetUpAtPrompt::Number)
    }

    fn destination(
        &self,
        request: &EnrollmentRequest,
        core: &Core,
    ) -> Result<Option<Given>, ServiceError> {
        delivery::read(Kind::Call, request, core)
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

fn prove(destination: &Destination, message: MessageId) -> Option<Proved<Credential>> {
    Some(kind::Call::proved(destination.place()?, message).into())
}
