//! The inventory of hardware tokens: administrators import them, users activate them.

use super::import::Effect;
use super::notices::Notices;
use crate::core::{Core, Offer, Requester, ServiceError};
use crate::methods::hardware_token::import::{self, pskc::FileKey};
use crate::methods::hardware_token::{self, inventory, mode};
use secinfo_domain::event::Fact;
use secinfo_domain::{Action, HostAction, MethodId, Refusal};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The most tokens that one command imports: their keys and events are written together.
const IMPORTED_AT_ONCE: usize = 100;

/// The inventory of hardware tokens.
pub struct Tokens {
    core: Arc<Core>,
    notices: Arc<Notices>,
}

/// What an import did.
pub struct Imported {
    /// How many tokens are in the inventory now, or methods in security info, that were not before.
    pub count: u32,
    /// For which users, by name, and how many for each.
    pub users: Vec<(String, u32)>,
    /// What was left out: the place in the file, and why.
    pub problems: Vec<(u32, String)>,
}

/// A token as a list shows it.
pub struct TokenRow {
    /// The serial number on its back.
    pub serial: String,
    /// Who made it.
    pub manufacturer: String,
    /// What it is called.
    pub model: String,
    /// Whether it counts by time (`totp`) or by presses (`hotp`).
    pub mode: &'static str,
}

impl Tokens {
    pub(super) const fn new(core: Arc<Core>, notices: Arc<Notices>) -> Self {
        Self { core, notices }
    }

    /// Imports tokens from a CSV table or a PSKC file.
    pub async fn import(
        &self,
        by: &Requester,
        file: Zeroizing<Vec<u8>>,
        key: Option<FileKey>,
        effect: Effect,
    ) -> Result<Imported, ServiceError> {
        let now = self.core.now().as_seconds();
        // Deriving a key from a passphrase can take seconds, in which others are to be served.
        let reading = tokio::task::spawn_blocking(move || import::read(&file, key.as_ref(), now));
        let import = reading
            .await
            .map_err(|_| ServiceError::Internal("reading a file of tokens failed".to_owned()))?
            .map_err(|error| ServiceError::InvalidArgument(error.to_string()))?;
        let mut problems: Vec<_> = import
            .problems
            .iter()
            .map(|problem| (position_number(&problem.position), problem.to_string()))
            .collect();
        let mut known: HashSet<_> = inventory::open_all(&self.core)?
            .into_iter()
            .map(|token| token.payload.serial)
            .collect();
        known.extend(inventory::serials_in_use(&self.core)?);
        let mut new = Vec::new();
        let mut users: BTreeMap<String, u32> = BTreeMap::new();
        for token in import.tokens {
            if known.contains(token.serial.as_str()) {
                problems.push((
                    0,
                    format!(
                        "token {} is known already, in the inventory or with a user: it was left as it is",
                        token.serial
                    ),
                ));
                continue;
            }
            let account = match &token.user {
                None => None,
                Some(user) => match self.core.accounts().by_name(user)? {
                    None => {
                        problems.push((
                            0,
                            format!(
                                "token {} is for {user}, and there is no such account on this host: correct \
                                 the name, or take it out, so that anyone may activate the token",
                                token.serial
                            ),
                        ));
                        continue;
                    }
                    account => account,
                },
            };
            if let Some(account) = &account {
                *users.entry(account.name.as_str().to_owned()).or_default() += 1;
            }
            new.push(inventory::seal(&self.core, &token, account)?);
        }
        let count = u32::try_from(new.len()).unwrap_or(u32::MAX);
        if effect == Effect::Check {
            new.clear();
        }
        while !new.is_empty() {
            let rest = new.split_off(new.len().min(IMPORTED_AT_ONCE));
            let (tokens, keys) = new.into_iter().unzip();
            let offer = Offer {
                keys,
                accounts: Vec::new(),
            };
            self.core
                .append_host_by(by, HostAction::ImportTokens(tokens), offer)
                .await?;
            new = rest;
        }
        Ok(Imported {
            count,
            users: users.into_iter().collect(),
            problems,
        })
    }

    /// The tokens that wait to be activated, by serial number.
    pub fn list(&self) -> Result<Vec<TokenRow>, ServiceError> {
        let mut rows: Vec<_> = inventory::open_all(&self.core)?
            .into_iter()
            .map(|token| TokenRow {
                serial: token.payload.serial,
                manufacturer: token.payload.manufacturer,
                model: token.payload.model,
                mode: mode(token.parameters),
            })
            .collect();
        rows.sort_by(|a, b| a.serial.cmp(&b.serial));
        Ok(rows)
    }

    /// Removes a token that no user has activated.
    pub async fn remove(&self, by: &Requester, serial: &str) -> Result<(), ServiceError> {
        let token = inventory::find(&self.core, serial)?;
        let action = HostAction::RemoveToken(token.id);
        self.core.append_host_by(by, action, Offer::default()).await
    }

    /// Finds a hardware token of a user's again by two consecutive codes. Others count as a wrong code.
    pub async fn resynchronize(
        &self,
        uid: u32,
        by: &Requester,
        method: MethodId,
        codes: (&str, &str),
    ) -> Result<(), ServiceError> {
        let person = self.core.person(uid)?;
        let state = self.core.state();
        let user = state.user(person.id).ok_or(Refusal::UnknownMethod)?;
        let token = user.method(method).ok_or(Refusal::UnknownMethod)?;
        let found = hardware_token::resynchronize(&self.core, token, codes)?;
        let action = Action::Resynchronize { method, found };
        let events = self.notices.commit(&person, by, action, Vec::new()).await?;
        match events.last().map(|event| &event.fact) {
            Some(Fact::TokenResynchronized(_)) => Ok(()),
            Some(Fact::Locked(fact)) => Err(ServiceError::NowLocked { until: fact.until }),
            // Anything but the event of a success is no success.
            _ => Err(ServiceError::NotConsecutive),
        }
    }
}

fn position_number(position: &import::Position) -> u32 {
    let number = match position {
        import::Position::Line(line) => *line,
        import::Position::Key(number, _) => u64::try_from(*number).unwrap_or(u64::MAX),
    };
    u32::try_from(number).unwrap_or(u32::MAX)
}
