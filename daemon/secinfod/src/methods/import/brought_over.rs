//! A method with one-time codes that a user had in another system.

use crate::methods::one_time_password::Secret;
use crate::methods::payload::{MethodPayload, SecretBytes};
use secinfo_domain::kind::{AuthenticatorApp, Credential, HardwareToken};
use secinfo_domain::{
    Counter, HotpParameters, Label, TimeStep, Timestamp, TotpParameters, UserName,
};

/// Codes with this period come from an app, as a rule; with another, from a token of its own.
const PERIOD_OF_APPS: u16 = 30;

/// How far ahead of a clock the step of a used code can be: as far as any module searches.
const FARTHEST: u64 = 100;

/// A method as a line of a file describes it.
pub struct BroughtOver {
    /// Whose it is.
    pub user: UserName,
    /// What it is called, if the file says so.
    pub label: Option<Label>,
    /// Its secret.
    pub secret: Secret,
    /// How its codes are made.
    pub codes: Codes,
}

/// How codes are made, and which come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codes {
    /// By time.
    ByTime {
        /// How.
        parameters: TotpParameters,
        /// By how many steps its clock was ahead when it was used last.
        ahead: i32,
        /// The newest step of which a code is known to have been used.
        used: TimeStep,
    },
    /// By counter.
    ByCounter {
        /// How.
        parameters: HotpParameters,
        /// The counter of the next code.
        next: Counter,
    },
}

impl BroughtOver {
    /// The method that the line makes. Of codes by time, none that was shown before `now` is
    /// good, and none that was used.
    pub(crate) fn to_method(&self, now: Timestamp) -> (Credential, MethodPayload) {
        let secret = SecretBytes::from(&self.secret);
        let last_step = |parameters: TotpParameters, ahead: i32, TimeStep(used): TimeStep| {
            let TimeStep(now) = parameters.period.step_at(now.as_seconds());
            let shown = now.saturating_add_signed(ahead.into());
            TimeStep(shown.max(used.min(now + FARTHEST)))
        };
        let token = match self.codes {
            Codes::ByTime {
                parameters,
                ahead,
                used,
            } if parameters.period.seconds() == PERIOD_OF_APPS => {
                let app = AuthenticatorApp {
                    parameters,
                    // An app has no drift: what its clock shows later than ours was shown all the same.
                    last_step: last_step(parameters, ahead.max(0), used),
                };
                return (app.into(), MethodPayload::AuthenticatorApp { secret });
            }
            Codes::ByTime {
                parameters,
                ahead,
                used,
            } => HardwareToken::Time {
                parameters,
                last_step: last_step(parameters, ahead, used),
                drift: ahead,
            },
            Codes::ByCounter { parameters, next } => HardwareToken::Counter { parameters, next },
        };
        let payload = MethodPayload::HardwareToken {
            secret,
            serial: String::new(),
            manufacturer: String::new(),
            model: String::new(),
        };
        (token.into(), payload)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secinfo_domain::Period;

    #[test]
    fn no_code_that_a_clock_has_shown_before_is_good() {
        let now = Timestamp::from_seconds(30_000);
        let method = |period, ahead, used| {
            let parameters = TotpParameters {
                period: Period::try_from(period).unwrap(),
                ..TotpParameters::default()
            };
            let entry = BroughtOver {
                user: UserName::parse("alice").unwrap(),
                label: None,
                secret: Secret::from_bytes(&[7; 20]).unwrap(),
                codes: Codes::ByTime {
                    parameters,
                    ahead,
                    used: TimeStep(used),
                },
            };
            match entry.to_method(now).0 {
                Credential::AuthenticatorApp(app) => (app.last_step, 0),
                Credential::HardwareToken(HardwareToken::Time {
                    last_step, drift, ..
                }) => (last_step, drift),
                _ => panic!("it goes by time"),
            }
        };
        assert_eq!(method(30, 0, 0), (TimeStep(1000), 0));
        assert_eq!(method(30, 2, 0), (TimeStep(1002), 0));
        assert_eq!(method(30, -2, 0), (TimeStep(1000), 0));
        assert_eq!(method(60, 2, 0), (TimeStep(502), 2));
        assert_eq!(method(60, -2, 0), (TimeStep(498), -2));
        assert_eq!(method(30, 0, 1008), (TimeStep(1008), 0));
        assert_eq!(method(30, 0, u64::MAX), (TimeStep(1100), 0));
    }
}
