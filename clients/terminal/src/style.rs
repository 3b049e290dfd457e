//! Colours and weights, if enabled.

/// Adds SGR sequences to text, if colours are enabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    on: bool,
}

/// How a piece of text stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Default.
    Plain,
    /// Headings and names.
    Bold,
    /// Secondary text.
    Dim,
    /// Success.
    Good,
    /// Warnings.
    Warning,
    /// Errors.
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
