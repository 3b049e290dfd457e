//! Break-glass codes that were used while the daemon could not decide: their use is entered in the
//! log as soon as it can be, once for each code, and told to the user and to the administrator.

use super::account::blocking;
use super::{Requester, Service, ServiceError, now};
use secinfo_break_glass::{Directory, DirectoryError, FileName, Record, UsedName};
use secinfo_domain::{
    Action, Authority, BreakGlassId, ServiceName, SessionTag, Timestamp, UserName,
};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Mutex;

/// The most codes of which it is remembered that they were complained of.
const MOST_COMPLAINTS: usize = 1000;

/// What was complained of already: the same is not said again every minute.
#[derive(Default)]
pub(super) struct Complaints(Mutex<HashSet<String>>);

impl Complaints {
    fn say(&self, what: &str) {
        let mut said = self
            .0
            .lock()
            .expect("nothing panics while it holds the complaints");
        if said.len() < MOST_COMPLAINTS && said.insert(what.to_owned()) {
            tracing::warn!("{what}");
        }
    }
}

impl Service {
    /// Enters in the log what was used of the break-glass codes in this directory and is not there
    /// yet; how many that were. What cannot be trusted, read or recorded is left out, with a
    /// warning, and tried again the next time: one user of whom nothing can be said hides no other.
    pub async fn record_break_glass(&self, directory: &Path) -> usize {
        let found = blocking(|| self.used_break_glass(directory));
        let found = found.unwrap_or_else(|error| {
            self.found_break_glass.say(&format!(
                "break-glass codes that were used cannot be recorded: {error}"
            ));
            Vec::new()
        });
        let mut recorded = 0;
        for (name, record) in found {
            match self.record_use(&name, &record).await {
                Ok(new) => recorded += usize::from(new),
                Err(error) => self.found_break_glass.say(&format!(
                    "the use of the break-glass code {} cannot be recorded yet: {}",
                    name.id,
                    cause(error)
                )),
            }
        }
        recorded
    }

    /// The codes that were used and are not in the log, each with what its file says.
    fn used_break_glass(
        &self,
        directory: &Path,
    ) -> Result<Vec<(UsedName, Record)>, DirectoryError> {
        let Some(directory) = Directory::open(directory)? else {
            return Ok(Vec::new());
        };
        let state = self.state();
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
                Err(error) => self.found_break_glass.say(&format!(
                    "the use of a break-glass code cannot be recorded: {error}"
                )),
            }
        }
        Ok(found)
    }

    async fn record_use(&self, name: &UsedName, record: &Record) -> Result<bool, ServiceError> {
        let account = match UserName::parse(&record.user) {
            Ok(user) => self.accounts.by_name(&user)?,
            Err(_) => None,
        };
        // Not for whoever has the name by now: they have used nothing.
        let account = account.filter(|account| record.is_of(account.name.as_str(), account.uid));
        let Some(account) = account else {
            self.found_break_glass.say(&format!(
                "the use of the break-glass code {} cannot be recorded: the account that it was made for, with uid {}, is no longer there; see who signed in with it",
                name.id, record.uid
            ));
            return Ok(false);
        };
        let person = self.person(account.uid)?;
        let by = Requester {
            uid: 0,
            session: SessionTag::from_bytes([0; 16]),
            service: ServiceName::parse(&name.service).ok(),
            authority: Authority::System,
        };
        // Nothing is used in the future: the clock of the host was wrong then, or is now.
        let action = Action::RecordBreakGlass {
            code: id(name),
            used: Timestamp::from_seconds(name.used).min(now()),
        };
        let events = self.commit(&person, &by, action, Vec::new()).await?;
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
