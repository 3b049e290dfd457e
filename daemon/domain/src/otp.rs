//! What a one-time code is computed with, apart from the secret: the parameters of HOTP
//! (RFC 4226) and TOTP (RFC 6238), and the numbers that are used up when a code is accepted.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The hash under the HMAC, named as in otpauth URIs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    /// HMAC-SHA-1: what every app and nearly every token computes.
    #[default]
    #[serde(rename = "SHA1")]
    Sha1,
    /// HMAC-SHA-256.
    #[serde(rename = "SHA256")]
    Sha256,
    /// HMAC-SHA-512.
    #[serde(rename = "SHA512")]
    Sha512,
}

impl Algorithm {
    /// The length of the hash in bytes, which is also the length that a new secret should have
    /// (RFC 4226 section 4, RFC 6238 section 5.1).
    pub const fn output_length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// The name in otpauth URIs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names none of the three algorithms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the algorithm is SHA1, SHA256 or SHA512")]
pub struct InvalidAlgorithm;

impl FromStr for Algorithm {
    type Err = InvalidAlgorithm;

    fn from_str(text: &str) -> Result<Self, InvalidAlgorithm> {
        match text {
            "SHA1" => Ok(Self::Sha1),
            "SHA256" => Ok(Self::Sha256),
            "SHA512" => Ok(Self::Sha512),
            _ => Err(InvalidAlgorithm),
        }
    }
}

/// How many digits a code has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Digits {
    /// Six: what every app shows.
    #[default]
    Six,
    /// Eight.
    Eight,
}

/// A number of digits that codes here do not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code has 6 or 8 digits")]
pub struct InvalidDigits;

impl Digits {
    /// The number of digits.
    pub const fn count(self) -> u8 {
        match self {
            Self::Six => 6,
            Self::Eight => 8,
        }
    }
}

impl TryFrom<u8> for Digits {
    type Error = InvalidDigits;

    fn try_from(count: u8) -> Result<Self, InvalidDigits> {
        match count {
            6 => Ok(Self::Six),
            8 => Ok(Self::Eight),
            _ => Err(InvalidDigits),
        }
    }
}

impl From<Digits> for u8 {
    fn from(digits: Digits) -> Self {
        digits.count()
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.count().fmt(f)
    }
}

/// How long a TOTP code stands, in seconds: 1 to 300.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Period(u16);

/// A period out of bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the period of a code is 1 to 300 seconds")]
pub struct InvalidPeriod;

impl Period {
    /// The period in seconds.
    pub const fn seconds(self) -> u16 {
        self.0
    }

    /// The time step at this moment, in seconds since 1970 (RFC 6238 section 4.2, T0 = 0).
    pub const fn step_at(self, unix_seconds: u64) -> TimeStep {
        TimeStep(unix_seconds / self.0 as u64)
    }

    /// The step at this moment by a clock that is so many steps ahead of it.
    pub(crate) const fn step_ahead(self, unix_seconds: u64, ahead: i64) -> TimeStep {
        let TimeStep(step) = self.step_at(unix_seconds);
        TimeStep(step.saturating_add_signed(ahead))
    }
}

impl Default for Period {
    /// Thirty seconds, the default of RFC 6238 section 5.2.
    fn default() -> Self {
        Self(30)
    }
}

impl TryFrom<u16> for Period {
    type Error = InvalidPeriod;

    fn try_from(seconds: u16) -> Result<Self, InvalidPeriod> {
        match seconds {
            1..=300 => Ok(Self(seconds)),
            _ => Err(InvalidPeriod),
        }
    }
}

impl From<Period> for u16 {
    fn from(period: Period) -> Self {
        period.0
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How a code follows from the secret and the time (RFC 6238). The default is what every app reads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TotpParameters {
    /// The hash under the HMAC.
    pub algorithm: Algorithm,
    /// How many digits a code has.
    pub digits: Digits,
    /// How long a code stands.
    pub period: Period,
}

/// How a code follows from the secret and a counter (RFC 4226).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HotpParameters {
    /// The hash under the HMAC. RFC 4226 knows SHA-1 only; tokens with the others exist.
    pub algorithm: Algorithm,
    /// How many digits a code has.
    pub digits: Digits,
}

/// The parameters of a hardware token, which may count by time or by button presses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OtpParameters {
    /// A code for each time step.
    Totp(TotpParameters),
    /// A code for each press of the button.
    Hotp(HotpParameters),
}

