//! Codes that are sent by text, call or email: drawn at random, known only to their session and their
//! message.

use crate::methods::one_time_password::TypedCode;
use secinfo_channel::SecretText;
use secinfo_domain::{Digits, MessageId, Timestamp};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A code that was sent.
pub(crate) struct SentCode {
    /// The message that holds it.
    pub(crate) message: MessageId,
    pub(crate) code: SecretText,
    pub(crate) digits: Digits,
    /// When it ends.
    pub(crate) expires: Timestamp,
}

/// A code of so many decimal digits, each as likely as any other.
pub fn generate(digits: Digits) -> Result<Zeroizing<String>, getrandom::Error> {
    let mut code = Zeroizing::new(String::with_capacity(8));
    let mut bytes = Zeroizing::new([0_u8; 32]);
    while code.len() < usize::from(digits.count()) {
        getrandom::fill(&mut *bytes)?;
        // 250 is the largest multiple of ten that fits: what is above would favour low digits.
        let fair = bytes.iter().filter(|byte| **byte < 250);
        let missing = usize::from(digits.count()) - code.len();
        code.extend(fair.take(missing).map(|byte| char::from(b'0' + byte % 10)));
    }
    Ok(code)
}

/// Whether what was typed is the code that was sent; the comparison takes the same time for any
/// code.
pub fn matches(sent: &str, typed: &str, digits: Digits) -> bool {
    TypedCode::parse(typed, digits)
        .is_some_and(|typed| bool::from(typed.as_bytes().ct_eq(sent.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn a_code_has_as_many_digits_as_asked_for() {
        for digits in [Digits::Six, Digits::Eight] {
            let code = generate(digits).unwrap();
            assert_eq!(code.len(), usize::from(digits.count()));
            assert!(code.bytes().all(|byte| byte.is_ascii_digit()));
        }
    }

    #[test]
    fn every_digit_comes_as_often_as_any_other() {
        let mut counts = HashMap::new();
        for _ in 0..5_000 {
            for digit in generate(Digits::Eight).unwrap().chars() {
                *counts.entry(digit).or_insert(0_u32) += 1;
            }
        }
        // 40,000 digits: 4,000 each, with a standard deviation of 60. Ten of those never happen.
        assert!(
            counts.len() == 10 && counts.values().all(|count| (3_400..4_600).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn a_code_is_taken_as_people_type_it_and_not_otherwise() {
        for typed in [
            "123456",
            "123 456",
            " 123-456 ",
            "１２３\u{a0}４５６",
            "١٢٣٤٥٦",
        ] {
            assert!(matches("123456", typed, Digits::Six), "{typed:?}");
        }
        for typed in ["", "12345", "1234567", "123457", "12345a", "١٢٣٤٥"] {
            assert!(!matches("123456", typed, Digits::Six), "{typed:?}");
        }
    }
}
