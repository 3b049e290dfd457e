//! Questions to the person at the terminal, in interactive runs.

use secinfo_terminal::echo::WithoutEcho;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;
use secinfo_terminal::text::indented;
use std::io::{self, Write};
use zeroize::Zeroizing;

/// Asks questions, or takes defaults in unattended runs.
pub(super) struct Questions<'a> {
    screen: &'a Screen,
    asks: bool,
    #[cfg(test)]
    scripted: std::cell::RefCell<Option<std::collections::VecDeque<String>>>,
}

impl<'a> Questions<'a> {
    /// Questions on a screen; in an unattended run none is asked.
    pub(super) const fn new(screen: &'a Screen, asks: bool) -> Self {
        Self {
            screen,
            asks,
            #[cfg(test)]
            scripted: std::cell::RefCell::new(None),
        }
    }

    #[cfg(test)]
    pub(super) fn scripted(
        screen: &'a Screen,
        answers: std::collections::VecDeque<String>,
    ) -> Self {
        Self {
            screen,
            asks: true,
            scripted: std::cell::RefCell::new(Some(answers)),
        }
    }

    /// Whether questions are asked.
    pub(super) const fn are_asked(&self) -> bool {
        self.asks
    }

    fn line(&self, prompt: &str) -> Result<Zeroizing<String>, Failure> {
        #[cfg(test)]
        if let Some(answers) = &mut *self.scripted.borrow_mut() {
            let answer = answers.pop_front();
            return Ok(Zeroizing::new(
                answer.unwrap_or_else(|| panic!("no answer to {prompt}")),
            ));
        }
        let answer = self.screen.ask(&format!("  {prompt}"))?;
        answer.ok_or_else(|| {
            Failure::Refused(
                "the input has ended: run secinfo setup again, it goes on where it was".into(),
            )
        })
    }

    /// Asks for yes or no; Enter is `default`, and an unattended run says no.
    pub(super) fn yes(&self, question: &str, default: bool) -> Result<bool, Failure> {
        if !self.asks {
            return Ok(false);
        }
        let choices = if default { "[Y/n]" } else { "[y/N]" };
        loop {
            let answer = self.line(&format!("{question} {choices}"))?.to_lowercase();
            match answer.as_str() {
                "" => return Ok(default),
                "y" | "yes" => return Ok(true),
                "n" | "no" => return Ok(false),
                _ => self.hint("Answer y for yes or n for no.")?,
            }
        }
    }

    /// Asks for a line of text until `check` accepts it; Enter is `default`.
    pub(super) fn text<T>(
        &self,
        question: &str,
        default: &str,
        check: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Failure> {
        let shown = if default.is_empty() {
            String::new()
        } else {
            format!(" [{default}]")
        };
        loop {
            let answer = self.line(&format!("{question}{shown}:"))?;
            let answer = if answer.is_empty() { default } else { &answer };
            match check(answer) {
                Ok(value) => return Ok(value),
                Err(why) => self.hint(&why)?,
            }
        }
    }

    /// Asks for one of several choices, by number; Enter is the one at `default`, if any.
    pub(super) fn choice(
        &self,
        question: &str,
        choices: &[&str],
        default: Option<usize>,
    ) -> Result<usize, Failure> {
        self.list(choices)?;
        let count = choices.len();
        let default = default.map_or_else(String::new, |index| (index + 1).to_string());
        self.text(question, &default, |answer| {
            numbered(answer, count)
                .ok_or_else(|| format!("Answer with a number from 1 to {count}."))
        })
    }

    /// Shows choices with their numbers.
    fn list(&self, choices: &[&str]) -> Result<(), Failure> {
        self.screen.say("\n")?;
        for (index, choice) in choices.iter().enumerate() {
            let number = self.screen.style.bold(&format!("{:>2}", index + 1));
            let first = format!("   {number}  ");
            let rest = "       ";
            self.screen
                .say(&indented(choice, &first, rest, self.screen.width))?;
        }
        self.screen.say("\n")
    }

    /// Asks for one or more of several choices, by their numbers; Enter is those at `default`.
    pub(super) fn choices(
        &self,
        question: &str,
        choices: &[&str],
        default: &[usize],
    ) -> Result<Vec<usize>, Failure> {
        self.list(choices)?;
        let count = choices.len();
        let all: Vec<usize> = (0..count).collect();
        let shown = if default == all {
            "all".to_owned()
        } else {
            let numbers = default.iter().map(|index| (index + 1).to_string());
            numbers.collect::<Vec<_>>().join(" ")
        };
        self.text(question, &shown, |answer| {
            if answer.eq_ignore_ascii_case("all") {
                return Ok(all.clone());
            }
            let words = answer.split([',', ' ']).filter(|word| !word.is_empty());
            let indices: Option<Vec<usize>> = words.map(|word| numbered(word, count)).collect();
            indices
                .filter(|indices| !indices.is_empty())
                .ok_or_else(|| {
                    format!("Answer with numbers from 1 to {count}, such as 1 2, or with all.")
                })
        })
    }

    /// Asks for a line that is not shown while it is typed.
    pub(super) fn secret(&self, question: &str) -> Result<Zeroizing<String>, Failure> {
        loop {
            let unseen = WithoutEcho::on(io::stdin()).ok();
            let answer = self.line(&format!("{question} (not shown):"));
            let was_unseen = unseen.is_some();
            drop(unseen);
            if was_unseen {
                // Enter was not shown either.
                self.screen.note("")?;
            }
            let answer = answer?;
            if !answer.is_empty() {
                return Ok(answer);
            }
            self.hint("It cannot be empty.")?;
        }
    }

    /// Asks, and does not wait for the answer.
    pub(super) fn prompt(&self, prompt: &str) -> Result<(), Failure> {
        let mut err = io::stderr().lock();
        write!(err, "  {} ", self.screen.error_style.bold(prompt))?;
        Ok(err.flush()?)
    }

    /// Writes a hint to standard error.
    pub(super) fn hint(&self, text: &str) -> Result<(), Failure> {
        let lines = indented(text, "  ", "  ", self.screen.width);
        Ok(io::stderr().lock().write_all(lines.as_bytes())?)
    }
}

/// The index of the choice with this number.
fn numbered(number: &str, count: usize) -> Option<usize> {
    let index = number.parse::<usize>().ok()?.checked_sub(1)?;
    (index < count).then_some(index)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;

    #[test]
    fn no_answer_is_no_and_wrong_answers_are_asked_again() {
        let fixture = Fixture::new();
        assert!(!fixture.unattended().yes("Now?", true).unwrap());
        let questions = fixture.answers(&["", "perhaps", "y", "9", "2", "", "1"]);
        assert!(questions.yes("Now?", true).unwrap());
        assert!(questions.yes("Now?", false).unwrap());
        assert_eq!(questions.choice("Which", &["a", "b"], Some(0)).unwrap(), 1);
        assert_eq!(questions.choice("Which", &["a", "b"], None).unwrap(), 0);
        let questions = fixture.answers(&["0", "4", "3, 1", "ALL", ""]);
        let several = || questions.choices("Which", &["a", "b", "c"], &[1]).unwrap();
        assert_eq!(
            [several(), several(), several()],
            [vec![2, 0], vec![0, 1, 2], vec![1]]
        );
        let questions = fixture.answers(&["x", ""]);
        let number = |text: &str| text.parse::<u8>().map_err(|_| "a number".to_owned());
        assert_eq!(questions.text("How many", "3", number).unwrap(), 3);
    }
}
