//! What prompts are shown on. Several lines are shown where there surely is a terminal; whatever else asks,
//! known by name or not, gets one line.

use crate::ffi::{Handle, Item, Style};
use crate::relay::text;
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

/// What prompts are shown on at this service.
pub(crate) fn display(handle: &Handle<'_>, service: &str) -> Display {
    if service == COCKPIT {
        return Display::Plain;
    }
    // A greeter may name the virtual console that its display is on as well.
    let is_graphical = handle
        .item(Item::XDisplay)
        .is_some_and(|name| !name.is_empty());
    let terminal = text(handle, Item::Terminal);
    if !is_graphical && terminal.is_some_and(|name| is_terminal(&name)) {
        Display::Terminal
    } else {
        Display::Line
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

/// Says at the end that the user is not let in, and why.
pub(crate) fn say_refusal(handle: &Handle<'_>, display: Display, messages: &[impl AsRef<str>]) {
    match display {
        Display::Terminal | Display::Line => {
            for message in messages {
                handle.show(Style::Error, message.as_ref());
            }
        }
        // What is answered there is of no consequence, nor is it if nothing can be. The language of the host's
        // locale need not be that of the messages, so what to press is said without words.
        Display::Plain if !messages.is_empty() => {
            let messages = messages.iter().map(AsRef::as_ref).collect::<Vec<_>>();
            let _ = handle.ask(&format!("{} (Enter)", messages.join(" ")), true);
        }
        Display::Plain => {}
    }
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
