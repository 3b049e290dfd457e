//! Methods that administrators bring over from other systems.

use super::enrollment::{free_label, method_ids};
use super::notices::Notices;
use super::tokens::Imported;
use crate::core::{Core, Person, Requester, ServiceError, random_id};
use crate::methods::import::brought_over::BroughtOver;
use crate::methods::import::u2f_mappings::Mapping;
use crate::methods::import::{Import, LineProblem};
use crate::methods::one_time_password::is_secret_of;
use crate::methods::payload::MethodPayload;
use crate::methods::security_key::{RegisteredKey, registered_keys};
use futures_util::stream::{self, StreamExt};
use secinfo_domain::kind::{Backup, Credential, SecurityKey};
use secinfo_domain::state::Method;
use secinfo_domain::{Action, Label, MethodId, State, UserName};
use secinfo_ledger::NewKey;
use secinfo_webauthn::RpId;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many users' methods are imported at once: their events are written together.
const AT_ONCE: usize = 32;

/// The most problems that are told one by one.
const MOST_PROBLEMS: usize = 1000;

/// Imports methods that users had in other systems.
pub struct Imports {
    core: Arc<Core>,
    notices: Arc<Notices>,
    /// One import at a time: two of one file at once would each miss what the other adds.
    turn: tokio::sync::Mutex<()>,
}

/// What is done with the methods of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// They are imported.
    Import,
    /// It is found out what an import would come to; nothing is changed.
    Check,
}

impl Effect {
    /// What the option `check` of a call says.
    pub(crate) fn of(check: Option<bool>) -> Self {
        if check == Some(true) {
            Self::Check
        } else {
            Self::Import
        }
    }
}

/// A method as a file of another system describes it.
pub(crate) trait Entry: Send + Sync {
    /// Whose it is.
    fn user(&self) -> &UserName;
    /// What it is called, if the file says so.
    fn label(&self) -> Option<&Label>;
    /// Whether another entry is the same method.
    fn is_same(&self, other: &Self) -> bool;
    /// Whether the user has it already.
    fn is_known(&self, core: &Core, person: &Person) -> Result<bool, ServiceError>;
    /// The method that it makes.
    fn to_method(&self, core: &Core) -> (Credential, MethodPayload);
}

impl Entry for BroughtOver {
    fn user(&self) -> &UserName {
        &self.user
    }

    fn label(&self) -> Option<&Label> {
        self.label.as_ref()
    }

    fn is_same(&self, other: &Self) -> bool {
        self.secret == other.secret
    }

    fn is_known(&self, core: &Core, person: &Person) -> Result<bool, ServiceError> {
        is_secret_of(core, person, &self.secret)
    }

    fn to_method(&self, core: &Core) -> (Credential, MethodPayload) {
        Self::to_method(self, core.now())
    }
}

/// A security key as another system has registered it.
pub(crate) struct KeyEntry {
    user: UserName,
    key: RegisteredKey,
}

impl KeyEntry {
    /// The keys of a file of `pam_u2f`, which has bound them to this.
    pub(crate) fn read(mut import: Import<Mapping>, rp_id: &RpId) -> Import<Self> {
        let mut entries = Vec::new();
        for (line, mapping) in import.entries {
            match mapping.to_key(rp_id) {
                Ok(key) => {
                    let user = mapping.user;
                    entries.push((line, Self { user, key }));
                }
                Err(what) => import.problems.push(LineProblem { line, what }),
            }
        }
        Import {
            entries,
            problems: import.problems,
        }
    }

    fn credential(&self, core: &Core) -> SecurityKey {
        SecurityKey {
            credential: core.credential_tag(self.key.id.as_bytes(), &self.key.public_key),
            sign_count: None,
            backup: Backup::NotEligible,
        }
    }
}

impl Entry for KeyEntry {
    fn user(&self) -> &UserName {
        &self.user
    }

    fn label(&self) -> Option<&Label> {
        None
    }

    fn is_same(&self, other: &Self) -> bool {
        self.key.id == other.key.id
    }

    fn is_known(&self, core: &Core, person: &Person) -> Result<bool, ServiceError> {
        let state = core.state();
        let methods = state.user(person.id).map_or(&[][..], |user| user.methods());
        Ok(registered_keys(core, methods).any(|key| key.id == self.key.id))
    }

    fn to_method(&self, core: &Core) -> (Credential, MethodPayload) {
        let key = self.key.clone();
        let payload = MethodPayload::SecurityKey { key };
        (self.credential(core).into(), payload)
    }
}

/// The outcome for the lines of one user.
#[derive(Default)]
struct Outcome {
    imported: u32,
    problems: Vec<LineProblem>,
}

