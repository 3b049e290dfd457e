//! Standard input, output and error: what people and scripts see, and how they are asked.
//!
//! What a command answers goes to standard output; prompts, hints and errors go to standard
//! error, so that output can be piped while a person answers. Input is read line by line from
//! standard input, whether that is a terminal or not.

use crate::echo::WithoutEcho;
use crate::environment::is_utf8;
use crate::failure::Failure;
use crate::style::Style;
use crate::text::{in_ascii, indented};
use secinfo_words::{Language, Words, message};
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, BufRead, IsTerminal, Read, Write};
use zeroize::Zeroizing;

/// The width where it cannot be found out.
const USUAL_WIDTH: usize = 80;
/// Longer lines are hard to read, however wide the window is.
const WIDEST: usize = 110;

/// The longest line that is read as it was typed, in bytes: what a terminal passes on at once.
const LONGEST_LINE: usize = 4096;

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[value(help = "On a terminal, unless NO_COLOR is set")]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How a picture is drawn in block characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocks {
    /// Not at all: the terminal has no such characters.
    None,
    /// In the terminal's own colours. Light on dark is assumed, as most terminals are.
    Plain,
    /// In black on white, whatever the terminal's own colours are.
    BlackOnWhite,
}

impl Blocks {
    /// Colours that nobody asked for are left out where they are `unwanted`, and then the picture may be
    /// one that is turned around: not every app reads that.
    const fn of(color: Color, unwanted: bool, impossible: bool) -> Self {
        match color {
            _ if impossible => Self::None,
            Color::Never => Self::Plain,
            Color::Auto if unwanted => Self::Plain,
            Color::Auto | Color::Always => Self::BlackOnWhite,
        }
    }
}

/// Where a command writes to and reads from.
#[derive(Debug)]
pub struct Screen {
    /// Print JSON and nothing else on standard output.
    pub json: bool,
    /// A person answers.
    pub interactive: bool,
    /// Columns of the output.
    pub width: usize,
    /// Rows of the output; none where it is no terminal.
    pub height: Option<usize>,
    /// How to write on standard output.
    pub style: Style,
    /// How to write on standard error.
    pub error_style: Style,
    /// How to draw pictures on standard output.
    pub blocks: Blocks,
    /// Whether the terminal shows nothing but ASCII.
    pub ascii: bool,
    /// The words of the person's language.
    pub words: Words,
}

impl Screen {
    /// The screen of this process, in English.
    pub fn new(json: bool, color: Color) -> Self {
        let is_dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let plain = no_color || is_dumb;
        let (is_terminal, is_utf8) = (io::stdout().is_terminal(), is_utf8());
        let style = |is_terminal: bool| {
            Style::new(match color {
                Color::Auto => is_terminal && !plain,
                Color::Always => true,
                Color::Never => false,
            })
        };
        Self {
            json,
            interactive: io::stdin().is_terminal(),
            width: width(),
            height: height(),
            style: style(is_terminal),
            error_style: style(io::stderr().is_terminal()),
            blocks: Blocks::of(
                color,
                no_color || !is_terminal,
                is_dumb || is_terminal && !is_utf8,
            ),
            ascii: !is_utf8 && (is_terminal || io::stderr().is_terminal()),
            words: Words::of(Language::English),
        }
    }

