//! Hardware token: HOTP or TOTP codes from a device that administrators import and users activate.

mod activation;
mod codes;
pub mod import;
pub(crate) mod inventory;

use super::delivery::code::SentCode;
use super::delivery::destination::Given;
use super::kind::{Draft, EnrollmentRequest, MethodKind, OpenMethod, Verifier, malformed};
use super::one_time_password::Secret;
use super::one_time_password::totp::TotpVerifier;
use super::payload::MethodPayload;
use crate::core::{Core, Person, ServiceError};
use activation::TokenDraft;
use secinfo_domain::kind::{self, Credential, Resynchronized};
use secinfo_domain::policy::Rules;
use secinfo_domain::state::Method;
use secinfo_domain::{
    Answer, Counter, HotpParameters, OtpParameters, Refusal, Timestamp, TotpParameters, UserName,
};
use secinfo_wire::names::token_mode;
use secinfo_wire::{Challenge, Hint, Response};
use std::sync::Arc;

/// The kind.
pub(super) struct HardwareToken;

/// Asks for a code that goes by the presses of a button.
struct HotpVerifier {
    secret: Secret,
    parameters: HotpParameters,
    next: Counter,
    look_ahead: u16,
    /// How far back codes are looked for that are used up, to say so.
    look_back: u16,
}

/// The word for how a token makes its codes.
pub(crate) const fn mode(parameters: OtpParameters) -> &'static str {
    match parameters {
        OtpParameters::Totp(_) => token_mode::TOTP,
        OtpParameters::Hotp(_) => token_mode::HOTP,
    }
}

impl MethodKind for HardwareToken {
    fn default_label(&self) -> &'static str {
        "Hardware token"
    }

    fn begin(
        &self,
        request: &EnrollmentRequest,
        _given: Option<Given>,
        person: &Person,
        core: &Core,
    ) -> Result<Box<dyn Draft>, ServiceError> {
        let serial = request.serial.as_deref().ok_or_else(|| {
            ServiceError::InvalidArgument(
                "a hardware token is named by its serial number: give it".to_owned(),
            )
        })?;
        let token = inventory::find(core, serial)?;
        let account = &person.account;
        let is_theirs =
            |(uid, name): &(u32, UserName)| *uid == account.uid && *name == account.name;
        if !token.payload.user.as_ref().is_none_or(is_theirs) {
            return Err(Refusal::UnknownToken.into());
        }
        let secret = token.payload.secret.open().ok_or_else(malformed)?;
        Ok(Box::new(TokenDraft::new(token, secret)))
    }

    fn verifier(
        &self,
        method: OpenMethod,
        rules: &Rules,
        _sent: Option<Arc<SentCode>>,
    ) -> Result<Box<dyn Verifier>, ServiceError> {
        let (Credential::HardwareToken(token), MethodPayload::HardwareToken { secret, .. }) =
            (method.credential, method.payload)
        else {
            return Err(malformed());
        };
        let secret = secret.open().ok_or_else(malformed)?;
        Ok(match token {
            kind::HardwareToken::Time {
                parameters, drift, ..
            } => by_time(secret, parameters, drift, rules),
            kind::HardwareToken::Counter { parameters, next } => Box::new(HotpVerifier {
                look_back: rules.hardware_token.look_ahead,
                ..by_counter(secret, parameters, next, rules)
            }),
        })
    }

    fn hint(&self, method: &OpenMethod) -> Hint {
        let (Credential::HardwareToken(token), MethodPayload::HardwareToken { serial, .. }) =
            (&method.credential, &method.payload)
        else {
            return Hint::default();
        };
        let mode = match token {
            kind::HardwareToken::Time { .. } => token_mode::TOTP,
            kind::HardwareToken::Counter { .. } => token_mode::HOTP,
        };
        Hint {
            // A token that was brought over from another system has no serial number.
            serial: (!serial.is_empty()).then(|| masked(serial)),
            mode: Some(mode.to_owned()),
            ..Hint::default()
        }
    }
}

impl Verifier for HotpVerifier {
    fn challenge(&self) -> Challenge {
        Challenge::Code {
            digits: Some(self.parameters.digits.count().into()),
            destination: None,
        }
    }

    fn check(&self, response: &Response, _now: Timestamp) -> Result<Answer, ServiceError> {
        let (secret, code) = (&self.secret, response.as_code()?);
        let found = codes::check_hotp(secret, self.parameters, code, self.next, self.look_ahead);
        let used = codes::used_hotp(secret, self.parameters, code, self.next, self.look_back);
        Ok(found.or(used).map_or(Answer::Wrong, Answer::Counter))
    }

    fn compared_with(&self, _now: Timestamp) -> Option<Vec<u8>> {
        let next = self.next.0.to_be_bytes();
        Some([&next[..], &self.look_ahead.to_be_bytes()].concat())
    }
}

/// Where two consecutive codes of a token are found.
pub(crate) fn resynchronize(
    core: &Core,
    method: &Method,
    codes: (&str, &str),
) -> Result<Option<Resynchronized>, ServiceError> {
    let (Credential::HardwareToken(token), MethodPayload::HardwareToken { secret, .. }) =
        (method.credential(), MethodPayload::open(core, method)?)
    else {
        return Ok(None);
    };
    let secret = secret.open().ok_or_else(malformed)?;
    let window = core.state().policy().rules.hardware_token.resynchronization;
    Ok(codes::find(&secret, token, codes, core.now(), window))
}

fn by_time(
    secret: Secret,
    parameters: TotpParameters,
    clock_drift: i32,
    rules: &Rules,
) -> Box<dyn Verifier> {
    Box::new(TotpVerifier {
        secret,
        parameters,
        clock_drift,
        skew: rules.hardware_token.drift,
    })
}

fn by_counter(
    secret: Secret,
    parameters: HotpParameters,
    next: Counter,
    rules: &Rules,
) -> HotpVerifier {
    HotpVerifier {
        secret,
        parameters,
        next,
        look_ahead: rules.hardware_token.look_ahead,
        look_back: 0,
    }
}

/// The last four characters behind dots; dots alone where there are not more than four.
fn masked(text: &str) -> String {
    let count = text.chars().count();
    let shown: String = text
        .chars()
        .skip(count.max(4) - if count > 4 { 4 } else { 0 })
        .collect();
    format!("••••{shown}")
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn a_masked_text_never_shows_all_of_it() {
        assert_eq!(
            ["1234567", "12345", "1234", "1", ""].map(masked),
            ["••••4567", "••••2345", "••••", "••••", "••••"]
        );
    }
}
