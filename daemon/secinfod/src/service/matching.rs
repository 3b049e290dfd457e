//! Comparing what a user typed with what the vault holds.

use super::sending::SentCode;
use crate::core::{Core, ServiceError};
use crate::methods::hardware_token::codes;
use crate::methods::one_time_password::totp;
use crate::methods::payload::MethodPayload;
use crate::methods::{access_pass, recovery_codes};
use secinfo_domain::Answer;
use secinfo_domain::kind::{Credential, HardwareToken, Resynchronized};
use secinfo_domain::state::Method;

/// What the typed code is an answer of. Whether it is accepted is the domain's to decide.
/// `sent` is the code that the session has sent, for a kind whose codes are sent.
pub(super) async fn answer(
    core: &Core,
    method: &Method,
    code: &str,
    sent: Option<&SentCode>,
) -> Result<Answer, ServiceError> {
    if method.kind().is_delivered() {
        let sent = sent.filter(|sent| sent.method == Some(method.id()));
        let sent = sent.ok_or(ServiceError::NoCodeSent)?;
        return Ok(if sent.is(code, core.now())? {
            Answer::DeliveredCode(sent.message)
        } else {
            Answer::Wrong
        });
    }
    let payload = MethodPayload::open(core, method)?;
    let rules = &core.state().policy().rules.clone();
    let seconds = core.now().as_seconds();
    let found = match (method.credential(), &payload) {
        (Credential::AuthenticatorApp(app), MethodPayload::AuthenticatorApp { secret, .. }) => {
            let secret = secret.open().ok_or_else(malformed)?;
            let drift = rules.authenticator_app.drift;
            totp::check(&secret, app.parameters, code, seconds, drift).map(Answer::TimeStep)
        }
        (
            Credential::HardwareToken(HardwareToken::Time {
                parameters, drift, ..
            }),
            MethodPayload::HardwareToken { secret, .. },
        ) => {
            let secret = secret.open().ok_or_else(malformed)?;
            let skew = rules.hardware_token.drift;
            codes::check_totp(&secret, *parameters, code, seconds, *drift, skew)
                .map(Answer::TimeStep)
        }
        (
            Credential::HardwareToken(HardwareToken::Counter { parameters, next }),
            MethodPayload::HardwareToken { secret, .. },
        ) => {
            let secret = secret.open().ok_or_else(malformed)?;
            let ahead = rules.hardware_token.look_ahead;
            codes::check_hotp(&secret, *parameters, code, *next, ahead).map(Answer::Counter)
        }
        (Credential::RecoveryCodes(_), MethodPayload::Codes { hashes, .. }) => {
            let (hashes, code) = (hashes.clone(), code.to_owned());
            core.hash(move || recovery_codes::matching(&hashes, &code))
                .await??
                .map(Answer::RecoveryCode)
        }
        (Credential::AccessPass(_), MethodPayload::Codes { hashes, .. }) => {
            let (hashes, code) = (hashes.clone(), code.to_owned());
            let matches = core
                .hash(move || access_pass::matches(&hashes, &code))
                .await??;
            matches.then_some(Answer::AccessPass)
        }
        _ => return Err(malformed()),
    };
    Ok(found.unwrap_or(Answer::Wrong))
}

/// Where two consecutive codes of a token are found.
pub(super) fn find_token(
    core: &Core,
    method: &Method,
    codes: (&str, &str),
) -> Result<Option<Resynchronized>, ServiceError> {
    let MethodPayload::HardwareToken { secret, .. } = MethodPayload::open(core, method)? else {
        return Ok(None);
    };
    let secret = secret.open().ok_or_else(malformed)?;
    let window = core.state().policy().rules.hardware_token.resynchronization;
    let seconds = core.now().as_seconds();
    Ok(match method.credential() {
        Credential::HardwareToken(HardwareToken::Counter { parameters, next }) => {
            let second = codes::resynchronize_hotp(&secret, *parameters, codes, *next, window);
            second
                .and_then(secinfo_domain::Counter::next)
                .map(Resynchronized::Counter)
        }
        Credential::HardwareToken(HardwareToken::Time { parameters, .. }) => {
            let step = codes::resynchronize_totp(&secret, *parameters, codes, seconds, window);
            step.map(|step| Resynchronized::Clock {
                drift: codes::drift_of(step, *parameters, seconds),
                last_step: step,
            })
        }
        _ => None,
    })
}

fn malformed() -> ServiceError {
    ServiceError::Internal("what is sealed of a method does not fit its kind".to_owned())
}
