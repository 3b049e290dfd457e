//! The codes of hardware tokens: HOTP (RFC 4226) of those with a button, TOTP (RFC 6238) of those with
//! a clock, and resynchronizing either.

use crate::methods::one_time_password::{Generator, Secret, TypedCode, last_that};
use secinfo_domain::kind::{HardwareToken, Resynchronized};
use secinfo_domain::{Counter, HotpParameters, TimeStep, Timestamp, TotpParameters};

/// The counter whose code this is, from `next` to `look_ahead` beyond it (RFC 4226 section 7.2:
/// the button may have been pressed without a code being sent). `None` when it is none of these.
///
/// Accepting uses up the counter: the next one expected is [`Counter::next`] of it.
pub(super) fn check_hotp(
    secret: &Secret,
    parameters: HotpParameters,
    code: &str,
    next: Counter,
    look_ahead: u16,
) -> Option<Counter> {
    let code = TypedCode::parse(code, parameters.digits)?;
    let generator = Generator::new(secret, parameters.algorithm, parameters.digits);
    // Downwards: should two counters have the same code, the nearer one is it.
    last_that(window(next, look_ahead).rev(), |counter| {
        generator.gives(&code, counter)
    })
    .map(Counter)
}

/// The newest counter of this code among the last ones before `next`, which are used up.
pub(super) fn used_hotp(
    secret: &Secret,
    parameters: HotpParameters,
    code: &str,
    Counter(next): Counter,
    look_back: u16,
) -> Option<Counter> {
    let code = TypedCode::parse(code, parameters.digits)?;
    let generator = Generator::new(secret, parameters.algorithm, parameters.digits);
    last_that(next.saturating_sub(look_back.into())..next, |counter| {
        generator.gives(&code, counter)
    })
    .map(Counter)
}

/// The counter of the second of two consecutive codes, searched in a wider window than
/// [`check_hotp`] would dare with one code (RFC 4226 section 7.4). Both are used up by it.
pub(super) fn resynchronize_hotp(
    secret: &Secret,
    parameters: HotpParameters,
    (first, second): (&str, &str),
    next: Counter,
    window_size: u16,
) -> Option<Counter> {
    let first = TypedCode::parse(first, parameters.digits)?;
    let second = TypedCode::parse(second, parameters.digits)?;
    let generator = Generator::new(secret, parameters.algorithm, parameters.digits);
    let matched = last_that(window(next, window_size).rev(), |counter| {
        generator.gives(&first, counter) & generator.gives(&second, counter.wrapping_add(1))
    })?;
    Counter(matched).next()
}

fn window(Counter(next): Counter, size: u16) -> std::ops::RangeInclusive<u64> {
    next..=next.saturating_add(size.into())
}

/// By how many steps the clock of a token that shows the code of `step` is ahead of ours.
pub(super) fn drift_of(step: TimeStep, parameters: TotpParameters, now: u64) -> i32 {
    let TimeStep(ours) = parameters.period.step_at(now);
    let ahead = i128::from(step.0) - i128::from(ours);
    i32::try_from(ahead).unwrap_or(if ahead < 0 { i32::MIN } else { i32::MAX })
}

/// The step of the second of two consecutive codes, the second of which the token shows `now`,
/// searched up to `window_size` steps before and after our clock. Both steps are used up by it, and
/// [`drift_of`] it is the token's drift.
pub(super) fn resynchronize_totp(
    secret: &Secret,
    parameters: TotpParameters,
    (first, second): (&str, &str),
    now: u64,
    window_size: u16,
) -> Option<TimeStep> {
    let first = TypedCode::parse(first, parameters.digits)?;
    let second = TypedCode::parse(second, parameters.digits)?;
    let generator = Generator::new(secret, parameters.algorithm, parameters.digits);
    let TimeStep(step) = parameters.period.step_at(now);
    let earliest = step.saturating_sub(window_size.into()).max(1);
    let latest = step.saturating_add(window_size.into());
    last_that(earliest..=latest, |step| {
        generator.gives(&first, step - 1) & generator.gives(&second, step)
    })
    .map(TimeStep)
}

