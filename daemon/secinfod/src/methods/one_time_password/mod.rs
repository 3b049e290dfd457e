//! One-time passwords (RFC 4226, RFC 6238), as authenticator apps and hardware tokens make them: which
//! of a run of moving factors gives the code that was typed.

pub(super) mod secret;
pub mod totp;

pub use secret::{InvalidSecret, Secret};

use crate::core::{Core, Person, ServiceError};
use crate::methods::payload::{MethodPayload, SecretBytes};
use secinfo_domain::{Algorithm, Digits};
use subtle::{Choice, ConditionallySelectable};
use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

/// A code as typed, freed of what groups it: as many digits as asked for, nothing else.
pub(super) struct TypedCode(Zeroizing<String>);

impl TypedCode {
    pub(super) fn parse(text: &str, digits: Digits) -> Option<Self> {
        let code = secinfo_typed::digits(text)?;
        (code.len() == usize::from(digits.count())).then_some(Self(code))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// The secret with zeros behind it, up to the 128 bits that new ones must have: HMAC fills a short
/// key up with zeros anyway (RFC 2104 section 2), so that the codes of an old one stay the same.
fn long_enough(secret: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut long = Zeroizing::new(vec![0; secret.len().max(16)]);
    long[..secret.len()].copy_from_slice(secret);
    long
}

/// A secret made ready for checking codes against moving factors.
pub(super) struct Generator(Totp);

impl Generator {
    pub(super) fn new(secret: &Secret, algorithm: Algorithm, digits: Digits) -> Self {
        // With a step of one second the time is the moving factor itself, so that one generator
        // serves HOTP and TOTP.
        let totp = Builder::new()
            .with_algorithm(match algorithm {
                Algorithm::Sha1 => totp_rs::Algorithm::SHA1,
                Algorithm::Sha256 => totp_rs::Algorithm::SHA256,
                Algorithm::Sha512 => totp_rs::Algorithm::SHA512,
            })
            .with_digits(digits.count())
            .with_secret(long_enough(secret.as_bytes()).as_slice())
            .with_step_duration(1)
            .with_skew(0)
            .build()
            .expect("a secret of at least 16 bytes, and codes of 6 or 8 digits");
        Self(totp)
    }

    /// Whether this factor gives the code; the comparison takes the same time for any code.
    pub(super) fn gives(&self, code: &TypedCode, factor: u64) -> Choice {
        Choice::from(u8::from(self.0.check(&code.0, factor).is_some()))
    }
}

/// The last of the factors that passes. Every factor is examined, so that the time does not tell
/// where in the window a code was.
pub(super) fn last_that(
    factors: impl Iterator<Item = u64>,
    passes: impl Fn(u64) -> Choice,
) -> Option<u64> {
    let (mut found, mut matched) = (Choice::from(0), 0);
    for factor in factors {
        let hit = passes(factor);
        matched.conditional_assign(&factor, hit);
        found |= hit;
    }
    bool::from(found).then_some(matched)
}

/// Whether a method of the user has this very secret.
pub(crate) fn is_secret_of(
    core: &Core,
    person: &Person,
    secret: &Secret,
) -> Result<bool, ServiceError> {
    let state = core.state();
    let methods = state.user(person.id).map_or(&[][..], |user| user.methods());
    for method in methods {
        let payload = match MethodPayload::open(core, method) {
            Ok(payload) => payload,
            Err(error @ ServiceError::StorageUnavailable(_)) => return Err(error),
            // What cannot be opened any more accepts no code.
            Err(_) => continue,
        };
        let known = payload.shared_secret().and_then(SecretBytes::open);
        if known.is_some_and(|known| known == *secret) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The secrets of RFC 6238 appendix B and its erratum 2866, as long as the hash, and the parameters of
/// codes made with them.
#[cfg(test)]
pub(super) fn rfc_6238(
    algorithm: Algorithm,
    digits: Digits,
    period: u16,
) -> (Secret, secinfo_domain::TotpParameters) {
    let bytes = b"1234567890".iter().copied().cycle();
    let bytes: Vec<u8> = bytes.take(algorithm.output_length()).collect();
    let parameters = secinfo_domain::TotpParameters {
        algorithm,
        digits,
        period: secinfo_domain::Period::try_from(period).expect("a period of the tests"),
    };
    (
        Secret::from_bytes(&bytes).expect("as long as the hash"),
        parameters,
    )
}

/// What `oathtool` (of the package of that name) prints: an implementation independent of ours.
#[cfg(test)]
pub(super) fn oathtool(arguments: &[&str]) -> String {
    let output = std::process::Command::new("oathtool")
        .args(arguments)
        .output()
        .expect("these tests need oathtool; install the package of that name");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .expect("digits")
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_may_be_grouped_and_in_digits_of_any_script() {
        for text in [
            "123456",
            "123 456",
            " 123-456 ",
            "1 2 3 4 5 6",
            "123\t456",
            "123\u{a0}456",
            "１２３４５６",
            "١٢٣٤٥٦",
        ] {
            assert!(TypedCode::parse(text, Digits::Six).is_some(), "{text:?}");
        }
        for text in [
            "",
            "12345",
            "1234567",
            "+23456",
            "12345a",
            "123.456",
            "١٢٣٤٥",
        ] {
            assert!(TypedCode::parse(text, Digits::Six).is_none(), "{text:?}");
        }
        assert!(TypedCode::parse(&format!("123456{}", " ".repeat(200)), Digits::Six).is_none());
        assert!(TypedCode::parse("1234 5678", Digits::Eight).is_some());
    }

    #[test]
    fn the_whole_window_is_examined() {
        let examined = std::cell::Cell::new(0);
        let matched = last_that(10..=20, |factor| {
            examined.set(examined.get() + 1);
            Choice::from(u8::from(factor == 12))
        });
        assert_eq!((matched, examined.get()), (Some(12), 11));
        assert_eq!(last_that(10..=20, |_| Choice::from(0)), None);
    }
}
