//! The code itself, and the hash of it that a file holds.

use crate::Id;
use secinfo_typed::{LONGEST_CODE, ungrouped};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// RFC 4648 section 6: five bits a character.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Characters of a code: 140 bits.
const LENGTH: usize = 28;

/// Characters in a group, as shown.
const GROUP: usize = 4;

/// A code in its one form: upper case, no separators. It has no `Debug`, so that it cannot slip
/// into a log.
pub struct Code(Zeroizing<String>);

impl Code {
    /// How many random bytes make a code.
    pub const RANDOM_BYTES: usize = LENGTH;

    /// The code made of these random bytes.
    pub fn from_random(bytes: &[u8; Self::RANDOM_BYTES]) -> Self {
        let mut code = Zeroizing::new(String::with_capacity(LENGTH));
        // 256 is a multiple of 32, so that every character is equally likely.
        code.extend(
            bytes
                .iter()
                .map(|byte| char::from(ALPHABET[usize::from(byte % 32)])),
        );
        Self(code)
    }

    /// The code as typed: case, blanks and dashes do not matter, digits may be of any script, and those
    /// that the alphabet lacks stand for the letters that they look like. `None` when it cannot be a code.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST_CODE {
            return None;
        }
        let mut code = Zeroizing::new(String::with_capacity(LONGEST_CODE));
        for character in ungrouped(text) {
            let character = match character.to_ascii_uppercase() {
                '0' => 'O',
                '1' => 'I',
                '8' => 'B',
                other => other,
            };
            if !ALPHABET.contains(&u8::try_from(character).ok()?) {
                return None;
            }
            code.push(character);
        }
        (code.len() == LENGTH).then_some(Self(code))
    }

    /// The code as it is shown once: in groups, with dashes between.
    pub fn in_groups(&self) -> Zeroizing<String> {
        let mut shown = Zeroizing::new(String::with_capacity(LENGTH * 2));
        for (index, character) in self.0.chars().enumerate() {
            if index > 0 && index % GROUP == 0 {
                shown.push('-');
            }
            shown.push(character);
        }
        shown
    }

    /// What the file of this id holds of the code: SHA-256 of the id's bytes and the code. The
    /// code has as many random bits as make a slow hash needless.
    pub fn hash(&self, id: Id) -> CodeHash {
        let mut hash = Sha256::new();
        hash.update(id.as_bytes());
        hash.update(self.0.as_bytes());
        CodeHash(hash.finalize().into())
    }
}

/// The hash of a code under its id.
#[derive(Clone, Debug)]
pub struct CodeHash([u8; 32]);

impl CodeHash {
    /// Whether they are the same, in a time that does not tell where they differ.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn write(&self, text: &mut String) {
        write!(text, "{}", data_encoding::HEXLOWER.encode(&self.0))
            .expect("writing to a string cannot fail");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id() -> Id {
        "000102030405060708090a0b0c0d0e0f".parse().unwrap()
    }

    #[test]
    fn a_code_is_read_back_however_it_is_typed() {
        let code = Code::from_random(&std::array::from_fn(|index| {
            u8::try_from(index * 7).unwrap()
        }));
        let shown = code.in_groups();
        assert_eq!(shown.len(), 34);
        for typed in [
            shown.to_string(),
            shown.to_lowercase(),
            shown.replace('-', ""),
            format!("  {}\n", shown.replace('-', " ")),
            shown.replace('O', "0").replace('I', "1").replace('B', "8"),
            shown.replace('-', "\u{a0}"),
            shown.replace('-', "\u{2212}").replace('2', "\u{662}"),
            format!("\u{2066}{}\u{2069}\t", shown.replace('-', "\u{3000}")),
            shown.chars().map(full_width).collect(),
        ] {
            let read = Code::parse(&typed).unwrap();
            assert!(read.hash(id()).matches(&code.hash(id())), "{typed}");
        }
    }

    /// As an East Asian keyboard writes it.
    fn full_width(c: char) -> char {
        char::from_u32(u32::from(c) + 0xFEE0).unwrap()
    }

    /// The value was computed with `printf` and `sha256sum`.
    #[test]
    fn the_hash_is_sha_256_of_id_and_code() {
        let code = Code::parse("AAAA-BBBB-CCCC-DDDD-EEEE-FFFF-GGGG").unwrap();
        let mut text = String::new();
        code.hash(id()).write(&mut text);
        assert_eq!(
            text,
            "50a3e71c021ff332e7a7a9fc5f0d3c911f5dbd7644b6030037775a876f4e6610"
        );
    }

    #[test]
    fn another_id_or_code_has_another_hash() {
        let code = Code::parse("AAAA-BBBB-CCCC-DDDD-EEEE-FFFF-GGGG").unwrap();
        let other = Code::parse("AAAA-BBBB-CCCC-DDDD-EEEE-FFFF-GGGA").unwrap();
        let other_id = "100102030405060708090a0b0c0d0e0f".parse().unwrap();
        assert!(!code.hash(id()).matches(&other.hash(id())));
        assert!(!code.hash(id()).matches(&code.hash(other_id)));
    }

    #[test]
    fn what_cannot_be_a_code_is_none() {
        for text in [
            "",
            "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF-GGG",
            "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF-GGGGA",
            "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF-GGG9",
            "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF-GGGé",
        ] {
            assert!(Code::parse(text).is_none(), "{text}");
        }
        assert!(Code::parse(&"-".repeat(1 << 20)).is_none());
    }

    proptest! {
        #[test]
        fn no_input_panics(text in any::<String>()) {
            let _ = Code::parse(&text);
        }
    }
}