/// Where two consecutive codes of a token are found.
pub(super) fn find(
    secret: &Secret,
    token: &HardwareToken,
    codes: (&str, &str),
    now: Timestamp,
    window: u16,
) -> Option<Resynchronized> {
    match token {
        HardwareToken::Counter { parameters, next } => {
            let second = resynchronize_hotp(secret, *parameters, codes, *next, window)?;
            second.next().map(Resynchronized::Counter)
        }
        HardwareToken::Time { parameters, .. } => {
            let seconds = now.as_seconds();
            let step = resynchronize_totp(secret, *parameters, codes, seconds, window)?;
            Some(Resynchronized::Clock {
                drift: drift_of(step, *parameters, seconds),
                last_step: step,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::one_time_password::{oathtool, totp};
    use proptest::prelude::*;
    use secinfo_domain::{Algorithm, Digits, Period};

    /// RFC 4226 appendix D: the codes of counters 0 to 9.
    const CODES: [&str; 10] = [
        "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
        "520489",
    ];

    fn secret() -> Secret {
        Secret::from_bytes(b"12345678901234567890").unwrap()
    }

    fn hotp() -> HotpParameters {
        HotpParameters::default()
    }

    #[test]
    fn rfc_4226_appendix_d() {
        for (counter, code) in (0..).zip(CODES) {
            assert_eq!(
                check_hotp(&secret(), hotp(), code, Counter(counter), 0),
                Some(Counter(counter))
            );
        }
    }

    #[test]
    fn the_window_begins_at_the_next_counter_and_ends_at_the_look_ahead() {
        let matched =
            |code, next, look_ahead| check_hotp(&secret(), hotp(), code, Counter(next), look_ahead);
        assert_eq!(matched(CODES[7], 2, 5), Some(Counter(7)));
        assert_eq!(matched(CODES[8], 2, 5), None);
        assert_eq!(matched(CODES[1], 2, 5), None, "a used code");
        assert_eq!(matched("75522", 0, 5), None);
        assert_eq!(matched(CODES[0], u64::MAX, u16::MAX), None);
    }

    #[test]
    fn used_codes_are_known_again_as_far_as_one_looks_back() {
        let used =
            |code, next, look_back| used_hotp(&secret(), hotp(), code, Counter(next), look_back);
        assert_eq!(used(CODES[6], 7, 3), Some(Counter(6)));
        assert_eq!(used(CODES[4], 7, 3), Some(Counter(4)));
        assert_eq!(used(CODES[3], 7, 3), None);
        assert_eq!(used(CODES[7], 7, 3), None, "the next is not used");
        assert_eq!(used(CODES[0], 1, u16::MAX), Some(Counter(0)));
        assert_eq!(used(CODES[0], 0, 10), None);
    }

    #[test]
    fn two_consecutive_codes_bring_a_token_back_in_step() {
        let resynchronized =
            |codes, next, size| resynchronize_hotp(&secret(), hotp(), codes, Counter(next), size);
        assert_eq!(
            resynchronized((CODES[6], CODES[7]), 0, 100),
            Some(Counter(7))
        );
        assert_eq!(resynchronized((CODES[6], CODES[7]), 0, 6), Some(Counter(7)));
        assert_eq!(
            resynchronized((CODES[6], CODES[7]), 0, 5),
            None,
            "beyond the window"
        );
        assert_eq!(
            resynchronized((CODES[6], CODES[8]), 0, 100),
            None,
            "not consecutive"
        );
        assert_eq!(
            resynchronized((CODES[7], CODES[6]), 0, 100),
            None,
            "in the wrong order"
        );
        assert_eq!(
            resynchronized((CODES[0], CODES[1]), 1, 100),
            None,
            "used codes"
        );
        assert_eq!(resynchronized((CODES[0], "x"), 0, 100), None);
    }

    fn totp(period: u16) -> TotpParameters {
        TotpParameters {
            period: Period::try_from(period).unwrap(),
            ..TotpParameters::default()
        }
    }

    /// With a period of one second, step n has the code of counter n.
    #[test]
    fn a_known_drift_moves_the_window() {
        let matched =
            |code, now, drift, skew| totp::check(&secret(), totp(1), code, now, drift, skew);
        assert_eq!(matched(CODES[8], 3, 5, 0), Some(TimeStep(8)));
        assert_eq!(matched(CODES[3], 8, -5, 0), Some(TimeStep(3)));
        assert_eq!(matched(CODES[9], 3, 5, 1), Some(TimeStep(9)));
        assert_eq!(matched(CODES[9], 3, 5, 0), None);
        assert_eq!(matched(CODES[0], 3, i32::MIN, 0), Some(TimeStep(0)));
        assert_eq!(drift_of(TimeStep(9), totp(1), 3), 6);
        assert_eq!(drift_of(TimeStep(3), totp(1), 9), -6);
        assert_eq!(drift_of(TimeStep(u64::MAX), totp(1), 0), i32::MAX);
    }

    #[test]
    fn two_consecutive_codes_tell_the_drift_of_a_clock() {
        let resynchronized =
            |codes, now, size| resynchronize_totp(&secret(), totp(1), codes, now, size);
        assert_eq!(
            resynchronized((CODES[8], CODES[9]), 2, 7),
            Some(TimeStep(9))
        );
        assert_eq!(resynchronized((CODES[8], CODES[9]), 2, 6), None);
        assert_eq!(
            resynchronized((CODES[2], CODES[3]), 9, 6),
            Some(TimeStep(3))
        );
        assert_eq!(resynchronized((CODES[2], CODES[3]), 9, 5), None);
        assert_eq!(
            resynchronized((CODES[0], CODES[1]), 1, 1000),
            Some(TimeStep(1))
        );
        assert_eq!(resynchronized((CODES[2], CODES[4]), 3, 100), None);
        assert_eq!(resynchronized((CODES[2], CODES[3]), u64::MAX, 1000), None);
    }

    /// `oathtool` is an implementation independent of ours.
    #[test]
    fn codes_of_oathtool_are_accepted() {
        let secret = Secret::generate(Algorithm::Sha1).unwrap();
        for (digits, counter) in [
            (Digits::Six, 0_u64),
            (Digits::Eight, 1),
            (Digits::Six, 4_294_967_296),
        ] {
            let parameters = HotpParameters { digits, ..hotp() };
            let printed = oathtool(&[
                "--hotp",
                &format!("--digits={digits}"),
                &format!("--counter={counter}"),
                "--window=1",
                "--base32",
                secret.to_base32().as_str(),
            ]);
            let (first, second) = printed.split_once('\n').unwrap();
            assert_eq!(
                check_hotp(&secret, parameters, first, Counter(counter), 3),
                Some(Counter(counter))
            );
            assert_eq!(
                check_hotp(&secret, parameters, second, Counter(counter), 3),
                Some(Counter(counter + 1))
            );
            assert_eq!(
                check_hotp(&secret, parameters, first, Counter(counter + 1), 3),
                None
            );
            let both =
                resynchronize_hotp(&secret, parameters, (first, second), Counter(counter), 100);
            assert_eq!(both, Some(Counter(counter + 1)));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_input_panics(code in ".{0,20}", second in "[0-9]{6}", next: u64, now: u64, drift: i32, small in 0_u16..50) {
            let codes = (code.as_str(), second.as_str());
            check_hotp(&secret(), hotp(), codes.0, Counter(next), small);
            totp::check(&secret(), totp(30), codes.1, now, drift, 3);
            resynchronize_hotp(&secret(), hotp(), (codes.1, codes.1), Counter(next), small);
            resynchronize_totp(&secret(), totp(30), (codes.1, codes.1), now, small);
        }
    }
}
