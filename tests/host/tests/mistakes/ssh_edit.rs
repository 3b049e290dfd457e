//! Edits of the SSH server's configuration.

use crate::draw::Draw;
use crate::visit::Way;
use secinfo_host_tests::Machine;
use std::fmt;

/// A line that is added somewhere, or a file that is taken away.
#[derive(Debug, Clone)]
pub(crate) struct SshEdit {
    line: &'static str,
    place: Place,
    then: &'static str,
}

#[derive(Debug, Clone, Copy)]
enum Place {
    FirstOfAll,
    LastOfAll,
    FileBefore,
    FileBehind,
    FirstOfOurs,
    /// In the place of ours.
    InsteadOfOurs,
}

const OURS: &str = "/etc/ssh/sshd_config.d/secinfo.conf";

const LINES: [&str; 18] = [
    "UsePAM no",
    "KbdInteractiveAuthentication no",
    "ChallengeResponseAuthentication no",
    "PasswordAuthentication yes",
    "PasswordAuthentication no",
    "AuthenticationMethods password",
    "AuthenticationMethods publickey",
    "AuthenticationMethods publickey,password",
    "AuthenticationMethods any",
    "AuthenticationMethods none",
    "PermitEmptyPasswords yes",
    "KbdInteractiveAuthentication perhaps",
    "UsePam",
    "LoginGraceTime 1",
    "MaxAuthTries 1",
    "AllowUsers alice",
    "Match User admin",
    "AuthenticationMethods keyboard-interactive:pam",
];

impl SshEdit {
    /// Draws one.
    pub(crate) fn draw(draw: &mut Draw) -> Self {
        Self {
            line: draw.one_of(&LINES),
            place: draw.one_of(&[
                Place::FirstOfAll,
                Place::LastOfAll,
                Place::FileBefore,
                Place::FileBehind,
                Place::FirstOfOurs,
                Place::InsteadOfOurs,
            ]),
            then: draw.one_of(&["reload", "reload", "restart"]),
        }
    }

    /// Makes it.
    pub(crate) fn make(&self, machine: &Machine) {
        let Self { line, place, then } = self;
        let own = "/etc/ssh/sshd_config";
        let edit = match place {
            Place::FirstOfAll => format!("sed -i '1i {line}' {own}"),
            Place::LastOfAll => format!("echo '{line}' >>{own}"),
            Place::FileBefore => format!("echo '{line}' >{own}.d/00-ours.conf"),
            Place::FileBehind => format!("echo '{line}' >{own}.d/zz-ours.conf"),
            // Where there was no such file, sed would insert nothing.
            Place::FirstOfOurs => format!("echo >>{OURS}; sed -i '1i {line}' {OURS}"),
            Place::InsteadOfOurs => format!("echo '{line}' >{OURS}"),
        };
        // That the server refuses it is part of the mistake.
        machine.shell(&format!("{edit}; systemctl {then} ssh"));
    }

    /// Whether the server no longer asks PAM.
    pub(crate) fn switches_off(&self, way: Way) -> bool {
        way == Way::Ssh && self.line == "UsePAM no"
    }
}

impl fmt::Display for SshEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, place, then } = self;
        write!(f, "sshd_config: '{line}' {place:?}, {then}")
    }
}
