//! What a user sees who sets up an authenticator app: the key alone, in ASCII and for 40 columns, or the
//! QR code with the key beside it, on a terminal of 80 columns and 24 rows.

use super::picture::Picture;
use crate::messages::Part;
use crate::methods::authenticator_app::presentation::Presentation;
use crate::service::conversation::Wording;
use crate::service::enrollment::Enrollment;
use secinfo_channel::SecretText;
use zeroize::Zeroizing;

/// How wide the screen is, less the last column: what ends there breaks the line on some terminals.
const COLUMNS: usize = 79;

/// Columns between the picture and what stands beside it.
const GAP: usize = 2;

/// How wide the key alone is.
const NARROW: usize = 39;

/// Groups of the key on one line.
const GROUPS: usize = 5;

/// An authenticator app that is being set up.
pub(super) struct App {
    pub(super) draft: Enrollment,
    pub(super) screen: Screen,
}

/// How an authenticator app is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// Its key, in ASCII: every terminal can show that, and a screen reader read it.
    Key,
    /// The picture, light on dark, with the key beside it.
    Picture,
    /// The same, for a terminal that is dark on light.
    Inverted,
}

impl View {
    /// The first one, for a user at this place with this locale. OpenSSH writes every byte of the picture
    /// as a number where the user's own locale is not UTF-8, and that locale is not known before the
    /// session; so the picture waits until it is asked for.
    pub(super) fn first(is_remote: bool, locale: &str) -> Self {
        let charset = locale.split_once('.').map_or("", |(_, charset)| charset);
        let charset = charset.split('@').next().unwrap_or_default();
        let is_utf8 = ["utf-8", "utf8"]
            .iter()
            .any(|name| charset.eq_ignore_ascii_case(name));
        if is_utf8 && !is_remote {
            Self::Picture
        } else {
            Self::Key
        }
    }
}

/// What a user needs to set up an authenticator app.
pub(super) struct Screen {
    presentation: Presentation,
    picture: Option<Picture>,
}

impl Screen {
    pub(super) fn of(presentation: Presentation) -> Self {
        Self {
            picture: Picture::of(&presentation.short_uris),
            presentation,
        }
    }

    /// Whether there is a picture: not where key and names are too long for one.
    pub(super) const fn has_picture(&self) -> bool {
        self.picture.is_some()
    }

    /// The picture with account and key beside it; without one, account and key alone.
    pub(super) fn draw(&self, words: &Wording, view: View) -> SecretText {
        let picture = self.picture.as_ref().filter(|_| view != View::Key);
        let Some(picture) = picture else {
            let text = self.text(words, "app-type", NARROW);
            return joined(text.iter());
        };
        let side = COLUMNS - GAP - picture.columns();
        let mut beside = self.text(words, "app-scan", side);
        beside.push(Zeroizing::new(String::new()));
        beside.extend(wrapped(&words.say("app-unreadable"), side));
        let rows = picture.rows(view == View::Inverted);
        // In the middle of its height.
        let above = rows.len().saturating_sub(beside.len()) / 2;
        let lines: Vec<SecretText> = rows
            .iter()
            .enumerate()
            .map(|(number, row)| {
                let text = number.checked_sub(above).and_then(|line| beside.get(line));
                let mut line = Zeroizing::new(String::with_capacity(row.len() + COLUMNS * 4));
                line.push_str(row);
                if let Some(text) = text {
                    line.push_str("  ");
                    line.push_str(text);
                }
                line
            })
            .collect();
        joined(lines.iter())
    }

    /// What is typed into an app that cannot read the picture.
    fn text(&self, words: &Wording, lead: &str, width: usize) -> Vec<SecretText> {
        let account = [("account", Part::Text(&self.presentation.account))];
        let mut lines = wrapped(&words.say(lead), width);
        lines.push(Zeroizing::new(String::new()));
        lines.extend(wrapped(&words.say_with("app-account", &account), width));
        lines.push(words.say("app-key"));
        let groups: Vec<_> = self.presentation.key_in_groups.split(' ').collect();
        for line in groups.chunks(GROUPS) {
            lines.push(Zeroizing::new(line.join(" ")));
        }
        lines
    }
}

/// The lines below each other, after the line on which the program may have written already.
fn joined<'a>(lines: impl Iterator<Item = &'a SecretText>) -> SecretText {
    let mut text = Zeroizing::new(String::with_capacity(8192));
    for line in lines {
        text.push('\n');
        text.push_str(line);
    }
    text.push('\n');
    text
}

