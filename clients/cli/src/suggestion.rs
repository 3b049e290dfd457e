//! What somebody means who writes a command or a kind as other programs call it.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

/// Other names of kinds, with how a method of that kind is added.
const KINDS: &[(&[&str], &str)] = &[
    (
        &[
            "2fa",
            "app",
            "authenticator",
            "google-authenticator",
            "mfa",
            "otp",
            "totp",
        ],
        "add authenticator-app",
    ),
    (&["hotp", "oath", "token"], "add hardware-token"),
    (&["approval", "notification", "privacyidea"], "add push"),
    (&["mobile", "phone", "sms"], "add text"),
    (&["phone-call", "voice"], "add call"),
    (
        &[
            "fido", "fido2", "key", "passkey", "u2f", "webauthn", "yubikey",
        ],
        "add security-key",
    ),
    (&["e-mail", "mail"], "add email"),
    (&["questions"], "add security-questions"),
    (
        &[
            "backup-code",
            "backup-codes",
            "codes",
            "recovery",
            "recovery-code",
            "scratch-codes",
        ],
        "add recovery-codes",
    ),
    (
        &["access-pass", "pass", "tap", "temporary-access-pass"],
        "access-pass issue",
    ),
];

/// Other names of commands.
const COMMANDS: &[(&[&str], &str)] = &[
    (&["create", "enrol", "enroll", "new", "register"], "add"),
    (&["del", "remove", "revoke", "rm", "unenroll"], "delete"),
    (&["info", "list", "ls", "methods", "show"], ""),
    (&["check", "prove", "test"], "verify"),
    (&["history", "sign-ins"], "activity"),
    (&["forgot", "passwd", "password"], "reset"),
    (&["health"], "status"),
    (&["configure", "config", "init"], "setup"),
    (&["log", "logs"], "audit log"),
    (&["emergency"], "break-glass"),
];

/// Adds to the error about a command line what was probably meant.
pub(crate) fn suggest(mut error: Error, words: &[String]) -> Error {
    if error.kind() != ErrorKind::InvalidSubcommand {
        return error;
    }
    let Some(ContextValue::String(unknown)) = error.get(ContextKind::InvalidSubcommand) else {
        return error;
    };
    let first = words.iter().find(|word| !word.starts_with('-'));
    if let Some(meant) = meant(first.map(String::as_str), &unknown.to_lowercase()) {
        let line = format!("secinfo {meant}");
        let tip = StyledStr::from(format!("did you mean '{}'?", line.trim_end()));
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
    }
    error
}

/// The command that is meant by an unknown word, behind the first word of the line.
fn meant(first: Option<&str>, unknown: &str) -> Option<&'static str> {
    let find = |table: &[(&[&str], &'static str)]| {
        let mut rows = table.iter();
        let row = rows.find(|(names, _)| names.contains(&unknown));
        row.map(|(_, command)| *command)
    };
    match first {
        Some("add") => find(KINDS),
        Some(first) if first.to_lowercase() == unknown => find(COMMANDS).or_else(|| find(KINDS)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::Arguments;
    use clap::{CommandFactory, Parser};

    fn told(line: &str) -> (i32, String) {
        let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
        let error = Arguments::try_parse_from(&words).err().unwrap();
        let error = suggest(error, &words[1..]);
        (error.exit_code(), error.to_string())
    }

    #[test]
    fn who_writes_another_name_is_told_the_command() {
        for (line, meant) in [
            ("secinfo add totp", "secinfo add authenticator-app"),
            ("secinfo add TOTP", "secinfo add authenticator-app"),
            ("secinfo --json add sms", "secinfo add text"),
            ("secinfo add yubikey", "secinfo add security-key"),
            ("secinfo add backup-codes", "secinfo add recovery-codes"),
            ("secinfo add access-pass", "secinfo access-pass issue"),
            ("secinfo enroll", "secinfo add"),
            ("secinfo enroll totp", "secinfo add"),
            ("secinfo fido2", "secinfo add security-key"),
            ("secinfo list", "secinfo"),
            ("secinfo --json rm 1", "secinfo delete"),
        ] {
            let (code, said) = told(line);
            let tip = format!("did you mean '{meant}'?");
            assert!(said.contains(&tip), "{line}: {said}");
            assert_eq!(code, 2, "{line}");
        }
    }

    #[test]
    fn nothing_is_made_up_where_nothing_is_known() {
        for line in [
            "secinfo frobnicate",
            "secinfo add list",
            "secinfo tokens ls",
        ] {
            assert!(!told(line).1.contains("did you mean"), "{line}");
        }
    }

    #[test]
    fn each_name_stands_once_is_none_of_ours_and_leads_to_a_command_that_there_is() {
        let command = Arguments::command();
        for (table, of_add) in [(KINDS, true), (COMMANDS, false)] {
            let mut names: Vec<_> = table.iter().flat_map(|(names, _)| *names).collect();
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count);
            for (names, meant) in table {
                let mut found = &command;
                for word in meant.split_whitespace() {
                    found = found.find_subcommand(word).unwrap();
                }
                let add = command.find_subcommand("add").unwrap();
                let ours = if of_add { add } else { &command };
                for name in *names {
                    assert!(ours.find_subcommand(name).is_none(), "{name}");
                }
            }
        }
    }
}
