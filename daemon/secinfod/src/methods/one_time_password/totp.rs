//! Codes that go by time: TOTP (RFC 6238).

use super::Secret;
use super::{Generator, TypedCode, last_that};
use crate::core::ServiceError;
use crate::methods::kind::Verifier;
use secinfo_domain::{Answer, TimeStep, Timestamp, TotpParameters};
use secinfo_wire::{Challenge, Response};

/// The time step whose code this is, within `skew` steps before or after the one at `now` (seconds
/// since 1970), on a clock that is known to be `drift` steps ahead of ours (behind, when negative);
/// RFC 6238 section 5.2 advises a skew of one. `None` when it is no code of these steps.
///
/// The caller must refuse a step that is not later than the last accepted one: each code is good
/// once. Should two steps of the window have the same code, the later one is taken, so that both
/// are used up.
pub fn check(
    secret: &Secret,
    parameters: TotpParameters,
    code: &str,
    now: u64,
    drift: i32,
    skew: u8,
) -> Option<TimeStep> {
    let code = TypedCode::parse(code, parameters.digits)?;
    let generator = Generator::new(secret, parameters.algorithm, parameters.digits);
    let TimeStep(ours) = parameters.period.step_at(now);
    let step = ours.saturating_add_signed(drift.into());
    let window = step.saturating_sub(skew.into())..=step.saturating_add(skew.into());
    last_that(window, |step| generator.gives(&code, step)).map(TimeStep)
}

/// Asks for a code that goes by time.
pub(in crate::methods) struct TotpVerifier {
    pub(in crate::methods) secret: Secret,
    pub(in crate::methods) parameters: TotpParameters,
    /// How many steps the clock that makes the codes is known to be ahead of ours.
    pub(in crate::methods) clock_drift: i32,
    /// How many steps a code may be off from that, either way.
    pub(in crate::methods) skew: u8,
}

impl Verifier for TotpVerifier {
    fn challenge(&self) -> Challenge {
        Challenge::Code {
            digits: Some(self.parameters.digits.count().into()),
            destination: None,
        }
    }

    fn check(&self, response: &Response, now: Timestamp) -> Result<Answer, ServiceError> {
        let step = check(
            &self.secret,
            self.parameters,
            response.as_code()?,
            now.as_seconds(),
            self.clock_drift,
            self.skew,
        );
        Ok(step.map_or(Answer::Wrong, Answer::TimeStep))
    }

    fn compared_with(&self, now: Timestamp) -> Option<Vec<u8>> {
        let TimeStep(step) = self.parameters.period.step_at(now.as_seconds());
        let parts = [
            &step.to_be_bytes()[..],
            &self.clock_drift.to_be_bytes(),
            &[self.skew],
        ];
        Some(parts.concat())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{oathtool, rfc_6238};
    use super::*;
    use secinfo_domain::{Algorithm, Digits};

    /// RFC 6238 appendix B, with the secrets of its erratum 2866 (as long as the hash).
    #[test]
    fn rfc_6238_appendix_b() {
        let vectors = [
            (59, ["94287082", "46119246", "90693936"]),
            (1_111_111_109, ["07081804", "68084774", "25091201"]),
            (1_111_111_111, ["14050471", "67062674", "99943326"]),
            (1_234_567_890, ["89005924", "91819424", "93441116"]),
            (2_000_000_000, ["69279037", "90698825", "38618901"]),
            (20_000_000_000, ["65353130", "77737706", "47863826"]),
        ];
        for (time, codes) in vectors {
            for (algorithm, code) in [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512]
                .into_iter()
                .zip(codes)
            {
                let (secret, parameters) = rfc_6238(algorithm, Digits::Eight, 30);
                let matched = check(&secret, parameters, code, time, 0, 0);
                assert_eq!(matched, Some(TimeStep(time / 30)), "{algorithm} at {time}");
            }
        }
    }

    /// A drift of `skew` steps either way is accepted, one more is not.
    #[test]
    fn drift_is_accepted_as_far_as_the_skew() {
        let (secret, parameters) = rfc_6238(Algorithm::Sha1, Digits::Eight, 30);
        let (code, at) = ("89005924", 1_234_567_890_u64);
        let step = Some(TimeStep(at / 30));
        for (drift, skew, expected) in [
            (0_i64, 1, step),
            (-1, 1, step),
            (1, 1, step),
            (-2, 1, None),
            (2, 1, None),
            (-1, 0, None),
            (1, 0, None),
            (2, 2, step),
            (3, 2, None),
        ] {
            let now = at.checked_add_signed(drift * 30).unwrap();
            assert_eq!(
                check(&secret, parameters, code, now, 0, skew),
                expected,
                "drift {drift}, skew {skew}"
            );
        }
    }

    #[test]
    fn the_ends_of_time_are_no_trouble() {
        let (secret, parameters) = rfc_6238(Algorithm::Sha1, Digits::Six, 1);
        // The codes of steps 0 and 1: RFC 4226 appendix D.
        assert_eq!(
            check(&secret, parameters, "755224", 1, 0, 2),
            Some(TimeStep(0))
        );
        assert_eq!(
            check(&secret, parameters, "287082", 0, 0, u8::MAX),
            Some(TimeStep(1))
        );
        assert_eq!(check(&secret, parameters, "287082", u64::MAX, 0, 1), None);
    }

    /// `oathtool` is an implementation independent of ours.
    #[test]
    fn codes_of_oathtool_are_accepted() {
        for (algorithm, mode) in [
            (Algorithm::Sha1, "sha1"),
            (Algorithm::Sha256, "sha256"),
            (Algorithm::Sha512, "sha512"),
        ] {
            let secret = Secret::generate(algorithm).unwrap();
            for (digits, period, now) in [
                (Digits::Six, 30, 1_700_000_003_u64),
                (Digits::Six, 60, 59),
                (Digits::Eight, 30, 4_102_444_800),
                (Digits::Eight, 120, 1_111_111_109),
            ] {
                let code = oathtool(&[
                    &format!("--totp={mode}"),
                    &format!("--digits={digits}"),
                    &format!("--time-step-size={period}s"),
                    &format!("--now=@{now}"),
                    "--base32",
                    secret.to_base32().as_str(),
                ]);
                let (_, parameters) = rfc_6238(algorithm, digits, period);
                let matched = check(&secret, parameters, &code, now, 0, 1);
                assert_eq!(
                    matched,
                    Some(TimeStep(now / u64::from(period))),
                    "{mode} {digits} {period} {now}"
                );
            }
        }
    }
}