/// A text in lines of at most so many characters, broken between words; a longer word is broken.
fn wrapped(text: &str, width: usize) -> Vec<SecretText> {
    let mut lines = vec![Zeroizing::new(String::new())];
    for word in text.split_whitespace() {
        let mut rest = word;
        loop {
            let line = lines.last_mut().expect("there is a line from the start");
            let used = line.chars().count();
            let space = usize::from(used > 0);
            if used + space + rest.chars().count() <= width {
                if space == 1 {
                    line.push(' ');
                }
                line.push_str(rest);
                break;
            }
            if used == 0 {
                let cut = rest
                    .char_indices()
                    .nth(width)
                    .map_or(rest.len(), |(place, _)| place);
                line.push_str(&rest[..cut]);
                rest = &rest[cut..];
            }
            lines.push(Zeroizing::new(String::new()));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::SystemClock;
    use crate::messages::{Language, Prompts};
    use crate::methods::one_time_password::Secret;
    use secinfo_domain::{Algorithm, Digits, Period, TotpParameters};
    use std::sync::Arc;

    fn presentation(algorithm: Algorithm, issuer: &str, account: &str) -> Presentation {
        let parameters = TotpParameters {
            algorithm,
            digits: Digits::Eight,
            period: Period::default(),
        };
        let secret = Secret::generate(algorithm).unwrap();
        Presentation::new(&secret, parameters, issuer, account)
    }

    #[test]
    fn a_screen_has_room_for_its_prompt_and_the_whole_key_in_every_language() {
        let long = "An Organization with a Name of Sixty-Four Characters, like this.";
        let names = [
            ("Example", "alice@host"),
            (long, "alice@db1.department.example.org"),
            (long, &format!("{}@{}", "a".repeat(32), "h".repeat(64))),
        ];
        for language in Language::ALL {
            let words = Wording::new(Prompts::of(language), false, Arc::new(SystemClock));
            for algorithm in [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512] {
                for (issuer, account) in names {
                    let presentation = presentation(algorithm, issuer, account);
                    let key = presentation.key_in_groups.replace(' ', "");
                    let screen = Screen::of(presentation);
                    assert!(screen.has_picture(), "{algorithm} {account}");
                    let text = screen.draw(&words, View::Picture);
                    let lines: Vec<_> = text.split('\n').collect();
                    // The first stays on the line of whatever was written before, and the prompt
                    // comes on the last.
                    assert!(lines.len() <= 25 && lines[0].is_empty(), "{}", lines.len());
                    assert!(lines.iter().all(|line| line.chars().count() <= COLUMNS));
                    let beside: String = lines
                        .iter()
                        .map(|line| line.replace(['█', '▀', '▄', ' '], ""))
                        .collect();
                    assert!(beside.contains(&key), "{language:?} {algorithm} {account}");
                }
            }
        }
    }

    #[test]
    fn the_key_alone_is_in_ascii_and_for_40_columns() {
        for algorithm in [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512] {
            let presentation = presentation(algorithm, "Example", "alice@host");
            let key = presentation.key_in_groups.clone();
            let screen = Screen::of(presentation);
            let words = Wording::new(Prompts::of(Language::English), false, Arc::new(SystemClock));
            let text = screen.draw(&words, View::Key);
            assert!(text.is_ascii(), "{}", *text);
            assert!(text.lines().all(|line| line.len() <= NARROW), "{}", *text);
            let (_, below) = text.split_once("Key:\n").unwrap();
            assert_eq!(below.split_whitespace().collect::<Vec<_>>().join(" "), *key);
        }
    }

    #[test]
    fn the_picture_comes_first_only_where_it_can_surely_be_drawn() {
        for (is_remote, locale, view) in [
            (false, "de_DE.UTF-8", View::Picture),
            (false, "C.utf8", View::Picture),
            (false, "de_DE.UTF-8@euro", View::Picture),
            (true, "de_DE.UTF-8", View::Key),
            (false, "", View::Key),
            (false, "C", View::Key),
            (false, "de_DE.ISO-8859-1", View::Key),
            (false, "de_DE@utf8", View::Key),
        ] {
            assert_eq!(View::first(is_remote, locale), view, "{locale} {is_remote}");
        }
    }

    #[test]
    fn without_room_for_a_picture_the_key_is_there() {
        let account = "ä".repeat(300);
        let screen = Screen::of(presentation(Algorithm::Sha512, "Example", &account));
        assert!(!screen.has_picture());
        let words = Wording::new(Prompts::of(Language::English), false, Arc::new(SystemClock));
        let text = screen.draw(&words, View::Picture);
        assert!(
            text.starts_with("\nAdd this to an authenticator app:\n"),
            "{}",
            *text
        );
        assert!(!text.contains('█'));
    }

    #[test]
    fn no_line_is_longer_than_there_is_room() {
        for (text, width, lines) in [
            ("", 10, vec![""]),
            ("one two three", 7, vec!["one two", "three"]),
            ("one two three", 8, vec!["one two", "three"]),
            ("abcdefghij", 4, vec!["abcd", "efgh", "ij"]),
            ("a abcdefghij b", 4, vec!["a", "abcd", "efgh", "ij b"]),
            ("äöü äöü", 3, vec!["äöü", "äöü"]),
        ] {
            let wrapped: Vec<_> = wrapped(text, width)
                .iter()
                .map(|line| line.to_string())
                .collect();
            assert_eq!(wrapped, lines, "{text:?} in {width}");
        }
    }
}
