//! What a code proves of a method that is being enrolled.

use super::enrollment::{DeliveredDraft, Draft, Enrollment};
use crate::core::{Core, ServiceError};
use crate::methods::hardware_token::codes;
use crate::methods::one_time_password::totp;
use crate::methods::payload::{MethodPayload, SecretBytes};
use secinfo_domain::kind::{
    AuthenticatorApp, Call, Credential, Email, HardwareToken, Proved, Text,
};
use secinfo_domain::{Kind, OtpParameters, TokenId};

/// What a code has proved: the method, with what the proof used up marked as used.
type Finished = (Proved<Credential>, MethodPayload, Option<TokenId>);

/// What the code proves: the method, with what the proof used up marked as used.
pub(super) fn prove(
    core: &Core,
    enrollment: &Enrollment,
    code: &str,
) -> Result<Option<Finished>, ServiceError> {
    match &enrollment.draft {
        Draft::Delivered(draft) => prove_delivered(core, draft, code),
        _ => Ok(prove_generated(core, enrollment, code)),
    }
}

fn prove_delivered(
    core: &Core,
    draft: &DeliveredDraft,
    code: &str,
) -> Result<Option<Finished>, ServiceError> {
    let sent = draft.sending.newest().ok_or(ServiceError::NoCodeSent)?;
    if !sent.is(code, core.now())? {
        return Ok(None);
    }
    let proved_by = sent.message;
    let credential = match (draft.kind, draft.destination.place()) {
        (Kind::Text, Some(place)) => Text::proved(place, proved_by).into(),
        (Kind::Call, Some(place)) => Call::proved(place, proved_by).into(),
        _ => Email::proved(proved_by).into(),
    };
    let payload = draft.destination.payload(draft.language.clone());
    Ok(Some((credential, payload, None)))
}

fn prove_generated(core: &Core, enrollment: &Enrollment, code: &str) -> Option<Finished> {
    let seconds = core.now().as_seconds();
    let rules = &core.state().policy().rules.clone();
    match &enrollment.draft {
        Draft::AuthenticatorApp { secret, parameters } => {
            let drift = rules.authenticator_app.drift;
            let step = totp::check(secret, *parameters, code, seconds, drift)?;
            let payload = MethodPayload::AuthenticatorApp {
                secret: SecretBytes::from(secret),
            };
            let credential = AuthenticatorApp::proved(*parameters, step).into();
            Some((credential, payload, None))
        }
        Draft::HardwareToken(token) => {
            let credential = match token.parameters {
                OtpParameters::Totp(parameters) => {
                    let (drift, skew) = (token.payload.drift, rules.hardware_token.drift);
                    let secret = token.payload.secret.open()?;
                    let step = codes::check_totp(&secret, parameters, code, seconds, drift, skew)?;
                    HardwareToken::time_proved(parameters, drift, step)
                }
                OtpParameters::Hotp(parameters) => {
                    let secret = token.payload.secret.open()?;
                    let ahead = rules.hardware_token.look_ahead;
                    let used = codes::check_hotp(&secret, parameters, code, token.next, ahead)?;
                    HardwareToken::counter_proved(parameters, used)?
                }
            };
            Some((credential.into(), token.method_payload(), Some(token.id)))
        }
        Draft::Delivered(_) => None,
    }
}
