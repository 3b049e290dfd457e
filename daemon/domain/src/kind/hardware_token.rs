//! Codes from an OATH token: TOTP (RFC 6238) or HOTP (RFC 4226).

use super::answer::{Accepted, Answer, Judgement};
use super::proved::Proved;
use super::row::{CredentialRules, Enrollment, Row, Section};
use super::used::UsedSteps;
use crate::{Counter, HotpParameters, Purpose, Strength, TimeStep, Timestamp, TotpParameters};
use serde::{Deserialize, Serialize};

pub(super) const ROW: Row = Row {
    purposes: &Purpose::ALL,
    fallback_rank: Some(3),
    takes_over_default: false,
    strength: Strength::Possession,
    protection: Strength::Possession,
    sent_to: None,
    can_be_guessed: true,
    enrollment: Enrollment::Claimed,
    most: None,
    replaces: false,
    needs_another: false,
    is_importable: true,
};

/// A hardware token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum HardwareToken {
    /// One that counts time.
    Time {
        /// How its codes are made.
        parameters: TotpParameters,
        /// The last time step of which a code was accepted. No code of it or of an earlier one is
        /// accepted again.
        last_step: TimeStep,
        /// How many time steps its clock is off, learned by resynchronization.
        drift: i32,
    },
    /// One that counts the presses of its button.
    Counter {
        /// How its codes are made.
        parameters: HotpParameters,
        /// The lowest counter of which a code is accepted.
        next: Counter,
    },
}

/// Where a token was found when it was resynchronized.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Resynchronized {
    /// The next counter of a counter token.
    Counter(Counter),
    /// The clock of a time token: how many steps it is off, and the step of its newest code.
    Clock {
        /// Steps it is ahead (positive) or behind.
        drift: i32,
        /// The step of the second code, used up by this.
        last_step: TimeStep,
    },
}

impl HardwareToken {
    /// A time token that the user has proved by the code of this step. Its clock is `drift` steps
    /// off.
    pub fn time_proved(parameters: TotpParameters, drift: i32, code: TimeStep) -> Proved<Self> {
        Proved::new(Self::Time {
            parameters,
            last_step: code,
            drift,
        })
    }

    /// A counter token that the user has proved by the code of this counter; none after the very
    /// last, which has no counter after it that could mark it as used.
    pub fn counter_proved(parameters: HotpParameters, code: Counter) -> Option<Proved<Self>> {
        let next = code.next()?;
        Some(Proved::new(Self::Counter { parameters, next }))
    }

    /// A token of the inventory that the user has proved by two consecutive codes, because it is out of
    /// step with what `waiting` says. None where the codes are older than what it may be accepted of
    /// without, as in resynchronizing.
    pub fn found(
        mut waiting: Self,
        found: Resynchronized,
        now: Timestamp,
        allowed: u8,
    ) -> Option<Proved<Self>> {
        if !waiting.is_ahead(found, now, allowed) {
            return None;
        }
        waiting.resynchronize(found);
        Some(Proved::new(waiting))
    }

    /// Whether a place where the token was found is later than all that was accepted of it. A clock is
    /// not set back either: a code that was seen before would become good again. What its verifications
    /// accept at `now`, where policy lets it be `allowed` steps off, is not older.
    pub(crate) fn is_ahead(&self, found: Resynchronized, now: Timestamp, allowed: u8) -> bool {
        match (self, found) {
            (Self::Counter { next, .. }, Resynchronized::Counter(counter)) => counter > *next,
            (
                Self::Time {
                    parameters,
                    last_step,
                    drift,
                },
                Resynchronized::Clock {
                    last_step: newest, ..
                },
            ) => {
                let behind = i64::from((*drift).min(0)) - i64::from(allowed);
                let oldest = parameters.period.step_ahead(now.as_seconds(), behind);
                newest > *last_step && newest >= oldest
            }
            _ => false,
        }
    }

    /// Takes over where the token was found.
    pub(crate) fn resynchronize(&mut self, found: Resynchronized) {
        match (self, found) {
            (Self::Counter { next, .. }, Resynchronized::Counter(counter)) => *next = counter,
            (
                Self::Time {
                    last_step, drift, ..
                },
                Resynchronized::Clock {
                    drift: found,
                    last_step: newest,
                },
            ) => {
                *drift = found;
                *last_step = newest;
            }
            _ => {}
        }
    }
}

impl CredentialRules for HardwareToken {
    fn judge(&self, answer: Answer) -> Judgement {
        match (self, answer) {
            (Self::Time { last_step, .. }, Answer::TimeStep(step)) => {
                Judgement::once(step > *last_step, Accepted::TimeStep(step))
            }
            (Self::Counter { next, .. }, Answer::Counter(counter)) => {
                // The very last counter has none after it that could mark it as used.
                let is_unused = counter >= *next && counter.next().is_some();
                Judgement::once(is_unused, Accepted::Counter(counter))
            }
            _ => Judgement::DoesNotFit,
        }
    }

    fn use_up(&mut self, accepted: Accepted) {
        match (self, accepted) {
            (Self::Time { last_step, .. }, Accepted::TimeStep(step)) => *last_step = step,
            (Self::Counter { next, .. }, Accepted::Counter(counter)) => {
                *next = counter.next().unwrap_or(counter);
            }
            _ => {}
        }
    }

    fn used_steps(&self) -> Option<UsedSteps> {
        match self {
            Self::Time {
                parameters,
                last_step,
                drift,
            } => Some(UsedSteps {
                period: parameters.period,
                last: *last_step,
                drift: *drift,
            }),
            Self::Counter { .. } => None,
        }
    }

    /// What a counter token has used up does not follow from the time.
    fn void_until(&mut self, now: Timestamp, allowed: u8) {
        if let Self::Time {
            parameters,
            last_step,
            drift,
        } = self
        {
            let ahead = i64::from(*drift) + i64::from(allowed);
            *last_step = (*last_step).max(parameters.period.step_ahead(now.as_seconds(), ahead));
        }
    }
}

/// How hardware tokens are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HardwareTokenRules {
    /// How many counter values ahead a code may be (RFC 4226 section 7.4).
    pub look_ahead: u16,
    /// How many values ahead two consecutive codes are looked for to bring a token back into step.
    pub resynchronization: u16,
    /// How many time steps the clock of a token may be off, either way.
    pub drift: u8,
    /// How many one user may have.
    pub most: u8,
}

impl Default for HardwareTokenRules {
    fn default() -> Self {
        Self {
            look_ahead: 10,
            resynchronization: 100,
            drift: 1,
            most: 2,
        }
    }
}

impl Section for HardwareTokenRules {
    fn most(&self) -> u8 {
        self.most
    }

    fn drift(&self) -> u8 {
        self.drift
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_at_its_very_last_code_is_not_enrolled() {
        let proved = |code| HardwareToken::counter_proved(HotpParameters::default(), Counter(code));
        assert_eq!(proved(u64::MAX), None);
        let next = Counter(u64::MAX);
        let parameters = HotpParameters::default();
        assert_eq!(
            proved(u64::MAX - 1).map(|proved| proved.credential().clone()),
            Some(HardwareToken::Counter { parameters, next })
        );
    }
}
