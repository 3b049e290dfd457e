//! Answers in the one form in which they are compared: white space, case and the ways to write one
//! character do not matter.

use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizerBorrowed;
use std::ops::RangeInclusive;
use zeroize::Zeroizing;

/// How many characters an answer has, without the white space around it and with one blank for
/// that within it.
const LENGTH: RangeInclusive<usize> = 3..=40;

/// What is longer, in bytes, is not looked at.
const LONGEST: usize = 256;

/// Words of a question that are as long as this are no answers to it.
const WORD: usize = 3;

/// An answer in its one form. It has no `Debug`, so that it cannot slip into a log.
#[derive(Clone)]
pub(super) struct Answer(Zeroizing<String>);

/// Why a text is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an answer has 3 to 40 characters that can be seen")]
pub(super) struct NoAnswer;

impl Answer {
    /// The answer that was typed.
    pub(super) fn parse(typed: &str) -> Result<Self, NoAnswer> {
        if typed.len() > LONGEST {
            return Err(NoAnswer);
        }
        let text = folded(typed);
        let length = text.chars().count();
        if LENGTH.contains(&length) && !text.contains(char::is_control) {
            Ok(Self(text))
        } else {
            Err(NoAnswer)
        }
    }

    /// The bytes to hash.
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Whether it is this text, or one of the longer words in it.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let text = folded(text);
        let words = text.split(|c: char| !c.is_alphanumeric());
        *self.0 == *text
            || words
                .filter(|word| word.chars().count() >= WORD)
                .any(|word| word == self.0.as_str())
    }
}

/// This text in compatibility form (NFKC), with one blank for all white space, and none around it,
/// and with its case folded: as profiles of RFC 8264 prepare strings, and "Straße" is "STRASSE".
fn folded(text: &str) -> Zeroizing<String> {
    let normalizer = ComposingNormalizerBorrowed::new_nfkc();
    let normal = Zeroizing::new(normalizer.normalize(text).into_owned());
    let mut single = Zeroizing::new(String::with_capacity(normal.len()));
    for word in normal.split_whitespace() {
        if !single.is_empty() {
            single.push(' ');
        }
        single.push_str(word);
    }
    let folded = Zeroizing::new(CaseMapper::new().fold_string(&single).into_owned());
    Zeroizing::new(normalizer.normalize(&folded).into_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<String> {
        Answer::parse(text).ok().map(|answer| answer.0.to_string())
    }

    #[test]
    fn white_space_case_and_ways_of_writing_do_not_matter() {
        for (typed, same) in [
            ("Rex", "  rEX\t"),
            ("New York", "new\u{a0} \u{2009}york"),
            ("Straße", "STRASSE"),
            ("Ο ΟΔΥΣΣΕΥΣ", "ο οδυσσευς"),
            ("Zoë", "Zoe\u{308}"),
            ("ﬁsh", "FISH"),
            ("Ｒｅｘ", "rex"),
            ("café", "CAFÉ"),
        ] {
            assert_eq!(read(typed), read(same), "{typed}");
            assert!(read(typed).is_some(), "{typed}");
        }
        assert_ne!(read("Rex one"), read("Rexone"));
        assert_ne!(read("Zoë"), read("Zoe"));
    }

    #[test]
    fn an_answer_has_three_to_forty_characters() {
        for (text, is_one) in [
            ("", false),
            ("ab", false),
            ("  ab  ", false),
            ("a b", true),
            ("東京都", true),
            (&"a".repeat(40), true),
            (&"a".repeat(41), false),
            (&" ".repeat(257), false),
            ("ab\u{0}c", false),
            ("ab\u{1b}[31m", false),
        ] {
            assert_eq!(read(text).is_some(), is_one, "{text:?}");
        }
    }

    #[test]
    fn words_of_the_question_are_known_again() {
        let answer = Answer::parse("STREET").unwrap();
        assert!(answer.is_in("What was your first street?"));
        assert!(answer.is_in("street"));
        assert!(!answer.is_in("What was your first school?"));
        assert!(!Answer::parse("main street").unwrap().is_in("What street?"));
    }

    proptest! {
        #[test]
        fn what_was_folded_stays_as_it_is(text in "\\PC{0,60}") {
            let once = folded(&text);
            prop_assert_eq!(&folded(&once), &once);
        }
    }
}
