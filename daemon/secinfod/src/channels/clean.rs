//! Cleans what a host, its plugin or a provider says, for logs and for administrators.
//!
//! None of them should ever say a destination or a code, but none of them is trusted: what looks like
//! one is left out.

/// The most characters that are kept of what is said.
pub(super) const LIMIT: usize = 1024;

/// From so many digits on, a number could be a code or a phone number. Error numbers of providers
/// have fewer.
const DIGITS: usize = 6;

/// What stands for what was left out.
const LEFT_OUT: &str = "•••";

/// One line of at most [`LIMIT`] characters, without control characters, long numbers and what
/// stands before an `@`.
pub(super) fn text(said: &str) -> String {
    let line: String = said
        .chars()
        .take(LIMIT)
        .map(|c| if is_plain(c) { c } else { ' ' })
        .collect();
    let words: Vec<String> = line.split(' ').map(clean_word).collect();
    words.join(" ").trim().to_owned()
}

/// A short name, such as that of a plugin.
pub(super) fn name(text: &str) -> String {
    text.chars().filter(|c| is_plain(*c)).take(64).collect()
}

fn is_plain(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn clean_word(word: &str) -> String {
    if word.contains('@') {
        return LEFT_OUT.to_owned();
    }
    let mut cleaned = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, number) = rest.split_at(start);
        let length = number
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(number.len());
        let (number, after) = number.split_at(length);
        cleaned.push_str(before);
        cleaned.push_str(if length < DIGITS { number } else { LEFT_OUT });
        rest = after;
    }
    cleaned + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_a_code_or_a_destination_is_left_out() {
        for (said, kept) in [
            ("error 21211: no number", "error 21211: no number"),
            ("code 123456 refused", "code ••• refused"),
            ("code=12345678,", "code=•••,"),
            ("to +4930123456!", "to +•••!"),
            ("550 <alice@example.org>: unknown", "550 ••• unknown"),
            ("a\nb\u{1b}[2J\u{202e}c", "a b [2J c"),
        ] {
            assert_eq!(text(said), kept);
        }
    }

    #[test]
    fn what_is_said_at_length_is_cut() {
        assert_eq!(text(&"é".repeat(5000)).chars().count(), LIMIT);
        assert_eq!(name(&"n\n".repeat(5000)).len(), 64);
    }
}
