//! The words of a conversation, put together for a terminal or for one line.

use super::{Prompt, Step, lines};
use crate::core::Clock;
use crate::messages::{Part, Prompts};
use crate::methods;
use crate::methods::kind::PromptStyle;
use crate::service::Candidate;
use secinfo_channel::{Reason, SecretText};
use secinfo_domain::{Kind, SetUp, Timestamp};
use std::fmt::Write;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Room for any prompt, so that one with a key in it is never moved and left behind in memory.
const ROOM: usize = 16 * 1024;

/// The words of one conversation.
pub(in crate::service) struct Wording {
    prompts: Prompts,
    one_line: bool,
    clock: Arc<dyn Clock>,
}

impl Wording {
    pub(in crate::service) const fn new(
        prompts: Prompts,
        one_line: bool,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            prompts,
            one_line,
            clock,
        }
    }

    /// Whether prompts are of one line.
    pub(in crate::service) const fn is_one_line(&self) -> bool {
        self.one_line
    }

    /// A sentence without parts.
    pub(in crate::service) fn say(&self, id: &str) -> SecretText {
        self.prompts.say(id, &[])
    }

    /// A sentence with parts.
    pub(in crate::service) fn say_with(
        &self,
        id: &str,
        parts: &[(&'static str, Part<'_>)],
    ) -> SecretText {
        self.prompts.say(id, parts)
    }

    /// A sentence about how long something takes from now.
    pub(in crate::service) fn say_until(&self, id: &str, until: Timestamp) -> SecretText {
        let left = until
            .as_millis()
            .saturating_sub(self.clock.now().as_millis());
        let seconds = left.div_ceil(1000).max(1);
        let length = self.prompts.wait(seconds);
        let parts = [
            ("seconds", Part::Number(seconds)),
            ("length", Part::Text(&length)),
        ];
        self.prompts.say(id, &parts)
    }

    /// The row of a list that puts set-up off.
    pub(in crate::service) fn later(&self, set_up: &SetUp) -> SecretText {
        let date = day(set_up.grace_ends);
        let date = ("date", Part::Text(&date));
        match set_up.times_left {
            None => self.prompts.say("set-up-later", &[date]),
            Some(left) => {
                let left = ("left", Part::Number(left.into()));
                self.prompts.say("set-up-later-times", &[date, left])
            }
        }
    }

    /// Until when set-up can be put off, in the sentence of this name.
    pub(in crate::service) fn set_up_until(&self, id: &str, set_up: &SetUp) -> SecretText {
        let date = day(set_up.grace_ends);
        self.prompts.say(id, &[("date", Part::Text(&date))])
    }

    /// What a user reads who puts set-up off once more: until when that goes, and how often.
    pub(in crate::service) fn postponed(&self, set_up: &SetUp) -> Vec<SecretText> {
        let left = set_up.times_left.map(|left| {
            let left = Part::Number(left.saturating_sub(1).into());
            self.prompts.say("end-postponed-times", &[("left", left)])
        });
        let until = self.set_up_until("end-postponed", set_up);
        [until].into_iter().chain(left).collect()
    }

    /// A kind of method.
    pub(in crate::service) fn kind(&self, kind: Kind) -> SecretText {
        self.prompts.kind(kind)
    }

    /// How codes of this kind travel: "by text message".
    pub(in crate::service) fn by(&self, kind: Kind) -> String {
        self.prompts.by(kind)
    }

    /// The masked number of a method, in ASCII: OpenSSH shows other characters as numbers where the
    /// user's locale is not UTF-8.
    pub(in crate::service) fn number(way: &Candidate) -> String {
        let number = way.hint.number.as_deref().unwrap_or_default();
        number.replace('•', "*")
    }

    /// A method of the user, as they tell it from others.
    pub(in crate::service) fn way(&self, way: &Candidate) -> SecretText {
        let name = self.kind(way.kind);
        let kind = methods::of(way.kind);
        match kind.prompt() {
            PromptStyle::SentToNumber { .. } => {
                let number = Self::number(way);
                let parts = [("way", Part::Text(&name)), ("hint", Part::Text(&number))];
                self.prompts.say("way-to", &parts)
            }
            PromptStyle::Written => name,
            PromptStyle::Code | PromptStyle::Approval => {
                match way.label.strip_prefix(kind.default_label()) {
                    // A label that was found for the user has a number at most behind the kind.
                    Some(number) if number.chars().all(|c| c == ' ' || c.is_ascii_digit()) => {
                        Zeroizing::new(format!("{}{number}", *name))
                    }
                    _ => {
                        let parts = [
                            ("way", Part::Text(&name)),
                            ("label", Part::Text(&way.label)),
                        ];
                        self.prompts.say("way-named", &parts)
                    }
                }
            }
        }
    }

    /// Why a code was not delivered.
    pub(in crate::service) fn not_sent(&self, reason: Reason) -> SecretText {
        let reason = match reason {
            Reason::Destination | Reason::Refused => "destination",
            Reason::TimedOut => "late",
            Reason::Unreachable | Reason::Busy | Reason::Provider => "provider",
            Reason::Settings | Reason::Plugin => "fault",
        };
        self.say_with("note-not-sent", &[("reason", Part::Text(reason))])
    }

    /// Asks, after what there is to note. `echo` says whether the answer is shown.
    pub(in crate::service) fn ask<E>(
        &self,
        note: Option<&SecretText>,
        prompt: &SecretText,
        echo: bool,
    ) -> Step<E> {
        let text = self.put_together(note, prompt);
        Step::Ask(Prompt { text, echo })
    }

    fn put_together(&self, note: Option<&SecretText>, prompt: &SecretText) -> SecretText {
        let mut text = Zeroizing::new(String::with_capacity(ROOM));
        if self.one_line {
            if let Some(note) = note {
                text.push_str(note);
                text.push(' ');
            }
            text.push_str(prompt);
        } else {
            lines::push(&mut text, note.map(|note| note.as_str()), prompt);
        }
        text
    }

    /// A prompt that only has to be read, with these sentences in it; none where there is none.
    pub(in crate::service) fn last_prompt(&self, sentences: &[SecretText]) -> Option<SecretText> {
        let sentences: Vec<_> = sentences.iter().map(|said| said.as_str()).collect();
        let said = Zeroizing::new(sentences.join(" "));
        let prompt = || self.put_together(Some(&said), &self.say("end-prompt"));
        (!said.is_empty()).then(prompt)
    }

    /// A prompt with a line above it.
    pub(in crate::service) fn below(&self, line: &SecretText, prompt: &Prompt) -> Prompt {
        let mut text = Zeroizing::new(String::with_capacity(ROOM));
        text.push_str(line);
        text.push_str(if self.one_line { " " } else { "\n" });
        text.push_str(&prompt.text);
        Prompt {
            text,
            echo: prompt.echo,
        }
    }

    /// Asks for the number of one of these rows.
    pub(in crate::service) fn ask_number<E>(
        &self,
        note: Option<&SecretText>,
        lead: &SecretText,
        rows: &[SecretText],
        prompt: &SecretText,
    ) -> Step<E> {
        let mut text = Zeroizing::new(String::with_capacity(ROOM));
        let between = if self.one_line { " " } else { "\n" };
        for line in note.into_iter().chain([lead]) {
            if self.one_line {
                text.push_str(line);
            } else {
                lines::push(&mut text, None, line);
            }
            text.push_str(between);
        }
        for (row, number) in rows.iter().zip(1..) {
            write!(text, "{number}. {}", **row).expect("writing to a string cannot fail");
            text.push_str(if self.one_line { "; " } else { "\n" });
        }
        text.push_str(prompt);
        Step::Ask(Prompt { text, echo: true })
    }
}

/// The row that a number names.
pub(in crate::service) fn numbered<T: Copy>(rows: &[T], answer: &str) -> Option<T> {
    let number = secinfo_typed::number(answer)?;
    rows.get(number.checked_sub(1)?).copied()
}

/// Whether the answer asks for another way.
pub(in crate::service) fn is_question(answer: &str) -> bool {
    matches!(answer, "?" | "？")
}

/// The day of a time, where the host is.
fn day(time: Timestamp) -> String {
    let seconds = i64::try_from(time.as_seconds()).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds)
        .unwrap_or(jiff::Timestamp::MAX)
        .to_zoned(jiff::tz::TimeZone::system())
        .date()
        .to_string()
}
