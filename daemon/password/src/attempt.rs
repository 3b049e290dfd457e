//! From a ticket to a new password, and what became of it.

use crate::account::{self, Standing};
use crate::command::{self, CommandEnd};
use crate::error::HelperError;
use crate::files::{Fingerprint, ShadowEntry};
use crate::language::Language;
use crate::tickets::{TicketError, Tickets};
use crate::{journal, locks, pam};
use secinfo_wire::password::{
    Account, Attempt, AttemptOutcome, Check, NewPassword, PasswordError, SetPassword, Ticket,
    TicketOutcome,
};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Where the record of tickets is.
const STATE: &str = "/var/lib/secinfo-password";

/// The seconds of a day.
const DAY: i64 = 24 * 60 * 60;

/// Why a call is not answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AttemptError {
    #[error(transparent)]
    Ticket(#[from] TicketError),
    #[error("other processes kept /etc/shadow locked for too long")]
    Locked,
    #[error(transparent)]
    Host(#[from] HelperError),
}

impl From<&AttemptError> for PasswordError {
    fn from(error: &AttemptError) -> Self {
        match error {
            AttemptError::Ticket(error) => error.into(),
            AttemptError::Locked => Self::LimitsExceeded,
            AttemptError::Host(_) => Self::Internal,
        }
    }
}

/// Whether a password can be set for a user.
pub(crate) fn check(check: &Check) -> Result<Account, AttemptError> {
    let standing = Standing::of(&check.name, check.uid, now() / DAY)?;
    if let Standing::Barred(why) = &standing {
        let what = format!("no password can be set, {why}");
        journal::note(&what, &check.name, check.uid);
    }
    Ok(standing.account())
}

/// Sets a password, if the ticket allows it and the user is one for whom it may be set.
pub(crate) fn set_password(call: &SetPassword) -> Result<Attempt, AttemptError> {
    let ticket = &call.ticket;
    let mut tickets = record()?;
    // Held until pam_unix has the lock itself: an account that an administrator locks in between
    // stays locked.
    let lock = locks::password_files()
        .map_err(HelperError::from)?
        .ok_or(AttemptError::Locked)?;
    let standing = Standing::of(&ticket.name, ticket.uid, now() / DAY)?;
    let before = match &standing {
        Standing::Here(entry) => Some(entry.fingerprint()),
        _ => None,
    };
    tickets.take(ticket, before)?;
    let (outcome, messages) = match &standing {
        Standing::Here(entry) => {
            let language = call.language.as_deref().and_then(Language::parse);
            set_here(ticket, &call.password, language.as_ref(), entry)?
        }
        Standing::ByCommand(program) => {
            // The command may want it.
            drop(lock);
            set_by_command(program, ticket, &call.password)?
        }
        Standing::Elsewhere => (AttemptOutcome::Elsewhere, Vec::new()),
        Standing::Barred(why) => {
            let what = format!("no password was set, {why}");
            journal::note(&what, &ticket.name, ticket.uid);
            (AttemptOutcome::Barred, Vec::new())
        }
    };
    if let Err(error) = tickets.conclude(ticket.id, became(outcome)) {
        // What was done is done. The ticket stays open, so that the next helper finds out.
        journal::fault(&error.into());
    }
    Ok(Attempt { outcome, messages })
}

/// Tells what became of a ticket. One that was not taken never will be.
pub(crate) fn outcome(ticket: &Ticket) -> Result<TicketOutcome, AttemptError> {
    let mut tickets = record()?;
    if let Some(outcome) = tickets.outcome(ticket.id) {
        return Ok(outcome);
    }
    match tickets.void(ticket) {
        Ok(()) => Ok(TicketOutcome::NotSet),
        Err(TicketError::Expired) => Ok(TicketOutcome::Unknown),
        Err(error) => Err(error.into()),
    }
}

/// The record, in which every ticket of a helper that was cut short has its outcome: nothing of such a
/// helper is still running.
fn record() -> Result<Tickets, AttemptError> {
    let mut tickets = Tickets::open(Path::new(STATE), now)?;
    for (id, record) in tickets.open_ones() {
        let outcome = match record.before {
            None => TicketOutcome::Unknown,
            Some(before) => match account::shadow_entry(&record.name)? {
                None => TicketOutcome::Unknown,
                Some(entry) => changed_since(before, &entry),
            },
        };
        tickets.conclude(id, outcome).map_err(TicketError::from)?;
    }
    Ok(tickets)
}

fn changed_since(before: Fingerprint, now: &ShadowEntry) -> TicketOutcome {
    if now.fingerprint() == before {
        TicketOutcome::NotSet
    } else {
        TicketOutcome::Set
    }
}

/// Sets a password that is kept on this host. What `/etc/shadow` holds afterwards decides what came of it.
fn set_here(
    ticket: &Ticket,
    password: &NewPassword,
    language: Option<&Language>,
    before: &ShadowEntry,
) -> Result<(AttemptOutcome, Vec<String>), HelperError> {
    let ended = pam::change(&ticket.name, password, language);
    let after = account::shadow_entry(&ticket.name)?;
    let is_set = after.is_some_and(|after| after.fingerprint() != before.fingerprint());
    let outcome = if is_set {
        AttemptOutcome::Set
    } else if ended.is_refusal() {
        AttemptOutcome::Refused
    } else {
        AttemptOutcome::Failed
    };
    let what = match outcome {
        AttemptOutcome::Set => "a new password was set".to_owned(),
        AttemptOutcome::Refused => "a new password was refused".to_owned(),
        _ => format!("PAM set no password, {}", ended.meaning),
    };
    journal::note(&what, &ticket.name, ticket.uid);
    Ok((outcome, ended.messages))
}

/// Has a password set that is kept elsewhere.
fn set_by_command(
    program: &Path,
    ticket: &Ticket,
    password: &NewPassword,
) -> Result<(AttemptOutcome, Vec<String>), HelperError> {
    let (outcome, messages, what) = match command::run(program, &ticket.name, password)? {
        CommandEnd::Done => {
            let what = "the command set a new password".to_owned();
            (AttemptOutcome::Set, Vec::new(), what)
        }
        CommandEnd::Refused(code, messages) => {
            let outcome = if messages.is_empty() {
                AttemptOutcome::Failed
            } else {
                AttemptOutcome::Refused
            };
            let what = format!("the command set no password, its exit status was {code}");
            (outcome, messages, what)
        }
        CommandEnd::Late => {
            let what = "the command did not end in time".to_owned();
            (AttemptOutcome::Unknown, Vec::new(), what)
        }
    };
    journal::note(&what, &ticket.name, ticket.uid);
    Ok((outcome, messages))
}

const fn became(outcome: AttemptOutcome) -> TicketOutcome {
    match outcome {
        AttemptOutcome::Set => TicketOutcome::Set,
        AttemptOutcome::Unknown => TicketOutcome::Unknown,
        AttemptOutcome::Refused
        | AttemptOutcome::Elsewhere
        | AttemptOutcome::Barred
        | AttemptOutcome::Failed => TicketOutcome::NotSet,
    }
}

/// The time, in Unix seconds.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}
