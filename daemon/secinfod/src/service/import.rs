//! Methods that administrators bring over from other systems.

use super::enrollment::{free_label, method_ids};
use super::notices::Notices;
use super::tokens::Imported;
use crate::core::{Core, Person, Requester, ServiceError, random_id};
use crate::methods::import::brought_over::BroughtOver;
use crate::methods::import::{Import, LineProblem, u2f_mappings};
use crate::methods::one_time_password::is_secret_of;
use futures_util::stream::{self, StreamExt};
use secinfo_domain::state::Method;
use secinfo_domain::{Action, Label, MethodId, State, UserName};
use secinfo_ledger::NewKey;
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
    pub async fn import(
        &self,
        by: &Requester,
        import: Import<BroughtOver>,
        label: &str,
        effect: Effect,
    ) -> Result<Imported, ServiceError> {
        let _turn = self.turn.lock().await;
        let mut by_user: BTreeMap<UserName, Vec<(u32, BroughtOver)>> = BTreeMap::new();
        for (line, entry) in import.entries {
            let lines = by_user.entry(entry.user.clone()).or_default();
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

    /// Reads a file of `pam_u2f`, and says of each line why its keys are not imported.
    pub fn read_u2f_mappings(file: &[u8]) -> Result<Imported, ServiceError> {
        let import = u2f_mappings::read(file)
            .map_err(|error| ServiceError::InvalidArgument(error.to_string()))?;
        let mut problems = import.problems;
        let lines: BTreeMap<u32, UserName> = import
            .entries
            .into_iter()
            .map(|(line, mapping)| (line, mapping.user))
            .collect();
        problems.extend(lines.into_iter().map(|(line, user)| LineProblem {
            line,
            what: format!(
                "the security keys of {user} can be read, but this version takes in no security keys yet: keep pam_u2f for them"
            ),
        }));
        Ok(Imported {
            count: 0,
            users: Vec::new(),
            problems: told(problems),
        })
    }

    /// One line after the other: each must see what the one before has added.
    async fn import_for(
        &self,
        by: &Requester,
        user: &UserName,
        lines: Vec<(u32, BroughtOver)>,
        label: &str,
        effect: Effect,
    ) -> Result<Outcome, ServiceError> {
        let account = self.core.accounts().by_name(user)?;
        let mut rehearsed = self.core.state();
        let mut outcome = Outcome::default();
        let mut added: Vec<BroughtOver> = Vec::new();
        for (line, entry) in lines {
            let result = match &account {
                None => Err(format!("there is no account {user} on this host")),
                // As with an access pass: or else it would be a way around a fresh proof.
                Some(account) if account.uid == by.uid && by.uid != 0 => Err(
                    "methods of your own are imported by another administrator: ask one".to_owned(),
                ),
                Some(_) if added.iter().any(|former| former.secret == entry.secret) => Err(
                    format!("{user} has this method from a line before: it counts"),
                ),
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
        entry: &BroughtOver,
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
        entry: &BroughtOver,
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
        entry: &BroughtOver,
        label: &str,
    ) -> Result<(Action, NewKey), ServiceError> {
        if is_secret_of(&self.core, person, &entry.secret)? {
            return Err(ServiceError::InvalidArgument(format!(
                "{} has this method already: it was left as it is",
                entry.user
            )));
        }
        let label = entry.label.as_ref().map_or(label, Label::as_str);
        let label = free_label(&self.core, person, label)?;
        let (credential, payload) = entry.to_method(self.core.now());
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
    fn a_file_of_pam_u2f_is_read_and_nothing_of_it_is_taken_in() {
        let key = data_encoding::BASE64.encode(&[9; 32]);
        let file =
            format!("alice:*,{key},eddsa,+presence:*,{key},eddsa,+pin\nbob:*,x,eddsa,+pin\n");
        let imported = Imports::read_u2f_mappings(file.as_bytes()).unwrap();
        assert_eq!(imported.count, 0);
        let lines: Vec<_> = imported.problems.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 2]);
        assert!(
            imported.problems[0]
                .1
                .contains("the security keys of alice can be read")
        );
        assert!(imported.problems[1].1.contains("not base64"));
    }

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
