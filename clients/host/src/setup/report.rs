//! What was done, for people as it happens, and for programs at the end.

use clap::ValueEnum;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;
use secinfo_terminal::style::Look;
use secinfo_terminal::text::indented;
use serde::Serialize;

/// The steps, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Step {
    /// The installed package.
    Host,
    /// The master key.
    MasterKey,
    /// The channels.
    Channels,
    /// Policy.
    Policy,
    /// Break-glass codes.
    WaysBackIn,
    /// New passwords for users who forgot theirs.
    PasswordReset,
    /// Phones that approve sign-ins.
    Push,
    /// PAM and the SSH server.
    #[value(alias = "pam")]
    SignIn,
}

impl Step {
    /// Its name, as in the arguments and in JSON.
    pub(super) fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Host => "This host",
            Self::MasterKey => "Master key",
            Self::Channels => "Channels",
            Self::Policy => "Policy",
            Self::WaysBackIn => "Ways back in",
            Self::PasswordReset => "Password reset",
            Self::Push => "Phones",
            Self::SignIn => "Sign-in",
        }
    }
}

/// The outcome of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum State {
    /// It was made now.
    Done,
    /// Nothing had to be changed.
    Unchanged,
    /// It was not made.
    Skipped,
}

/// One line of the report.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Entry {
    /// In which step.
    pub(super) step: Step,
    /// What became of it.
    pub(super) state: State,
    /// What it is, in a sentence without its full stop.
    pub(super) what: String,
}

/// Collects what was done and what is left to do, and writes it for people as it happens.
pub(super) struct Report<'a> {
    screen: &'a Screen,
    step: Step,
    pub(super) entries: Vec<Entry>,
    pub(super) left: Vec<String>,
    warnings: Vec<String>,
    failed: Vec<String>,
}

#[derive(Serialize)]
struct ReportJson<'a> {
    steps: &'a [Entry],
    left: &'a [String],
    warnings: &'a [String],
}

impl<'a> Report<'a> {
    pub(super) const fn new(screen: &'a Screen) -> Self {
        Self {
            screen,
            step: Step::Host,
            entries: Vec::new(),
            left: Vec::new(),
            warnings: Vec::new(),
            failed: Vec::new(),
        }
    }

    /// Begins a step: its heading, and what it is about.
    pub(super) fn begin(&mut self, step: Step, about: &str) -> Result<(), Failure> {
        self.step = step;
        let count = Step::value_variants().len();
        let number = format!("Step {} of {count}  ", step as u8 + 1);
        let style = self.screen.style;
        self.screen.say(&format!(
            "\n{}{}\n\n",
            style.dim(&number),
            style.bold(step.title())
        ))?;
        self.screen.say(&self.paragraph(about))
    }

    /// Writes a paragraph for the person.
    pub(super) fn tell(&self, text: &str) -> Result<(), Failure> {
        self.screen.say(&format!("\n{}", self.paragraph(text)))
    }

    fn paragraph(&self, text: &str) -> String {
        indented(text, "  ", "  ", self.screen.width) + "\n"
    }

    /// Records a change.
    pub(super) fn done(&mut self, what: impl Into<String>) -> Result<(), Failure> {
        self.note(State::Done, (Look::Good, "✔"), what.into())
    }

    /// Records that nothing had to be changed.
    pub(super) fn unchanged(&mut self, what: impl Into<String>) -> Result<(), Failure> {
        self.note(State::Unchanged, (Look::Good, "✔"), what.into())
    }

    /// Records that something was skipped.
    pub(super) fn skipped(&mut self, what: impl Into<String>) -> Result<(), Failure> {
        self.note(State::Skipped, (Look::Dim, "-"), what.into())
    }

    /// Records that something needs attention.
    pub(super) fn warn(&mut self, what: &str) -> Result<(), Failure> {
        self.warnings.push(what.to_owned());
        let mark = self.screen.style.paint(Look::Warning, "!");
        self.screen.say(&self.marked(&mark, what))
    }

    /// What needs attention.
    pub(super) fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Records a failure that does not stop the run; the run fails in the end.
    pub(super) fn fail(&mut self, what: impl Into<String>) {
        self.failed.push(what.into());
    }

    /// What has failed, if anything.
    pub(super) fn failure(&self) -> Option<Failure> {
        (!self.failed.is_empty()).then(|| Failure::Refused(self.failed.join("; ")))
    }

    /// Records what is left to do.
    pub(super) fn leave(&mut self, what: impl Into<String>) {
        self.left.push(what.into());
    }

    fn note(&mut self, state: State, mark: (Look, &str), what: String) -> Result<(), Failure> {
        let mark = self.screen.style.paint(mark.0, mark.1);
        let text = self.marked(&mark, &what);
        self.entries.push(Entry {
            step: self.step,
            state,
            what,
        });
        self.screen.say(&text)
    }

    fn marked(&self, mark: &str, text: &str) -> String {
        indented(text, &format!("  {mark} "), "    ", self.screen.width)
    }

    /// Writes the summary, or JSON for programs.
    pub(super) fn end(&self) -> Result<(), Failure> {
        self.screen.json(&ReportJson {
            steps: &self.entries,
            left: &self.left,
            warnings: &self.warnings,
        })?;
        let style = self.screen.style;
        self.screen
            .say(&format!("\n{}\n\n", style.bold("Summary")))?;
        let of = |state| {
            self.entries
                .iter()
                .filter(move |entry| entry.state == state)
        };
        if of(State::Done).next().is_none() {
            self.screen.say("  Nothing was changed.\n")?;
        }
        for entry in of(State::Done) {
            let mark = style.paint(Look::Good, "✔");
            self.screen.say(&self.marked(&mark, &entry.what))?;
        }
        if !self.left.is_empty() {
            self.screen
                .say(&format!("\n{}\n\n", style.bold("What is left")))?;
        }
        for what in &self.left {
            let mark = style.paint(Look::Warning, "→");
            self.screen.say(&self.marked(&mark, what))?;
        }
        self.screen.say("\n")
    }
}
