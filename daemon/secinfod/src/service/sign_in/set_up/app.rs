//! Setting up an authenticator app: the QR code on the terminal, and the key beside it.

use super::super::picture::Picture;
use super::super::wording::{Wording, is_question};
use super::{Stage, Turn};
use crate::messages::Part;
use crate::methods::authenticator_app::Presentation;
use crate::service::sign_in::Step;
use crate::service::{Enrollment, ServiceError};
use secinfo_channel::Word;
use secinfo_domain::Kind;
use std::sync::Arc;
use zeroize::Zeroizing;

/// How wide the screen is, less the last column: what ends there breaks the line on some terminals.
const COLUMNS: usize = 79;

/// Columns between the picture and what stands beside it.
const GAP: usize = 2;

/// Groups of the key on one line.
const GROUPS: usize = 5;

/// An authenticator app in the making.
pub(in crate::service::sign_in) struct App {
    draft: Enrollment,
    presentation: Presentation,
    picture: Option<Picture>,
}

impl App {
    /// The picture with account and key beside it; without one, account and key alone.
    fn screen(&self, words: &Wording, inverted: bool) -> Word {
        let Some(picture) = &self.picture else {
            let text = self.text(words, "app-type", COLUMNS);
            return joined(text.iter());
        };
        let side = COLUMNS - GAP - picture.columns();
        let mut beside = self.text(words, "app-scan", side);
        beside.push(Zeroizing::new(String::new()));
        beside.extend(wrapped(&words.say("app-unreadable"), side));
        let rows = picture.rows(inverted);
        // In the middle of its height.
        let above = rows.len().saturating_sub(beside.len()) / 2;
        let lines: Vec<Word> = rows
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
    fn text(&self, words: &Wording, lead: &str, width: usize) -> Vec<Word> {
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
fn joined<'a>(lines: impl Iterator<Item = &'a Word>) -> Word {
    let mut text = Zeroizing::new(String::with_capacity(8192));
    for line in lines {
        text.push('\n');
        text.push_str(line);
    }
    text.push('\n');
    text
}

/// A text in lines of at most so many characters, broken between words; a longer word is broken.
fn wrapped(text: &str, width: usize) -> Vec<Word> {
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

impl Turn<'_> {
    pub(super) fn begin_app(&mut self) -> Result<Step, ServiceError> {
        let wish = self.wish(Kind::AuthenticatorApp, None);
        let person = self.sign_in.person.clone();
        let drafted = match self.service.draft(person, &self.sign_in.by, &wish) {
            Ok(drafted) => drafted,
            Err(error) => {
                let note = self.cannot_add(error)?;
                return self.choose_again(Some(note));
            }
        };
        let presentation = drafted
            .presentation
            .ok_or_else(|| ServiceError::Internal("an app came without its key".to_owned()))?;
        let picture = Picture::of(&presentation.short_uris);
        let app = Arc::new(App {
            draft: drafted.enrollment,
            presentation,
            picture,
        });
        self.talk.wrong = 0;
        Ok(self.show_app(app, false))
    }

    fn show_app(&mut self, app: Arc<App>, inverted: bool) -> Step {
        let words = &self.sign_in.words;
        let screen = app.screen(words, inverted);
        let prompt = self.app_prompt(&app);
        self.now_at(Stage::App { app, inverted });
        let mut text = Zeroizing::new(String::with_capacity(screen.len() + prompt.len()));
        text.push_str(&screen);
        text.push_str(&prompt);
        Wording::ask(None, &text, true)
    }

    fn app_prompt(&self, app: &App) -> Word {
        let picture = Part::Whether(app.picture.is_some());
        self.sign_in
            .words
            .say_with("app-prompt", &[("picture", picture)])
    }

    pub(super) async fn on_app(
        &mut self,
        app: &Arc<App>,
        inverted: bool,
        answer: &str,
    ) -> Result<Step, ServiceError> {
        if is_question(answer) {
            return self.choose_again(None);
        }
        if answer.is_empty() {
            return Ok(Wording::ask(None, &self.app_prompt(app), true));
        }
        if answer.eq_ignore_ascii_case("i") && app.picture.is_some() {
            return Ok(self.show_app(Arc::clone(app), !inverted));
        }
        match self.finish(&app.draft, answer).await {
            Ok(Ok(())) => self.enrolled(Kind::AuthenticatorApp).await,
            Ok(Err(Some(step))) => Ok(step),
            Ok(Err(None)) => {
                let note = self.sign_in.words.say("note-wrong");
                Ok(Wording::ask(Some(note), &self.app_prompt(app), true))
            }
            Err(error) => {
                let note = self.cannot_add(error)?;
                self.choose_again(Some(note))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
