//! Log lines of the daemon, as entries of the journal. A reader of the journal sees the message alone,
//! so what it is about and why stands in it as well as in fields.

use super::socket::{JournalSocket, begin, put};
use super::types::Priority;
use std::fmt::{self, Write as _};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// The facility of daemons: `LOG_DAEMON` (syslog(3)).
const FACILITY: &str = "3";

/// The fields that say why, which is told behind the message; all others say what it is about.
const WHY: [&str; 5] = ["error", "why", "failure", "detail", "place"];

/// Writes each line to the journal. A line that the journal has no room for is lost: sending never
/// waits.
pub(crate) struct Lines(JournalSocket);

impl Lines {
    /// None where systemd has not connected our output to the journal, or it cannot be reached.
    pub(crate) fn to_journal() -> Option<Self> {
        JournalSocket::of_systemd().map(Self)
    }
}

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line::default();
        event.record(&mut line);
        // A failure cannot be logged anywhere else.
        let _ = self.0.send(&line.to_bytes(event.metadata()));
    }
}

/// One line, with its fields in their order.
#[derive(Default)]
struct Line {
    message: String,
    fields: Vec<(&'static str, String)>,
}

impl Line {
    fn add(&mut self, field: &Field, value: String) {
        if field.name() == "message" {
            self.message = value;
        } else {
            self.fields.push((field.name(), value));
        }
    }

    /// What happened, why, and what it is about: "a message was not delivered: no credit (channel
    /// text)".
    fn sentence(&self) -> String {
        let (why, about): (Vec<_>, Vec<_>) = self
            .fields
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .partition(|(name, _)| WHY.contains(name));
        let mut sentence = self.message.clone();
        for (_, value) in why {
            let _ = write!(sentence, ": {value}");
        }
        for (index, (name, value)) in about.iter().enumerate() {
            let start = if index == 0 { " (" } else { ", " };
            let _ = write!(sentence, "{start}{name} {value}");
        }
        if !about.is_empty() {
            sentence.push(')');
        }
        sentence
    }

    fn to_bytes(&self, about: &tracing::Metadata<'_>) -> Vec<u8> {
        let mut bytes = begin(&self.sentence(), priority(*about.level()), FACILITY);
        put(&mut bytes, "TARGET", about.target());
        if let (Some(file), Some(line)) = (about.file(), about.line()) {
            put(&mut bytes, "CODE_FILE", file);
            put(&mut bytes, "CODE_LINE", &line.to_string());
        }
        for (name, value) in &self.fields {
            let name = name.to_ascii_uppercase().replace('.', "_");
            put(&mut bytes, &format!("SECINFO_{name}"), value);
        }
        bytes
    }
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, format!("{value:?}"));
    }
}

const fn priority(level: Level) -> Priority {
    match level {
        Level::ERROR => Priority::Error,
        Level::WARN => Priority::Warning,
        Level::INFO => Priority::Info,
        Level::DEBUG | Level::TRACE => Priority::Debug,
    }
}

#[cfg(test)]
mod tests {
    use super::Line;

    fn line(fields: &[(&'static str, &str)]) -> String {
        let fields = fields.iter();
        let line = Line {
            message: "it went wrong".to_owned(),
            fields: fields
                .map(|(name, value)| (*name, (*value).to_owned()))
                .collect(),
        };
        line.sentence()
    }

    #[test]
    fn a_line_says_why_and_what_it_is_about() {
        assert_eq!(line(&[]), "it went wrong");
        assert_eq!(line(&[("detail", "")]), "it went wrong");
        assert_eq!(line(&[("error", "no room")]), "it went wrong: no room");
        assert_eq!(
            line(&[
                ("channel", "text"),
                ("detail", "no credit"),
                ("dropped", "3")
            ]),
            "it went wrong: no credit (channel text, dropped 3)"
        );
    }
}
