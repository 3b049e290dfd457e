//! Colours and weights, where they are wanted.

/// Puts SGR sequences around text, or leaves it alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    on: bool,
}

/// How a piece of text stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Not at all.
    Plain,
    /// Headings and names.
    Bold,
    /// What matters less.
    Dim,
    /// What is well.
    Good,
    /// What needs attention.
    Warning,
    /// What is wrong.
    Bad,
}

impl Style {
    /// With colours or without.
    pub const fn new(on: bool) -> Self {
        Self { on }
    }

    /// Whether colours are used.
    pub const fn is_on(self) -> bool {
        self.on
    }

    /// Text in a look.
    pub fn paint(self, look: Look, text: &str) -> String {
        let code = match look {
            Look::Plain => return text.to_owned(),
            Look::Bold => "1",
            Look::Dim => "2",
            Look::Good => "32",
            Look::Warning => "33",
            Look::Bad => "31",
        };
        if self.on && !text.is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    /// Bold text.
    pub fn bold(self, text: &str) -> String {
        self.paint(Look::Bold, text)
    }

    /// Dim text.
    pub fn dim(self, text: &str) -> String {
        self.paint(Look::Dim, text)
    }
}
