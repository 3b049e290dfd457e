//! Authenticator app: TOTP codes (RFC 6238) from an app of the user's.

pub mod presentation;

use super::delivery::code::SentCode;
use super::delivery::destination::Given;
use super::kind::{
    Details, Draft, EnrollmentRequest, MethodKind, OpenMethod, SetUpAtPrompt, Verifier, malformed,
};
use super::one_time_password::totp::TotpVerifier;
use super::one_time_password::{Secret, is_secret_of};
use super::payload::{MethodPayload, SecretBytes};
use crate::core::{Core, Person, ServiceError, no_randomness};
use presentation::Presentation;
use secinfo_domain::kind::{self, Credential, Proved};
use secinfo_domain::policy::Rules;
use secinfo_domain::{Answer, Period, Timestamp, TotpParameters};
use secinfo_wire::Hint;
use std::sync::Arc;

/// The kind.
pub(super) struct AuthenticatorApp;

/// An app that is being set up.
struct AppDraft {
    secret: Secret,
    parameters: TotpParameters,
    issuer: String,
    account: String,
    /// Whether the user has set it up for another system before.
    is_brought: bool,
}

impl MethodKind for AuthenticatorApp {
    fn default_label(&self) -> &'static str {
        "Authenticator app"
    }

    fn set_up_at_prompt(&self) -> Option<SetUpAtPrompt> {
        Some(SetUpAtPrompt::Presentation)
    }

    fn begin(
        &self,
        request: &EnrollmentRequest,
        _given: Option<Given>,
        person: &Person,
        core: &Core,
    ) -> Result<Box<dyn Draft>, ServiceError> {
        let rules = core.state().policy().rules.authenticator_app;
        let parameters = TotpParameters {
            algorithm: rules.algorithm,
            digits: rules.digits,
            period: Period::default(),
        };
        // An app that was set up elsewhere makes the codes that every app reads, and no others.
        if request.secret.is_some() && parameters != TotpParameters::default() {
            return Err(ServiceError::InvalidArgument(format!(
                "policy asks for codes of {} digits by {}, which that app does not make: set up a new authenticator app",
                parameters.digits, parameters.algorithm
            )));
        }
        let settings = core.settings();
        let secret = match &request.secret {
            Some(secret) => secret.clone(),
            None => Secret::generate(rules.algorithm).map_err(no_randomness)?,
        };
        let draft = AppDraft {
            secret,
            parameters,
            issuer: settings.organization,
            account: format!("{}@{}", person.account.name, settings.host),
            is_brought: request.secret.is_some(),
        };
        if draft.is_brought {
            draft.expect_new(core, person)?;
        }
        Ok(Box::new(draft))
    }

    fn verifier(
        &self,
        method: OpenMethod,
        rules: &Rules,
        _sent: Option<Arc<SentCode>>,
    ) -> Result<Box<dyn Verifier>, ServiceError> {
        let (Credential::AuthenticatorApp(app), MethodPayload::AuthenticatorApp { secret }) =
            (method.credential, method.payload)
        else {
            return Err(malformed());
        };
        let secret = secret.open().ok_or_else(malformed)?;
        Ok(verifier(secret, app.parameters, rules))
    }

    fn hint(&self, method: &OpenMethod) -> Hint {
        match &method.credential {
            Credential::AuthenticatorApp(app) => Hint {
                digits: Some(app.parameters.digits.count().into()),
                period: Some(app.parameters.period.seconds().into()),
                ..Hint::default()
            },
            _ => Hint::default(),
        }
    }
}

impl Draft for AppDraft {
    fn verifier(&self, rules: &Rules, _sent: Option<Arc<SentCode>>) -> Box<dyn Verifier> {
        verifier(self.secret.clone(), self.parameters, rules)
    }

    fn prove(&self, answer: Answer, _rules: &Rules, _now: Timestamp) -> Option<Proved<Credential>> {
        match answer {
            Answer::TimeStep(step) => {
                Some(kind::AuthenticatorApp::proved(self.parameters, step).into())
            }
            _ => None,
        }
    }

    fn payload(&self) -> MethodPayload {
        MethodPayload::AuthenticatorApp {
            secret: SecretBytes::from(&self.secret),
        }
    }

    fn expect_new(&self, core: &Core, person: &Person) -> Result<(), ServiceError> {
        if is_secret_of(core, person, &self.secret)? {
            return Err(ServiceError::InvalidArgument(
                "you have this app already: nothing is to be added".to_owned(),
            ));
        }
        Ok(())
    }

    fn details(&self) -> Details {
        let presentation =
            || Presentation::new(&self.secret, self.parameters, &self.issuer, &self.account);
        Details {
            presentation: (!self.is_brought).then(presentation),
            period: Some(self.parameters.period.seconds().into()),
            algorithm: Some(self.parameters.algorithm.name().to_owned()),
            ..Details::default()
        }
    }
}

fn verifier(secret: Secret, parameters: TotpParameters, rules: &Rules) -> Box<dyn Verifier> {
    Box::new(TotpVerifier {
        secret,
        parameters,
        clock_drift: 0,
        skew: rules.authenticator_app.drift,
    })
}
