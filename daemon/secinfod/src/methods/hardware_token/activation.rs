//! Activating a token of the inventory: by one code where it is in step, by two consecutive ones where
//! it is not.

use super::inventory::InventoryToken;
use super::{by_counter, by_time, codes, mode};
use crate::core::ServiceError;
use crate::methods::delivery::code::SentCode;
use crate::methods::kind::{Details, Draft, Verifier};
use crate::methods::one_time_password::Secret;
use crate::methods::payload::MethodPayload;
use secinfo_domain::kind::{Credential, HardwareToken, Proved};
use secinfo_domain::policy::Rules;
use secinfo_domain::{Answer, OtpParameters, Timestamp, TokenId};
use secinfo_wire::{Challenge, Response};
use std::sync::{Arc, Mutex};
use zeroize::Zeroizing;

/// A token of the inventory that is being activated.
pub(super) struct TokenDraft {
    token: InventoryToken,
    secret: Secret,
    former: FormerCode,
}

/// The newest code of an activation that was not accepted: the next may follow it.
type FormerCode = Arc<Mutex<Option<Zeroizing<String>>>>;

/// Asks for a code of the token, or for two consecutive ones.
struct ActivationVerifier {
    in_step: Box<dyn Verifier>,
    waiting: HardwareToken,
    secret: Secret,
    window: u16,
    former: FormerCode,
}

impl TokenDraft {
    pub(super) fn new(token: InventoryToken, secret: Secret) -> Self {
        Self {
            token,
            secret,
            former: FormerCode::default(),
        }
    }

    /// The token as far as the inventory knows it.
    const fn waiting(&self) -> HardwareToken {
        match self.token.parameters {
            OtpParameters::Totp(parameters) => HardwareToken::Time {
                parameters,
                last_step: self.token.reached.step,
                drift: self.token.payload.drift,
            },
            OtpParameters::Hotp(parameters) => HardwareToken::Counter {
                parameters,
                next: self.token.reached.next,
            },
        }
    }
}

impl Draft for TokenDraft {
    fn verifier(&self, rules: &Rules, _sent: Option<Arc<SentCode>>) -> Box<dyn Verifier> {
        let secret = self.secret.clone();
        let in_step = match self.token.parameters {
            OtpParameters::Totp(parameters) => {
                by_time(secret, parameters, self.token.payload.drift, rules)
            }
            OtpParameters::Hotp(parameters) => Box::new(by_counter(
                secret,
                parameters,
                self.token.reached.next,
                rules,
            )),
        };
        Box::new(ActivationVerifier {
            in_step,
            waiting: self.waiting(),
            secret: self.secret.clone(),
            window: rules.hardware_token.resynchronization,
            former: Arc::clone(&self.former),
        })
    }

    fn prove(&self, answer: Answer, rules: &Rules, now: Timestamp) -> Option<Proved<Credential>> {
        let proved = match (self.token.parameters, answer) {
            (_, Answer::Found(found)) => {
                HardwareToken::found(self.waiting(), found, now, rules.hardware_token.drift)?
            }
            (OtpParameters::Totp(parameters), Answer::TimeStep(step)) => {
                HardwareToken::time_proved(parameters, self.token.payload.drift, step)
            }
            (OtpParameters::Hotp(parameters), Answer::Counter(counter)) => {
                HardwareToken::counter_proved(parameters, counter)?
            }
            _ => return None,
        };
        Some(proved.into())
    }

    fn payload(&self) -> MethodPayload {
        let token = &self.token.payload;
        MethodPayload::HardwareToken {
            secret: token.secret.clone(),
            serial: token.serial.clone(),
            manufacturer: token.manufacturer.clone(),
            model: token.model.clone(),
        }
    }

    fn token(&self) -> Option<TokenId> {
        Some(self.token.id)
    }

    fn details(&self) -> Details {
        Details {
            mode: Some(mode(self.token.parameters).to_owned()),
            manufacturer: Some(self.token.payload.manufacturer.clone()),
            model: Some(self.token.payload.model.clone()),
            ..Details::default()
        }
    }
}

impl Verifier for ActivationVerifier {
    fn challenge(&self) -> Challenge {
        self.in_step.challenge()
    }

    fn check(&self, response: &Response, now: Timestamp) -> Result<Answer, ServiceError> {
        let answer = self.in_step.check(response, now)?;
        if answer != Answer::Wrong {
            return Ok(answer);
        }
        let code = Zeroizing::new(response.as_code()?.to_owned());
        let mut former = self
            .former
            .lock()
            .expect("nothing panics while it holds the code");
        let found = former.as_ref().and_then(|former| {
            codes::find(
                &self.secret,
                &self.waiting,
                (former, &code),
                now,
                self.window,
            )
        });
        *former = Some(code);
        Ok(found.map_or(Answer::Wrong, Answer::Found))
    }
}