impl OtpParameters {
    /// How many digits a code has.
    pub const fn digits(&self) -> Digits {
        match self {
            Self::Totp(parameters) => parameters.digits,
            Self::Hotp(parameters) => parameters.digits,
        }
    }
}

/// The number of a TOTP time step: seconds since 1970, divided by the period. Accepting a code
/// uses up its step and all before it.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct TimeStep(pub u64);

/// The moving factor of HOTP (RFC 4226 section 5.1). Accepting a code uses up its counter and
/// all before it.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Counter(pub u64);

impl Counter {
    /// The counter after this one: the next that may be accepted. `None` when the token is at its
    /// very last code.
    pub fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parameters() -> impl Strategy<Value = OtpParameters> {
        let algorithm =
            prop::sample::select(vec![Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512]);
        let digits = prop::sample::select(vec![Digits::Six, Digits::Eight]);
        (algorithm, digits, prop::option::of(1_u16..=300)).prop_map(
            |(algorithm, digits, period)| match period {
                Some(seconds) => OtpParameters::Totp(TotpParameters {
                    algorithm,
                    digits,
                    period: Period::try_from(seconds).expect("within bounds"),
                }),
                None => OtpParameters::Hotp(HotpParameters { algorithm, digits }),
            },
        )
    }

    proptest! {
        #[test]
        fn parameters_survive_json_and_postcard(parameters in parameters()) {
            let json = serde_json::to_string(&parameters).expect("JSON");
            prop_assert_eq!(serde_json::from_str::<OtpParameters>(&json).expect("our JSON"), parameters);
            let bytes = postcard::to_allocvec(&parameters).expect("postcard");
            prop_assert_eq!(postcard::from_bytes::<OtpParameters>(&bytes).expect("our postcard"), parameters);
        }
    }

    #[test]
    fn the_json_form_is_the_words_of_otpauth() {
        let totp = OtpParameters::Totp(TotpParameters::default());
        assert_eq!(
            serde_json::to_string(&totp).unwrap(),
            r#"{"totp":{"algorithm":"SHA1","digits":6,"period":30}}"#
        );
        assert_eq!(
            serde_json::to_string(&OtpParameters::Hotp(HotpParameters::default())).unwrap(),
            r#"{"hotp":{"algorithm":"SHA1","digits":6}}"#
        );
        assert_eq!(
            serde_json::to_string(&(TimeStep(7), Counter(9))).unwrap(),
            "[7,9]"
        );
    }

    #[test]
    fn values_out_of_bounds_are_refused() {
        for (json, what) in [
            (
                r#"{"totp":{"algorithm":"SHA1","digits":6,"period":0}}"#,
                "1 to 300",
            ),
            (
                r#"{"totp":{"algorithm":"SHA1","digits":6,"period":301}}"#,
                "1 to 300",
            ),
            (r#"{"hotp":{"algorithm":"SHA1","digits":7}}"#, "6 or 8"),
            (r#"{"hotp":{"algorithm":"MD5","digits":6}}"#, "SHA512"),
        ] {
            let error = serde_json::from_str::<OtpParameters>(json)
                .unwrap_err()
                .to_string();
            assert!(error.contains(what), "{json}: {error}");
        }
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for algorithm in [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512] {
            assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
        }
        assert_eq!("sha1".parse::<Algorithm>(), Err(InvalidAlgorithm));
    }

    #[test]
    fn the_last_counter_has_no_next() {
        assert_eq!(Counter(3).next(), Some(Counter(4)));
        assert_eq!(Counter(u64::MAX).next(), None);
    }
}
