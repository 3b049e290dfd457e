//! Comparing what a user typed with what the vault holds.

use super::payload::MethodPayload;
use super::sending::SentCode;
use super::{Service, ServiceError, now};
use crate::methods::{access_pass, authenticator_app, hardware_token, recovery_codes};
use secinfo_domain::event::{Credential, Resynchronized};
use secinfo_domain::state::Method;
use secinfo_domain::{Answer, KeyId, Label, SealedPart};

impl Service {
    /// What the user calls a method.
    pub(super) fn label(&self, method: &Method) -> Result<Label, ServiceError> {
        let (key, sealed) = (KeyId::from(method.id()), &method.sealed().label);
        let bytes = self
            .reader
            .open_sealed(key, SealedPart::Label, sealed.as_bytes())?;
        Ok(postcard::from_bytes(&bytes)?)
    }

    /// Opens the secret of a method.
    pub(super) fn open(&self, method: &Method) -> Result<MethodPayload, ServiceError> {
        let (key, sealed) = (KeyId::from(method.id()), &method.sealed().secret);
        let bytes = self
            .reader
            .open_sealed(key, SealedPart::Secret, sealed.as_bytes())?;
        Ok(postcard::from_bytes(&bytes)?)
    }

    /// What the typed code is an answer of. Whether it is accepted is the domain's to decide.
    /// `sent` is the code that the session has sent, for a kind whose codes are sent.
    pub(super) async fn answer(
        &self,
        method: &Method,
        code: &str,
        sent: Option<&SentCode>,
    ) -> Result<Answer, ServiceError> {
        if method.kind().is_delivered() {
            let sent = sent.filter(|sent| sent.method == Some(method.id()));
            let sent = sent.ok_or(ServiceError::NoCodeSent)?;
            return Ok(if sent.is(code)? {
                Answer::DeliveredCode(sent.message)
            } else {
                Answer::Wrong
            });
        }
        let payload = self.open(method)?;
        let rules = &self.state().policy().rules.clone();
        let seconds = now().as_seconds();
        let found = match (method.credential(), &payload) {
            (
                Credential::AuthenticatorApp { parameters, .. },
                MethodPayload::AuthenticatorApp { secret, .. },
            ) => {
                let secret = secret.open().ok_or_else(malformed)?;
                let drift = rules.authenticator_app.drift;
                authenticator_app::check(&secret, *parameters, code, seconds, drift)
                    .map(Answer::TimeStep)
            }
            (
                Credential::TimeToken {
                    parameters, drift, ..
                },
                MethodPayload::HardwareToken { secret, .. },
            ) => {
                let secret = secret.open().ok_or_else(malformed)?;
                let skew = rules.hardware_token.drift;
                hardware_token::check_totp(&secret, *parameters, code, seconds, *drift, skew)
                    .map(Answer::TimeStep)
            }
            (
                Credential::CounterToken { parameters, next },
                MethodPayload::HardwareToken { secret, .. },
            ) => {
                let secret = secret.open().ok_or_else(malformed)?;
                let ahead = rules.hardware_token.look_ahead;
                hardware_token::check_hotp(&secret, *parameters, code, *next, ahead)
                    .map(Answer::Counter)
            }
            (Credential::RecoveryCodes { .. }, MethodPayload::Codes { hashes, .. }) => {
                let (hashes, code) = (hashes.clone(), code.to_owned());
                self.hash(move || recovery_codes::matching(&hashes, &code))
                    .await?
                    .map(Answer::RecoveryCode)
            }
            (Credential::AccessPass { .. }, MethodPayload::Codes { hashes, .. }) => {
                let (hashes, code) = (hashes.clone(), code.to_owned());
                let matches = self
                    .hash(move || access_pass::matches(&hashes, &code))
                    .await?;
                matches.then_some(Answer::AccessPass)
            }
            _ => return Err(malformed()),
        };
        Ok(found.unwrap_or(Answer::Wrong))
    }

    /// Where two consecutive codes of a token are found.
    pub(super) fn find_token(
        &self,
        method: &Method,
        codes: (&str, &str),
    ) -> Result<Option<Resynchronized>, ServiceError> {
        let MethodPayload::HardwareToken { secret, .. } = self.open(method)? else {
            return Ok(None);
        };
        let secret = secret.open().ok_or_else(malformed)?;
        let window = self.state().policy().rules.hardware_token.resynchronization;
        let seconds = now().as_seconds();
        Ok(match method.credential() {
            Credential::CounterToken { parameters, next } => {
                let second =
                    hardware_token::resynchronize_hotp(&secret, *parameters, codes, *next, window);
                second
                    .and_then(secinfo_domain::Counter::next)
                    .map(Resynchronized::Counter)
            }
            Credential::TimeToken { parameters, .. } => {
                let step = hardware_token::resynchronize_totp(
                    &secret,
                    *parameters,
                    codes,
                    seconds,
                    window,
                );
                step.map(|step| Resynchronized::Clock {
                    drift: hardware_token::drift_of(step, *parameters, seconds),
                    last_step: step,
                })
            }
            _ => None,
        })
    }

    /// Runs memory-hard hashing where it blocks nobody, one at a time.
    pub(super) async fn hash<T: Send + 'static, E: Into<ServiceError> + Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> Result<T, ServiceError> {
        let _turn = self
            .hashing
            .acquire()
            .await
            .map_err(|error| ServiceError::Internal(error.to_string()))?;
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|_| ServiceError::Internal("hashing a code failed".to_owned()))?
            .map_err(Into::into)
    }
}

fn malformed() -> ServiceError {
    ServiceError::Internal("what is sealed of a method does not fit its kind".to_owned())
}
