//! TOTP codes from an app (RFC 6238).

use super::answer::{Accepted, Answer, Judgement};
use super::proved::Proved;
use super::row::{CredentialRules, Enrollment, Row, Section};
use super::used::UsedSteps;
use crate::{Algorithm, Digits, Purpose, Strength, TimeStep, Timestamp, TotpParameters};
use serde::{Deserialize, Serialize};

pub(super) const ROW: Row = Row {
    purposes: &Purpose::ALL,
    fallback_rank: Some(2),
    takes_over_default: true,
    strength: Strength::Possession,
    protection: Strength::Possession,
    sent_to: None,
    can_be_guessed: true,
    enrollment: Enrollment::OwnSecret,
    most: None,
    replaces: false,
    needs_another: false,
    is_importable: true,
};

/// An authenticator app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthenticatorApp {
    /// How its codes are made.
    pub parameters: TotpParameters,
    /// The last time step of which a code was accepted. No code of it or of an earlier one is
    /// accepted again.
    pub last_step: TimeStep,
}

impl AuthenticatorApp {
    /// An app that the user has proved by the code of this step.
    pub fn proved(parameters: TotpParameters, code: TimeStep) -> Proved<Self> {
        let last_step = code;
        Proved::new(Self {
            parameters,
            last_step,
        })
    }
}

impl CredentialRules for AuthenticatorApp {
    fn judge(&self, answer: Answer) -> Judgement {
        match answer {
            Answer::TimeStep(step) => {
                Judgement::once(step > self.last_step, Accepted::TimeStep(step))
            }
            _ => Judgement::DoesNotFit,
        }
    }

    fn use_up(&mut self, accepted: Accepted) {
        if let Accepted::TimeStep(step) = accepted {
            self.last_step = step;
        }
    }

    fn used_steps(&self) -> Option<UsedSteps> {
        Some(UsedSteps {
            period: self.parameters.period,
            last: self.last_step,
            drift: 0,
        })
    }

    fn void_until(&mut self, now: Timestamp, drift: u8) {
        let newest = self
            .parameters
            .period
            .step_ahead(now.as_seconds(), drift.into());
        self.last_step = self.last_step.max(newest);
    }
}

/// How new authenticator apps are set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthenticatorAppRules {
    /// The hash; SHA-1 is what every app reads.
    pub algorithm: Algorithm,
    /// The digits of a code.
    pub digits: Digits,
    /// How many time steps a clock may be off, either way.
    pub drift: u8,
    /// How many one user may have.
    pub most: u8,
}

impl Default for AuthenticatorAppRules {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::Sha1,
            digits: Digits::Six,
            drift: 1,
            most: 5,
        }
    }
}

impl Section for AuthenticatorAppRules {
    fn most(&self) -> u8 {
        self.most
    }

    fn drift(&self) -> u8 {
        self.drift
    }
}
