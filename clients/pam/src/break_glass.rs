//! Sign-in with a break-glass code while the daemon cannot decide. Root creates the codes in
//! advance; each is valid once.

use crate::display::Screen;
use crate::ffi::Handle;
use crate::log::{Level, Log};
use crate::outcome::{Failure, Grant, Outcome};
use crate::words;
use nix::unistd::User;
use secinfo_break_glass::{Code, Directory, DirectoryError, FileName, Id, Record, UsedName};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// How many codes may be tried in one call.
const MAX_ATTEMPTS: usize = 3;

/// Asks for a break-glass code of the user. `None` if the user has no code, or enters none.
pub(crate) fn ask(
    handle: &Handle<'_>,
    screen: &Screen,
    directory: &Path,
    (user, service): (&str, &str),
    log: &Log,
) -> Option<Outcome> {
    let directory = match Directory::open(directory) {
        Ok(directory) => directory?,
        Err(error) => return log_error(log, &error),
    };
    for attempt in 0..MAX_ATTEMPTS {
        // Read again for every attempt, because root may have revoked a code meanwhile.
        let records = records(&directory, user, log);
        if records.is_empty() {
            return None;
        }
        let prompt = words::break_glass(attempt == 0, screen.language);
        let prompt = words::shown_on(screen.display, prompt);
        let Ok(answer) = handle.ask(&prompt, false) else {
            return Some(Outcome::Failed(Failure::Conversation));
        };
        if answer.trim().is_empty() {
            return None;
        }
        if let Some(id) = accepted(&records, &answer) {
            match use_up(&directory, id, user, service, log) {
                Ok(true) => return Some(Outcome::Granted(Grant::BreakGlass)),
                Ok(false) => {
                    log.write(
                        Level::Notice,
                        &format!("the break-glass code {id} of {user} was used a moment before"),
                    );
                    continue;
                }
                Err(error) => {
                    log.write(
                        Level::Error,
                        &format!("the break-glass code {id} of {user} cannot be used up: {error}"),
                    );
                    return Some(Outcome::Failed(Failure::BreakGlassNotUsedUp));
                }
            }
        }
        log.write(
            Level::Notice,
            &format!("a wrong break-glass code was given for {user}"),
        );
    }
    Some(Outcome::Failed(Failure::WrongBreakGlass))
}

/// The valid codes of this user.
fn records(directory: &Directory, user: &str, log: &Log) -> Vec<Record> {
    let names = match directory.names() {
        Ok(names) => names,
        Err(error) => {
            log_error(log, &error);
            return Vec::new();
        }
    };
    // Looked up only if there is a code for that name. Directories take a name in any case, and give
    // the one of its account.
    let mut account = None;
    let lower = user.to_lowercase();
    let mut records = Vec::new();
    for name in names {
        if matches!(name, FileName::Used(_)) {
            continue;
        }
        match directory.read(&name) {
            Ok(record) if record.user != user && record.user.to_lowercase() != lower => {}
            Ok(record) => match account.get_or_insert_with(|| account_of(user, log)) {
                Some(account) if record.is_of(&account.name, account.uid.as_raw()) => {
                    records.push(record);
                }
                Some(_) if record.user != user => {}
                Some(_) => log.write(
                    Level::Error,
                    &format!(
                        "the break-glass code {} was made for an account {user} that had another uid: revoke it",
                        record.id
                    ),
                ),
                None => {}
            },
            Err(error) => {
                log_error(log, &error);
            }
        }
    }
    records
}

/// The account with this name; `None` if it cannot be determined. The uid is compared so that a code
/// of a deleted account does not admit a new account with the same name.
fn account_of(user: &str, log: &Log) -> Option<User> {
    let why = match User::from_name(user) {
        Ok(Some(account)) => return Some(account),
        Ok(None) => "there is no such account".to_owned(),
        Err(error) => format!("the user database did not answer ({error})"),
    };
    log.write(
        Level::Error,
        &format!("the break-glass codes of {user} cannot be used: {why}"),
    );
    None
}

/// The record that the typed code matches. All records are compared, so that the time does not tell
/// which one matches.
fn accepted(records: &[Record], answer: &str) -> Option<Id> {
    let code = Code::parse(answer)?;
    let mut found = None;
    for record in records {
        if record.accepts(&code) {
            found = Some(record.id);
        }
    }
    found
}

/// Uses up the code before it admits the user, so that of concurrent attempts only one succeeds.
/// Returns whether this attempt was the first.
fn use_up(
    directory: &Directory,
    id: Id,
    user: &str,
    service: &str,
    log: &Log,
) -> Result<bool, DirectoryError> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |since| since.as_secs());
    let first = directory.use_up(&UsedName::new(id, now, service))?;
    if first {
        let text = format!("the break-glass code {id} let {user} in");
        log.write(Level::Alert, &text);
    }
    Ok(first)
}

fn log_error(log: &Log, error: &DirectoryError) -> Option<Outcome> {
    log.write(Level::Error, &format!("break-glass codes: {error}"));
    None
}