impl Imports {
    pub(super) fn new(core: Arc<Core>, notices: Arc<Notices>) -> Self {
        Self {
            core,
            notices,
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// Imports the methods of a file; those without a name of their own are called `label`.
    /// Importing it again leaves methods that are there as they are, and brings back those that were
    /// deleted, with the counters of the file.
    pub(crate) async fn import<E: Entry>(
        &self,
        by: &Requester,
        import: Import<E>,
        label: &str,
        effect: Effect,
    ) -> Result<Imported, ServiceError> {
        let _turn = self.turn.lock().await;
        let mut by_user: BTreeMap<UserName, Vec<(u32, E)>> = BTreeMap::new();
        for (line, entry) in import.entries {
            let lines = by_user.entry(entry.user().clone()).or_default();
            lines.push((line, entry));
        }
        let mut count = 0;
        let mut problems = import.problems;
        let mut users = Vec::new();
        let mut outcomes = stream::iter(by_user)
            .map(async |(user, lines)| {
                let outcome = self.import_for(by, &user, lines, label, effect).await;
                (user, outcome)
            })
            .buffer_unordered(AT_ONCE);
        while let Some((user, outcome)) = outcomes.next().await {
            let outcome = outcome?;
            problems.extend(outcome.problems);
            if outcome.imported > 0 {
                count += outcome.imported;
                users.push((user.as_str().to_owned(), outcome.imported));
            }
        }
        users.sort();
        Ok(Imported {
            count,
            users,
            problems: told(problems),
        })
    }

    /// One line after the other: each must see what the one before has added.
    async fn import_for<E: Entry>(
        &self,
        by: &Requester,
        user: &UserName,
        lines: Vec<(u32, E)>,
        label: &str,
        effect: Effect,
    ) -> Result<Outcome, ServiceError> {
        let account = self.core.accounts().by_name(user)?;
        let mut rehearsed = self.core.state();
        let mut outcome = Outcome::default();
        let mut added: Vec<E> = Vec::new();
        for (line, entry) in lines {
            let result = match &account {
                None => Err(format!("there is no account {user} on this host")),
                // As with an access pass: or else it would be a way around a fresh proof.
                Some(account) if account.uid == by.uid && by.uid != 0 => Err(
                    "methods of your own are imported by another administrator: ask one".to_owned(),
                ),
                Some(_) if added.iter().any(|former| former.is_same(&entry)) => Err(format!(
                    "{user} has this method from a line before: it counts"
                )),
                Some(account) => {
                    let person = self.core.person(account.uid)?;
                    let result = match effect {
                        Effect::Import => self.import_one(&person, by, &entry, label).await,
                        Effect::Check => self
                            .check_one(&rehearsed, &person, by, &entry, label)
                            .map(|state| rehearsed = state.into()),
                    };
                    match result {
                        Ok(()) => Ok(()),
                        Err(ServiceError::Refused(refusal)) => Err(refusal.to_string()),
                        Err(ServiceError::InvalidArgument(what)) => Err(what),
                        Err(error) => return Err(error),
                    }
                }
            };
            match result {
                Ok(()) => {
                    outcome.imported += 1;
                    added.push(entry);
                }
                Err(what) => outcome.problems.push(LineProblem { line, what }),
            }
        }
        Ok(outcome)
    }

    async fn import_one(
        &self,
        person: &Person,
        by: &Requester,
        entry: &impl Entry,
        label: &str,
    ) -> Result<(), ServiceError> {
        let (action, key) = self.addition(person, method_ids(&self.core, person), entry, label)?;
        let keys = vec![Arc::new(key)];
        self.notices.commit(person, by, action, keys).await?;
        Ok(())
    }

    /// The state in which the import would leave this one.
    fn check_one(
        &self,
        state: &State,
        person: &Person,
        by: &Requester,
        entry: &impl Entry,
        label: &str,
    ) -> Result<State, ServiceError> {
        let methods = state.user(person.id).map_or(&[][..], |user| user.methods());
        let compared = methods.iter().map(Method::id).collect();
        let (action, _) = self.addition(person, compared, entry, label)?;
        let events = self.core.rehearse(state, person, by, action)?;
        Ok(events.iter().fold(state.clone(), State::evolve))
    }

    /// The action that adds a method to those that it was compared with, and the method's key.
    fn addition(
        &self,
        person: &Person,
        compared: Vec<MethodId>,
        entry: &impl Entry,
        label: &str,
    ) -> Result<(Action, NewKey), ServiceError> {
        if entry.is_known(&self.core, person)? {
            return Err(ServiceError::InvalidArgument(format!(
                "{} has this method already: it was left as it is",
                entry.user()
            )));
        }
        let label = entry.label().map_or(label, Label::as_str);
        let label = free_label(&self.core, person, label)?;
        let (credential, payload) = entry.to_method(&self.core);
        let method = MethodId::from_bytes(random_id()?);
        let key = NewKey::generate(method.into())?;
        let sealed = payload.seal(&key, &label)?;
        let action = Action::ImportMethod {
            method,
            credential,
            sealed,
            compared,
        };
        Ok((action, key))
    }
}

/// What is told of the lines with problems, in their order and not without end.
fn told(mut problems: Vec<LineProblem>) -> Vec<(u32, String)> {
    problems.sort_by_key(|problem| problem.line);
    let left_out = problems.len().saturating_sub(MOST_PROBLEMS);
    let mut told: Vec<_> = problems
        .iter()
        .take(MOST_PROBLEMS)
        .map(|problem| (problem.line, problem.to_string()))
        .collect();
    if left_out > 0 {
        told.push((
            0,
            format!("{left_out} more lines could not be imported: correct these first"),
        ));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_told_in_order_and_not_without_end() {
        let problems = (1..=1500).rev().map(|line| LineProblem {
            line,
            what: String::new(),
        });
        let told = told(problems.collect());
        assert_eq!((told.len(), told[0].0), (1001, 1));
        assert!(told[1000].1.starts_with("500 more"));
    }
}
