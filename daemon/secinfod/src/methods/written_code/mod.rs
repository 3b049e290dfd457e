//! Codes that people write down and type back: drawn at random, shown in groups, read leniently.

pub mod hashed;

use super::kind::{OpenMethod, Verifier, malformed};
use super::payload::MethodPayload;
use crate::core::ServiceError;
use hashed::{Cost, HashedSet};
use secinfo_domain::{Answer, Timestamp};
use secinfo_typed::{LONGEST_CODE, ungrouped};
use secinfo_wire::{Challenge, Response};
use zeroize::Zeroizing;

/// Crockford's base32: without i, l, o and u, which look like others. Five bits a character.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Characters in a group, as shown.
const GROUP: usize = 4;

/// A code in its one form: lower case, look-alikes resolved, no separators. It has no `Debug`, so
/// that it cannot slip into a log.
#[derive(Clone)]
pub struct WrittenCode(Zeroizing<String>);

impl WrittenCode {
    /// A new random code of this many groups, 20 bits each. Fails only when the kernel gives no
    /// randomness.
    pub fn generate(groups: usize) -> Result<Self, getrandom::Error> {
        let mut bytes = Zeroizing::new(vec![0; groups * GROUP]);
        getrandom::fill(&mut bytes)?;
        // 256 is a multiple of 32, so that every character is equally likely.
        let code = bytes
            .iter()
            .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
        let mut text = Zeroizing::new(String::with_capacity(groups * GROUP));
        text.extend(code);
        Ok(Self(text))
    }

    /// The code as typed, which must have this many groups: case, blanks and dashes do not matter,
    /// and look-alikes stand for what they look like. `None` when it cannot be such a code.
    pub fn parse(text: &str, groups: usize) -> Option<Self> {
        if text.len() > LONGEST_CODE {
            return None;
        }
        let mut code = Zeroizing::new(String::with_capacity(LONGEST_CODE));
        for character in ungrouped(text) {
            let character = match character.to_ascii_lowercase() {
                'o' => '0',
                'i' | 'l' => '1',
                'u' => 'v',
                other => other,
            };
            if !ALPHABET.contains(&u8::try_from(character).ok()?) {
                return None;
            }
            code.push(character);
        }
        (code.len() == groups * GROUP).then_some(Self(code))
    }

    /// The code as it is shown once: in groups, with dashes between.
    pub fn in_groups(&self) -> Zeroizing<String> {
        let mut shown = Zeroizing::new(String::with_capacity(self.0.len() * 2));
        for (index, character) in self.0.chars().enumerate() {
            if index > 0 && index % GROUP == 0 {
                shown.push('-');
            }
            shown.push(character);
        }
        shown
    }

    /// The bytes to hash.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Asks for one of the codes of a set, each good as often as the domain says.
pub(super) struct WrittenCodeVerifier {
    codes: HashedSet,
    groups: usize,
    answer: fn(u8) -> Answer,
}

impl WrittenCodeVerifier {
    /// Asks for a code of this many groups that the method holds; `answer` is made of its place in
    /// the set.
    pub(super) fn of(
        method: OpenMethod,
        groups: usize,
        answer: fn(u8) -> Answer,
    ) -> Result<Box<dyn Verifier>, ServiceError> {
        let MethodPayload::Codes { hashes: codes } = method.payload else {
            return Err(malformed());
        };
        Ok(Box::new(Self {
            codes,
            groups,
            answer,
        }))
    }
}

impl WrittenCodeVerifier {
    /// Asks for a code of this many groups that does not exist.
    pub(super) fn decoy(groups: usize) -> Result<Box<dyn Verifier>, ServiceError> {
        Ok(Box::new(Self {
            codes: HashedSet::empty(Cost::default())?,
            groups,
            answer: |_| Answer::Wrong,
        }))
    }
}

impl Verifier for WrittenCodeVerifier {
    fn challenge(&self) -> Challenge {
        Challenge::Code {
            digits: None,
            destination: None,
        }
    }

    fn check(&self, response: &Response, _now: Timestamp) -> Result<Answer, ServiceError> {
        let typed = response.as_code()?;
        let place = self.codes.matching_typed(self.groups, typed)?;
        Ok(place.map_or(Answer::Wrong, self.answer))
    }

    fn takes_hashing(&self, response: &Response) -> Result<bool, ServiceError> {
        Ok(WrittenCode::parse(response.as_code()?, self.groups).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_what_could_be_a_code_takes_a_turn_to_hash() {
        let verifier = WrittenCodeVerifier {
            codes: HashedSet::empty(Cost::default()).unwrap(),
            groups: 3,
            answer: Answer::RecoveryCode,
        };
        let takes = |response| verifier.takes_hashing(&response);
        assert!(takes(Response::code("k7qf-2m9x-pw41")).unwrap());
        for typed in ["", "hunter2", "k7qf-2m9x", "k7qf-2m9x-pw4!"] {
            assert!(!takes(Response::code(typed)).unwrap(), "{typed}");
            let answer = verifier.check(&Response::code(typed), Timestamp::default());
            assert_eq!(answer.unwrap(), Answer::Wrong, "{typed}");
        }
        assert!(takes(Response::Wait).is_err());
    }

    #[test]
    fn what_is_shown_is_read_back_however_it_is_typed() {
        let code = WrittenCode::parse("k7qf-2m9x-pw41", 3).unwrap();
        assert_eq!(code.in_groups().as_str(), "k7qf-2m9x-pw41");
        for typed in [
            "K7QF2M9XPW41",
            " k7qf 2m9x pw4l ",
            "k7qf\u{2013}2m9x-pw4I",
            "k-7-q-f-2-m-9-x-p-w-4-1",
            "Ｋ７ＱＦ－２Ｍ９Ｘ－ＰＷ４１",
            "k٧qf\u{a0}٢m٩x\u{2212}pw٤١",
            "\u{2066}k7qf\u{3000}2m9x\tpw41\u{2069}",
        ] {
            assert_eq!(
                WrittenCode::parse(typed, 3).unwrap().as_bytes(),
                code.as_bytes(),
                "{typed}"
            );
        }
        assert_eq!(WrittenCode::parse("oOuU", 1).unwrap().as_bytes(), b"00vv");
    }

    #[test]
    fn what_cannot_be_a_code_is_none() {
        for text in [
            "",
            "k7qf",
            "k7qf-2m9x-pw4",
            "k7qf-2m9x-pw4tt",
            "k7qf-2m9x-pw4!",
            "k7qf.2m9x.pw4t",
            "k7qf-2m9x-pwé",
        ] {
            assert!(WrittenCode::parse(text, 3).is_none(), "{text}");
        }
        assert!(WrittenCode::parse(&"-".repeat(1 << 20), 3).is_none());
    }

    #[test]
    fn generated_codes_use_the_whole_alphabet_and_read_back() {
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..200 {
            let code = WrittenCode::generate(4).unwrap();
            seen.extend(code.as_bytes().to_vec());
            let read = WrittenCode::parse(&code.in_groups(), 4).unwrap();
            assert_eq!(read.as_bytes(), code.as_bytes());
        }
        // Of 3200 characters each of the 32 is missing with a probability below 10^-42.
        assert_eq!(seen.len(), ALPHABET.len());
    }

    proptest! {
        #[test]
        fn no_input_panics(text in any::<String>(), groups in 0_usize..6) {
            let _ = WrittenCode::parse(&text, groups);
        }
    }
}
