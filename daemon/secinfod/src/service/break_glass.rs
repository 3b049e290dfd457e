//! Break-glass codes that were used while the daemon could not decide: their use is entered in the
//! log as soon as it can be, once for each code, and told to the user and to the administrator.

use super::notices::Notices;
use crate::core::{Core, Requester, ServiceError, blocking};
use secinfo_break_glass::{Directory, DirectoryError, FileName, Record, UsedName};
use secinfo_domain::{Action, BreakGlassId, ServiceName, Timestamp, UserName};
use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// The most warnings that are remembered.
const MOST_WARNINGS: usize = 1000;

/// Records the use of break-glass codes.
pub struct BreakGlass {
    core: Arc<Core>,
    notices: Arc<Notices>,
    warnings: Warnings,
}

/// The warnings that were given: the same is not given again every minute.
#[derive(Default)]
struct Warnings(Mutex<HashSet<String>>);

impl Warnings {
    fn give(&self, what: &str) {
        let mut said = self
            .0
            .lock()
            .expect("nothing panics while it holds the warnings");
        if said.len() < MOST_WARNINGS && said.insert(what.to_owned()) {
            tracing::warn!("{what}");
        }
    }
}

impl BreakGlass {
    pub(super) fn new(core: Arc<Core>, notices: Arc<Notices>) -> Self {
        Self {
            core,
            notices,
            warnings: Warnings::default(),
        }
    }

    /// Enters in the log what was used of the break-glass codes in this directory and is not there
    /// yet; how many that were. What cannot be trusted, read or recorded is left out, with a
    /// warning, and tried again the next time: one code that cannot be recorded hides no other.
    pub async fn record(&self, directory: &Path) -> usize {
        let found = blocking(|| self.used(directory));
        let found = found.unwrap_or_else(|error| {
            self.warnings.give(&format!(
                "break-glass codes that were used cannot be recorded: {error}"
            ));
            Vec::new()
        });
        let mut recorded = 0;
        for (name, record) in found {
            match self.record_use(&name, &record).await {
                Ok(new) => recorded += usize::from(new),
                Err(error) => self.warnings.give(&format!(
                    "the use of the break-glass code {} cannot be recorded yet: {}",
                    name.id,
                    cause(error)
                )),
            }
        }
        recorded
    }

    /// The codes that were used and are not in the log, each with what its file says.
    fn used(&self, directory: &Path) -> Result<Vec<(UsedName, Record)>, DirectoryError> {
        let Some(directory) = Directory::open(directory)? else {
            return Ok(Vec::new());
        };
        let state = self.core.state();
        let mut found = Vec::new();
        for name in directory.names()? {
            let FileName::Used(used) = &name else {
                continue;
            };
            if state.is_recorded(id(used)) {
                continue;
            }
            match directory.read(&name) {
                Ok(record) => found.push((used.clone(), record)),
                Err(error) => self.warnings.give(&format!(
                    "the use of a break-glass code cannot be recorded: {error}"
                )),
            }
        }
        Ok(found)
    }

    async fn record_use(&self, name: &UsedName, record: &Record) -> Result<bool, ServiceError> {
        let account = match UserName::parse(&record.user) {
            Ok(user) => self.core.accounts().by_name(&user)?,
            Err(_) => None,
        };
        // Not for another account that has the name by now: it has used nothing.
        let account = account.filter(|account| record.is_of(account.name.as_str(), account.uid));
        let Some(account) = account else {
            self.warnings.give(&format!(
                "the use of the break-glass code {} cannot be recorded: the account that it was made for, with uid {}, is no longer there; see who signed in with it",
                name.id, record.uid
            ));
            return Ok(false);
        };
        let person = self.core.person(account.uid)?;
        let by = Requester::system(ServiceName::parse(&name.service).ok());
        // Nothing is used in the future: the clock of the host was wrong then, or is now.
        let action = Action::RecordBreakGlass {
            code: id(name),
            used: Timestamp::from_seconds(name.used).min(self.core.now()),
        };
        let events = self
            .notices
            .commit(&person, &by, action, Vec::new())
            .await?;
        if events.is_empty() {
            return Ok(false);
        }
        tracing::warn!(
            code = %name.id,
            user = %person.id,
            service = name.service,
            used = name.used,
            "a break-glass code was used while nobody could be verified: ask whose it was, and make another in its place"
        );
        Ok(true)
    }
}

/// What the administrator is told, rather than callers on the bus.
fn cause(error: ServiceError) -> String {
    match error {
        ServiceError::Internal(why) | ServiceError::StorageUnavailable(why) => why,
        error => error.to_string(),
    }
}

fn id(name: &UsedName) -> BreakGlassId {
    BreakGlassId::from_bytes(*name.id.as_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secinfo_break_glass::is_user_name;
    use secinfo_domain::UserName;

    proptest! {
        #[test]
        fn a_code_can_be_of_every_account_that_the_daemon_knows_and_of_no_other(
            name in ".{0,4}|[a-zäИ :\\\\/@$\\t\u{2028}\u{202e}\u{a0}]{0,8}",
        ) {
            prop_assert_eq!(UserName::parse(&name).is_ok(), is_user_name(&name));
        }
    }
}
