//! What prompts are shown on, and how a program shows why a user is not let in. Several lines are shown where
//! there surely is a terminal; whatever else asks, known by name or not, gets one line.

use crate::ffi::{Handle, Item, Style};
use crate::outcome::{ReturnCode, once_read};
use crate::relay::{language, text};
use crate::words::{self, Language};
use rustix::fs::{FileType, stat};
use secinfo_wire::sign_in::Display;

/// The PAM service of Cockpit's login page. It shows each byte outside of ASCII as a sign of its own, no line
/// breaks, and a message only with the prompt that follows it.
const COCKPIT: &str = "cockpit";

/// What sshd names instead of a terminal, which it opens only after the sign-in.
const SSH: &str = "ssh";

/// How the names of terminals begin, below `/dev`: virtual consoles and serial lines, pseudoterminals, and
/// the consoles of virtual machines.
const TERMINALS: [&str; 4] = ["tty", "pts/", "console", "hvc"];

/// What a program shows the user.
pub(crate) struct Screen {
    /// What prompts are shown on.
    pub(crate) display: Display,
    /// The language of what the module itself says.
    pub(crate) language: Language,
    program: Program,
    /// Whether only prompts may be shown.
    is_silent: bool,
}

/// A program as it shows messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Program {
    /// It shows them, as `login` and `sudo` do.
    Other,
    /// Cockpit, which shows them only together with the prompt behind them.
    Cockpit,
    /// sshd: of its clients some show none, and many no more than a prompt. After a refusal it asks for the
    /// password again, as if that had been wrong.
    Ssh,
}

impl Screen {
    /// What the program shows in which the user signs in at this service.
    pub(crate) fn of(handle: &Handle<'_>, service: &str, is_silent: bool) -> Self {
        let terminal = text(handle, Item::Terminal);
        let program = match terminal.as_deref() {
            _ if service == COCKPIT => Program::Cockpit,
            Some(SSH) => Program::Ssh,
            _ => Program::Other,
        };
        // A greeter may name the virtual console that its display is on as well.
        let is_graphical = handle
            .item(Item::XDisplay)
            .is_some_and(|name| !name.is_empty());
        let display = if program == Program::Cockpit {
            Display::Plain
        } else if !is_graphical && terminal.is_some_and(|name| is_terminal(&name)) {
            Display::Terminal
        } else {
            Display::Line
        };
        let language = language(handle);
        Self {
            display,
            language: language.map_or_else(Language::of_host, |locale| Language::of(&locale)),
            program,
            is_silent,
        }
    }

    /// Says something that does not have to be answered, if the program shows it.
    pub(crate) fn say(&self, handle: &Handle<'_>, messages: &[impl AsRef<str>]) {
        if !self.is_silent {
            for message in messages {
                handle.show(Style::Information, message.as_ref());
            }
        }
    }

    /// Says at the end why the user is not let in, which the daemon may have put in a last prompt already.
    /// Returns the code for the program: `code`, unless the user has read it and is not to begin again.
    pub(crate) fn say_refusal(
        &self,
        handle: &Handle<'_>,
        messages: &[impl AsRef<str>],
        last_prompt: Option<&str>,
        code: ReturnCode,
    ) -> ReturnCode {
        if self.is_silent || messages.is_empty() {
            return code;
        }
        if self.program == Program::Other {
            for message in messages {
                handle.show(Style::Error, message.as_ref());
            }
            return code;
        }
        let prompt = last_prompt.map_or_else(|| self.last_prompt(messages), str::to_owned);
        // What is answered is of no consequence, nor is it if nothing can be. Over SSH it may be a password, typed
        // by habit, and so is not shown.
        let is_ssh = self.program == Program::Ssh;
        let _ = handle.ask(&prompt, !is_ssh);
        if is_ssh { once_read(code) } else { code }
    }

    fn last_prompt(&self, messages: &[impl AsRef<str>]) -> String {
        let messages: Vec<_> = messages.iter().map(AsRef::as_ref).collect();
        let (message, enter) = (messages.join(" "), words::enter(self.language));
        let prompt = if self.display.is_one_line() {
            format!("{message} {enter}")
        } else {
            format!("{}\n{enter}", words::in_lines(&message))
        };
        words::shown_on(self.display, &prompt)
    }
}

/// Whether this is a terminal, as `PAM_TTY` names it: with or without `/dev`.
fn is_terminal(name: &str) -> bool {
    if name == SSH {
        return true;
    }
    let name = name.strip_prefix("/dev/").unwrap_or(name);
    let is_named = TERMINALS.iter().any(|begin| name.starts_with(begin));
    is_named && !name.contains("..") && is_character_device(&format!("/dev/{name}"))
}

fn is_character_device(path: &str) -> bool {
    stat(path)
        .is_ok_and(|found| FileType::from_raw_mode(found.st_mode) == FileType::CharacterDevice)
}

#[cfg(test)]
mod tests {
    use super::is_terminal;

    #[test]
    fn a_terminal_is_ssh_or_a_device_that_is_there() {
        for terminal in ["ssh", "tty", "/dev/tty"] {
            assert!(is_terminal(terminal), "{terminal}");
        }
        for other in [
            "",
            ":0",
            "cockpit",
            "ftp",
            "xrdp-sesman",
            "/dev/pts/no-such",
            "pts/",
            "/dev/null",
            "null",
            "pts/../null",
            "/etc/passwd",
            "/tmp/tty",
        ] {
            assert!(!is_terminal(other), "{other}");
        }
    }
}