    /// The text as the terminal can show it.
    pub fn shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.ascii {
            in_ascii(text)
        } else {
            text.into()
        }
    }

    /// The same screen in another language. What programs read stays English, their prompts too.
    #[must_use]
    pub fn in_language(self, language: Language) -> Self {
        let language = if self.json {
            Language::English
        } else {
            language
        };
        Self {
            words: Words::of(language),
            ..self
        }
    }

    /// Writes text for people; nothing in JSON mode.
    pub fn say(&self, text: &str) -> Result<(), Failure> {
        if self.json {
            Ok(())
        } else {
            Self::write(self.shown(text).as_bytes())
        }
    }

    /// Writes a paragraph for people, wrapped to the width; nothing in JSON mode.
    pub fn paragraph(&self, text: &str) -> Result<(), Failure> {
        self.say(&indented(text, "", "", self.width))
    }

    /// Writes one line of JSON; nothing in the mode for people.
    pub fn json(&self, value: &impl Serialize) -> Result<(), Failure> {
        if !self.json {
            return Ok(());
        }
        // Such a line may hold the key of a new method.
        let mut line = Zeroizing::new(serde_json::to_vec(value).map_err(io::Error::from)?);
        line.push(b'\n');
        Self::write(&line)
    }

    /// Writes bytes as they are, and brings them out at once: the reader may wait for them.
    pub fn write(bytes: &[u8]) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        Ok(out.flush()?)
    }

    /// Tells the person something beside the output.
    pub fn note(&self, text: &str) -> Result<(), Failure> {
        let lines = indented(text, "", "", self.width);
        Ok(io::stderr()
            .lock()
            .write_all(self.shown(&lines).as_bytes())?)
    }

    /// Asks for one line; `None` at the end of input. It is read while nothing else runs: all
    /// that could arrive meanwhile waits in the socket.
    pub fn ask(&self, prompt: &str) -> Result<Option<Zeroizing<String>>, Failure> {
        let mut err = io::stderr().lock();
        write!(err, "{} ", self.error_style.bold(&self.shown(prompt)))?;
        err.flush()?;
        let mut line = Zeroizing::new(String::new());
        let read = io::stdin().lock().read_line(&mut line)?;
        if read == 0 || !self.interactive {
            // The line that the person would have ended with Enter.
            writeln!(err)?;
        }
        Ok((read > 0).then(|| Zeroizing::new(line.trim().to_owned())))
    }

    /// Asks with a prompt that has the blank at its end, and returns the line as it was typed, blanks
    /// included; `None` at the end of input. Without `echo`, a terminal does not show it.
    pub fn ask_as_typed(
        &self,
        prompt: &str,
        echo: bool,
    ) -> Result<Option<Zeroizing<String>>, Failure> {
        // Before the prompt, because the person may type as soon as it is shown.
        let unseen = (!echo && self.interactive)
            .then(|| WithoutEcho::on(io::stdin()))
            .transpose()?;
        let mut err = io::stderr().lock();
        write!(err, "{}", self.shown(prompt))?;
        err.flush()?;
        // It grows to no more than a prompt can need, so that no copy of a secret is left behind.
        let mut line = Zeroizing::new(String::with_capacity(LONGEST_LINE));
        let read = io::stdin()
            .lock()
            .take(LONGEST_LINE as u64)
            .read_line(&mut line)?;
        if read == 0 || unseen.is_some() || !self.interactive {
            // The line that the person would have ended with Enter.
            writeln!(err)?;
        }
        let length = line.trim_end_matches(['\n', '\r']).len();
        line.truncate(length);
        Ok((read > 0).then_some(line))
    }

    /// Asks a person for yes or no; Enter is no, and so is the end of input.
    pub fn confirm(&self, question: &str) -> Result<bool, Failure> {
        let words = self.words;
        let prompt = words.say(message::Confirm {
            question: question.into(),
        });
        loop {
            let answer = self.ask(&prompt)?.unwrap_or_default().to_lowercase();
            let is_one_of = |choice: &str| choice.split(' ').any(|word| word == answer);
            if answer.is_empty() || is_one_of(&words.say(message::ConfirmNo)) {
                return Ok(false);
            }
            if is_one_of(&words.say(message::ConfirmYes)) {
                return Ok(true);
            }
            self.note(&words.say(message::ConfirmAgain))?;
        }
    }
}

fn height() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    Some(usize::from(size.ws_row)).filter(|rows| *rows > 0)
}

fn width() -> usize {
    let size = rustix::termios::tcgetwinsize(io::stdout());
    let columns = size
        .ok()
        .map(|size| usize::from(size.ws_col))
        .filter(|columns| *columns > 0);
    columns
        .or_else(|| std::env::var("COLUMNS").ok()?.parse().ok())
        .unwrap_or(USUAL_WIDTH)
        .clamp(20, WIDEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_no_colours_where_they_are_unwanted() {
        for (color, unwanted, impossible, blocks) in [
            (Color::Auto, false, false, Blocks::BlackOnWhite),
            (Color::Auto, true, false, Blocks::Plain),
            (Color::Never, false, false, Blocks::Plain),
            (Color::Always, true, false, Blocks::BlackOnWhite),
            (Color::Always, false, true, Blocks::None),
        ] {
            assert_eq!(Blocks::of(color, unwanted, impossible), blocks);
        }
    }
}
