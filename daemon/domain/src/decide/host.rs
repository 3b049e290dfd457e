//! What belongs to the host and to no user: the log, the policy, the inventory of tokens.

use super::introductions;
use crate::command::{HostAction, HostCommand, NewToken, Room};
use crate::event::{
    Event, Fact, LogCreated, LogRestored, PolicyChanged, TokenImported, TokenRemoved,
};
use crate::state::State;
use crate::{Refusal, Seconds, Timestamp};

pub(super) fn decide(state: &State, command: &HostCommand) -> Result<Vec<Event>, Refusal> {
    let facts: Vec<Fact> = match &command.action {
        HostAction::CreateLog { .. } if state.events() != 0 => return Err(Refusal::LogExists),
        HostAction::CreateLog { origin } => vec![
            LogCreated {
                origin: origin.clone(),
            }
            .into(),
        ],
        HostAction::RestoreLog { size, .. } if *size == 0 || state.events() != *size => {
            return Err(Refusal::NotThatBackup);
        }
        HostAction::RestoreLog {
            size,
            root,
            backup_time,
        } => {
            expect_not_behind(command.now, state.latest().max(*backup_time))?;
            vec![
                LogRestored {
                    size: *size,
                    root: *root,
                    backup_time: *backup_time,
                }
                .into(),
            ]
        }
        HostAction::SetPolicy(policy)
            if state.has_policy() && state.policy() == policy.as_ref() =>
        {
            Vec::new()
        }
        HostAction::SetPolicy(policy) => vec![
            PolicyChanged {
                policy: policy.clone(),
            }
            .into(),
        ],
        HostAction::ImportTokens(_) if command.room == Room::Kept => {
            return Err(Refusal::RoomKept);
        }
        HostAction::ImportTokens(tokens) => tokens.iter().map(imported).collect(),
        HostAction::RemoveToken(token) => {
            state.token(*token).ok_or(Refusal::UnknownToken)?;
            vec![TokenRemoved { token: *token }.into()]
        }
    };
    let event = |fact| Event {
        time: command.now,
        user: None,
        actor: command.actor.clone(),
        fact,
    };
    if facts.is_empty() {
        return Ok(Vec::new());
    }
    let introduced = introductions(state, &command.introductions, command.now, &command.actor);
    Ok(introduced
        .into_iter()
        .chain(facts.into_iter().map(event))
        .collect())
}

/// What codes by time count as used up follows from the clock: one that is behind would take codes
/// again that were used before the backup was made, or soon after it.
fn expect_not_behind(now: Timestamp, newest: Timestamp) -> Result<(), Refusal> {
    let by = newest.as_millis().saturating_sub(now.as_millis());
    let by = u32::try_from(by.div_ceil(1000)).unwrap_or(u32::MAX);
    match by {
        0 => Ok(()),
        by => Err(Refusal::ClockBehind {
            by: Seconds::new(by),
        }),
    }
}

fn imported(token: &NewToken) -> Fact {
    TokenImported {
        token: token.token,
        parameters: token.parameters,
        next: token.next,
        seed: token.seed,
        sealed: token.sealed.clone(),
    }
    .into()
}
