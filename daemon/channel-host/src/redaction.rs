//! Redacts personal data and secrets from what a plugin says.

use secinfo_channel::Request;
use std::ops::Range;
use zeroize::Zeroizing;

/// The replacement for a sensitive text.
const REDACTED: &str = "[redacted]";

/// The minimum length of a sensitive text. Shorter ones would match everywhere.
const MIN_LENGTH: usize = 4;

/// A text to redact, reduced to its letters and digits in lower case, so that `123 456` and
/// `123-456` are found as well as `123456`.
#[derive(PartialEq, Eq)]
pub(crate) struct SensitiveText(Zeroizing<String>);

impl SensitiveText {
    /// `None` if the text is too short.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let needle = normalize(text).0;
        (needle.len() >= MIN_LENGTH).then_some(Self(needle))
    }
}

/// The sensitive texts of a request.
pub(crate) fn sensitive_texts(request: &Request) -> Vec<SensitiveText> {
    let encoded = Zeroizing::new(request.destination.replace('@', "%40"));
    [
        &request.code,
        &request.destination,
        &encoded,
        &request.text,
        &request.html,
        &request.subject,
    ]
    .into_iter()
    .filter_map(|text| SensitiveText::new(text))
    .collect()
}

/// Replaces every sensitive text.
pub(crate) fn redact<'a>(text: &str, sensitive: impl Iterator<Item = &'a SensitiveText>) -> String {
    let (normalized, positions) = normalize(text);
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for SensitiveText(needle) in sensitive {
        ranges.extend(normalized.match_indices(needle.as_str()).map(|(at, _)| {
            // Everything from its first character to its last.
            positions[at].start..positions[at + needle.len() - 1].end
        }));
    }
    ranges.sort_unstable_by_key(|range| range.start);
    let mut clean = String::with_capacity(text.len());
    let mut at = 0;
    for range in ranges {
        if range.start >= at {
            clean.push_str(&text[at..range.start]);
            clean.push_str(REDACTED);
        }
        at = at.max(range.end);
    }
    clean.push_str(&text[at..]);
    clean
}

/// The letters and digits of a text in lower case, and for each of their bytes the range of the
/// original character.
fn normalize(text: &str) -> (Zeroizing<String>, Vec<Range<usize>>) {
    // Large enough from the start, because growing would leave a copy in memory.
    let mut normalized = Zeroizing::new(String::with_capacity(text.len() * 3));
    let mut positions = Vec::with_capacity(text.len() * 3);
    for (at, character) in text.char_indices().filter(|(_, c)| c.is_alphanumeric()) {
        for lower in character.to_lowercase() {
            normalized.push(lower);
        }
        positions.resize(normalized.len(), at..at + character.len_utf8());
    }
    (normalized, positions)
}

/// Returns one line of at most `max` bytes, without characters that control a terminal or the
/// direction of text.
pub(crate) fn one_line(text: &str, max: usize) -> String {
    let mut line = String::with_capacity(text.len().min(max));
    for character in text.trim().chars() {
        let character = if is_printable(character) {
            character
        } else {
            ' '
        };
        if line.len() + character.len_utf8() > max {
            break;
        }
        line.push(character);
    }
    line
}

fn is_printable(character: char) -> bool {
    !character.is_control()
        && !matches!(character, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn redacted(text: &str, secrets: &[&str]) -> String {
        let sensitive: Vec<SensitiveText> = secrets
            .iter()
            .filter_map(|text| SensitiveText::new(text))
            .collect();
        redact(text, sensitive.iter())
    }

    #[test]
    fn codes_and_destinations_are_redacted_in_any_notation() {
        let secrets = ["123456", "+4930123456", "Ann@example.org"];
        for (text, clean) in [
            ("code 123456 sent", "code [redacted] sent"),
            ("123-456, 1 2 3 4 5 6.", "[redacted], [redacted]."),
            ("To=%2B4930123456&", "To=%[redacted]&"),
            ("(+49) 30 123 456 is no number", "(+[redacted] is no number"),
            ("<ann@EXAMPLE.org>: unknown", "<[redacted]>: unknown"),
            ("nothing to hide: 12345", "nothing to hide: 12345"),
        ] {
            let found = redacted(text, &secrets);
            // The "2B" of an encoded plus stays to the left of the number.
            let found = found.replace("%2B", "%");
            assert_eq!(found, clean, "{text}");
        }
    }

    #[test]
    fn overlapping_secrets_are_redacted_as_one() {
        assert_eq!(
            redacted("a 123456789 b", &["123456", "456789"]),
            "a [redacted] b"
        );
    }

    #[test]
    fn short_texts_are_kept() {
        assert_eq!(redacted("abc abc", &["abc"]), "abc abc");
    }

    #[test]
    fn one_line_has_no_control_characters() {
        assert_eq!(one_line("a\nb\x1b[2Jc\u{202e}d ", 100), "a b [2Jc d");
        assert_eq!(one_line("ääää", 5), "ää");
    }

    proptest! {
        #[test]
        fn a_secret_is_always_redacted(text in ".{0,40}", secret in "[0-9]{4,8}", rest in ".{0,40}") {
            let clean = redacted(&format!("{text}{secret}{rest}"), &[&secret]);
            prop_assert!(!clean.contains(&secret));
        }

        #[test]
        fn any_text_can_be_redacted(text in any::<String>(), secrets in prop::collection::vec(any::<String>(), 0..4)) {
            let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
            let line = one_line(&redacted(&text, &secrets), 64);
            prop_assert!(line.len() <= 64);
            prop_assert!(line.chars().all(|character| !character.is_control()));
        }
    }
}
