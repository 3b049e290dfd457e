//! Texts for displays that show ASCII alone, on one line, such as Cockpit's login page: it shows each byte
//! of anything else as a sign of its own, and no line breaks.

use any_ascii::any_ascii_char;
use secinfo_channel::SecretText;
use secinfo_wire::conversation::Display;
use zeroize::Zeroizing;

/// A text as it is shown there.
pub(super) fn shown_on(display: Option<Display>, text: SecretText) -> SecretText {
    match display {
        Some(Display::Plain) => plain(&text),
        Some(Display::Terminal | Display::Line) | None => text,
    }
}

/// Messages as they are shown there.
pub(super) fn messages_on(display: Option<Display>, messages: Vec<SecretText>) -> Vec<String> {
    let shown = messages
        .into_iter()
        .map(|message| shown_on(display, message));
    shown.map(|message| (*message).clone()).collect()
}

/// The text in printable ASCII on one line, with one blank where several stood, or a line break. A blank at
/// its end stays, because a prompt has one before the answer.
fn plain(text: &str) -> Zeroizing<String> {
    let mut line = Line {
        text: Zeroizing::new(String::with_capacity(2 * text.len())),
        blank: false,
    };
    let mut opened = false;
    for c in text.chars() {
        match c {
            '«' | '‹' => line.push_str("\""),
            // French has blanks within the quotation marks.
            '»' | '›' => line.close_quotation(),
            c if opened && c.is_whitespace() => {}
            c if c.is_whitespace() || c.is_control() => line.blank = true,
            c => line.push_str(letters(c)),
        }
        opened = matches!(c, '«' | '‹');
    }
    line.ended()
}

/// What stands for a letter or sign. German and typography have customs of their own.
fn letters(c: char) -> &'static str {
    match c {
        'ä' => "ae",
        'ö' => "oe",
        'ü' => "ue",
        'Ä' => "Ae",
        'Ö' => "Oe",
        'Ü' => "Ue",
        '„' | '“' | '”' | '‟' => "\"",
        '‚' | '‘' | '’' | '‛' => "'",
        '•' => "*",
        c => any_ascii_char(c),
    }
}

/// A line in the making.
struct Line {
    text: Zeroizing<String>,
    /// Whether a blank comes before whatever comes next.
    blank: bool,
}

impl Line {
    fn push_str(&mut self, letters: &str) {
        for c in letters.chars() {
            if c == ' ' {
                self.blank = true;
            } else if c.is_ascii_graphic() {
                if std::mem::take(&mut self.blank) && !self.text.is_empty() {
                    self.text.push(' ');
                }
                self.text.push(c);
            }
        }
    }

    fn close_quotation(&mut self) {
        self.blank = false;
        self.push_str("\"");
    }

    fn ended(mut self) -> Zeroizing<String> {
        if self.blank && !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_users_read_is_written_as_one_would_type_it() {
        for (text, expected) in [
            (
                "Code von Authenticator-App „Büro“, oder ? für einen anderen Weg: ",
                "Code von Authenticator-App \"Buero\", oder ? fuer einen anderen Weg: ",
            ),
            (
                "Code (application d’authentification « Téléphone »), ou ? pour un autre moyen : ",
                "Code (application d'authentification \"Telephone\"), ou ? pour un autre moyen : ",
            ),
            ("Le mot «\u{202f}été\u{202f}»\u{a0}: ", "Le mot \"ete\" : "),
            (
                "Ändern Sie es.\nÜbung, Öl, groß…",
                "Aendern Sie es. Uebung, Oel, gross...",
            ),
            ("+49 ••• ••89", "+49 *** **89"),
            ("a\u{308}\t–  Москва 東京", "a - Moskva DongJing"),
            ("\u{1b}[2J\u{202e}x\u{0}y", "[2Jx y"),
            ("\n 1. x", "1. x"),
            ("Code: ", "Code: "),
            ("", ""),
            ("\n", ""),
        ] {
            assert_eq!(*plain(text), expected, "{text:?}");
        }
    }

    #[test]
    fn other_displays_are_shown_what_was_said() {
        for display in [None, Some(Display::Terminal), Some(Display::Line)] {
            let text = Zeroizing::new("ä\n„b“".to_owned());
            assert_eq!(*shown_on(display, text.clone()), *text);
        }
    }

    proptest! {
        #[test]
        fn any_text_becomes_one_line_of_printable_ascii(text in any::<String>()) {
            let plain = plain(&text);
            prop_assert!(plain.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{:?}", *plain);
            prop_assert!(!plain.starts_with(' ') && !plain.contains("  "));
        }

        #[test]
        fn what_is_plain_already_stays_as_it_is(text in "([!-~]{1,9} ?){0,9}") {
            prop_assert_eq!(&**plain(&text), &*text);
        }

        #[test]
        fn letters_of_the_languages_of_users_never_vanish(text in "[ĀāßçéèêëîïôùûÿæœÇÉÀА-Яа-яΑ-Ωα-ωぁ-ゖ一-丘٠-٩]{1,9}") {
            prop_assert!(!plain(&text).is_empty());
        }
    }
}
