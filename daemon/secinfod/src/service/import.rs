//! Methods that administrators bring over from other systems.

use super::enrollment::{free_label, method_ids};
use super::notices::Notices;
use super::tokens::Imported;
use crate::core::{Core, Person, Requester, ServiceError, random_id};
use crate::methods::import::brought_over::BroughtOver;
use crate::methods::import::{LineProblem, oath_users, u2f_mappings};
use crate::methods::one_time_password::is_secret_of;
use futures_util::stream::{self, StreamExt};
use secinfo_domain::{Action, MethodId, UserName};
use secinfo_ledger::NewKey;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What methods from the file of `pam_oath` are called.
const LABEL: &str = "Imported from oath-users";

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

    /// Imports the methods of a file of `pam_oath`. Importing it again leaves methods that are there
    /// as they are, and brings back those that were deleted, with the counters of the file.
    pub async fn import_oath_users(
        &self,
        by: &Requester,
        file: &[u8],
    ) -> Result<Imported, ServiceError> {
        let import = oath_users::read(file)
            .map_err(|error| ServiceError::InvalidArgument(error.to_string()))?;
        let _turn = self.turn.lock().await;
        let mut by_user: BTreeMap<UserName, Vec<(u32, BroughtOver)>> = BTreeMap::new();
        for (line, entry) in import.entries {
            let lines = by_user.entry(entry.user.clone()).or_default();
            lines.push((line, entry));
        }
        let mut all = Outcome {
            imported: 0,
            problems: import.problems,
        };
        let mut outcomes = stream::iter(by_user)
            .map(|(user, lines)| self.import_for(by, user, lines))
            .buffer_unordered(AT_ONCE);
        while let Some(outcome) = outcomes.next().await {
            let outcome = outcome?;
            all.imported += outcome.imported;
            all.problems.extend(outcome.problems);
        }
        Ok(all.into())
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
        Ok(Outcome {
            imported: 0,
            problems,
        }
        .into())
    }

    /// One line after the other: each must see what the one before has added.
    async fn import_for(
        &self,
        by: &Requester,
        user: UserName,
        lines: Vec<(u32, BroughtOver)>,
    ) -> Result<Outcome, ServiceError> {
        let account = self.core.accounts().by_name(&user)?;
        let mut outcome = Outcome::default();
        for (line, entry) in lines {
            let added = match &account {
                None => Err(format!("there is no account {user} on this host")),
                // As with an access pass: or else it would be a way around a fresh proof.
                Some(account) if account.uid == by.uid && by.uid != 0 => {
                    Err("nobody imports methods of their own: ask another administrator".to_owned())
                }
                Some(account) => {
                    let person = self.core.person(account.uid)?;
                    match self.import_one(&person, by, &entry).await {
                        Ok(()) => Ok(()),
                        Err(ServiceError::Refused(refusal)) => Err(refusal.to_string()),
                        Err(ServiceError::InvalidArgument(what)) => Err(what),
                        Err(error) => return Err(error),
                    }
                }
            };
            match added {
                Ok(()) => outcome.imported += 1,
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
    ) -> Result<(), ServiceError> {
        let compared = method_ids(&self.core, person);
        if is_secret_of(&self.core, person, &entry.secret)? {
            return Err(ServiceError::InvalidArgument(format!(
                "{} has this method already: it was left as it is",
                entry.user
            )));
        }
        let label = free_label(&self.core, person, LABEL)?;
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
        self.notices
            .commit(person, by, action, vec![Arc::new(key)])
            .await
            .map(|_| ())
    }
}

impl From<Outcome> for Imported {
    fn from(mut outcome: Outcome) -> Self {
        outcome.problems.sort_by_key(|problem| problem.line);
        let left_out = outcome.problems.len().saturating_sub(MOST_PROBLEMS);
        outcome.problems.truncate(MOST_PROBLEMS);
        let mut problems: Vec<_> = outcome
            .problems
            .iter()
            .map(|problem| (problem.line, problem.to_string()))
            .collect();
        if left_out > 0 {
            problems.push((
                0,
                format!("{left_out} more lines could not be imported: correct these first"),
            ));
        }
        Self {
            count: outcome.imported,
            problems,
        }
    }
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
        let imported = Imported::from(Outcome {
            imported: 7,
            problems: problems.collect(),
        });
        assert_eq!((imported.count, imported.problems.len()), (7, 1001));
        assert_eq!(imported.problems[0].0, 1);
        assert!(imported.problems[1000].1.starts_with("500 more"));
    }
}
