//! Whether the person at a program sits at this host, where security keys are plugged in.
//!
//! logind says it in files: of a login session its seat, whether that is active, and whether it came from
//! elsewhere; of a user the seats of their active sessions. It gives the devices of a seat to users in the
//! same way.

use crate::process::{control_groups, real_uid};
use std::fs;

/// Where logind writes what it knows of sessions and users (`sd-login` reads it there).
const SESSIONS: &str = "/run/systemd/sessions";
const USERS: &str = "/run/systemd/users";

/// Whether who uses the process `pid` sits at this host. `terminal` is the terminal that a process of root's
/// names. One that names none says nothing of who uses it, such as polkit's agent, to which anybody may connect.
pub(super) fn is_at_host(pid: u32, terminal: &str) -> bool {
    let file = |name: &str| fs::read_to_string(format!("/proc/{pid}/{name}")).ok();
    let (Some(groups), Some(status)) = (file("cgroup"), file("status")) else {
        return false;
    };
    match place(&groups) {
        Place::Session(id) => {
            let session = fs::read_to_string(format!("{SESSIONS}/{id}")).unwrap_or_default();
            is_seated(&session)
        }
        Place::ManagerOf(uid) => has_active_seat(uid),
        // A greeter or `login`, which the host starts itself.
        Place::Host => real_uid(&status) == Some(0) && is_screen(terminal),
    }
}

/// Where a process belongs, as its control group says.
#[derive(Debug, PartialEq, Eq)]
enum Place<'a> {
    /// A login session.
    Session(&'a str),
    /// The service manager of this user.
    ManagerOf(u32),
    /// The host.
    Host,
}

fn place(groups: &str) -> Place<'_> {
    let path = control_groups(groups).next().unwrap_or_default();
    for part in path.split('/') {
        let within = |prefix, suffix| part.strip_prefix(prefix)?.strip_suffix(suffix);
        let session: Option<&str> = within("session-", ".scope");
        if let Some(id) = session
            && !id.is_empty()
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            return Place::Session(id);
        }
        if let Some(uid) = within("user@", ".service").and_then(|uid| uid.parse().ok()) {
            return Place::ManagerOf(uid);
        }
    }
    Place::Host
}

fn is_seated(session: &str) -> bool {
    let value = |name: &str| {
        let mut lines = session.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
    };
    value("ACTIVE") == Some("1")
        && value("REMOTE") == Some("0")
        && value("SEAT").is_some_and(|seat| !seat.is_empty())
}

fn has_active_seat(uid: u32) -> bool {
    fs::read_to_string(format!("{USERS}/{uid}")).is_ok_and(|user| {
        let mut lines = user.lines();
        let seats = lines.find_map(|line| line.strip_prefix("ACTIVE_SEATS="));
        seats.is_some_and(|seats| !seats.is_empty())
    })
}

/// Whether a terminal is a screen of this host: a virtual console, or a display.
fn is_screen(terminal: &str) -> bool {
    let name = terminal.strip_prefix("/dev/").unwrap_or(terminal);
    let number = name.strip_prefix("tty").or_else(|| name.strip_prefix(':'));
    number.is_some_and(|number| {
        let number = number.strip_suffix(".0").unwrap_or(number);
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_belongs_where_its_control_group_says() {
        for (groups, expected) in [
            (
                "0::/user.slice/user-1000.slice/session-c2.scope\n",
                Place::Session("c2"),
            ),
            (
                "12:pids:/x\n1:name=systemd:/user.slice/user-1000.slice/session-3.scope\n",
                Place::Session("3"),
            ),
            (
                "0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.service\n",
                Place::ManagerOf(1000),
            ),
            ("0::/system.slice/gdm.service\n", Place::Host),
            ("0::/user.slice/session-../../etc.scope\n", Place::Host),
            ("", Place::Host),
        ] {
            assert_eq!(place(groups), expected, "{groups}");
        }
    }

    #[test]
    fn only_an_active_session_with_a_seat_that_is_not_remote_is_at_the_host() {
        let session = "UID=1000\nACTIVE=1\nREMOTE=0\nSEAT=seat0\n";
        assert!(is_seated(session));
        for (from, to) in [
            ("ACTIVE=1", "ACTIVE=0"),
            ("REMOTE=0", "REMOTE=1"),
            ("SEAT=seat0\n", ""),
            ("SEAT=seat0", "SEAT="),
        ] {
            assert!(!is_seated(&session.replace(from, to)), "{to}");
        }
        assert!(!is_seated(""));
    }

    #[test]
    fn consoles_and_displays_are_screens_and_other_terminals_are_not() {
        for screen in ["/dev/tty1", "tty7", ":0", ":1.0"] {
            assert!(is_screen(screen), "{screen}");
        }
        for other in [
            "",
            "/dev/pts/0",
            "pts/3",
            "/dev/ttyS0",
            "tty",
            "ssh",
            "localhost:10.0",
        ] {
            assert!(!is_screen(other), "{other}");
        }
    }
}
