//! Reads events from the daemon, and the names of their users.

use crate::client::Client;
use secinfo_terminal::failure::Failure;
use secinfo_wire::AuditProxy;
use serde::Deserialize;
use std::collections::HashMap;
use std::ops::ControlFlow;

/// How many events to ask for at once; the daemon also stops at 1 MiB.
const PAGE: u32 = 4096;

/// Passes on the stored bytes of the events from `from` to before `until`, or to the end, page by page.
/// Returns where it stopped.
pub(super) async fn read(
    audit: &AuditProxy<'_>,
    from: u64,
    until: Option<u64>,
    mut each: impl AsyncFnMut(Vec<Vec<u8>>) -> Result<ControlFlow<()>, Failure>,
) -> Result<u64, Failure> {
    let mut position = from;
    loop {
        let left = until.map_or(u64::from(PAGE), |until| until.saturating_sub(position));
        let limit = u32::try_from(left).unwrap_or(PAGE).min(PAGE);
        if limit == 0 {
            return Ok(position);
        }
        let (next, events) = audit.read(position, limit).await?;
        if next <= position || events.is_empty() {
            return Ok(position);
        }
        position = next;
        if each(events).await?.is_break() {
            return Ok(position);
        }
    }
}

/// The part of an event that is shown in words.
#[derive(Debug, Deserialize)]
pub(super) struct Head {
    /// Its number.
    pub(super) seq: u64,
    /// Milliseconds since 1970.
    pub(super) time: u64,
    /// The user whose security info it is about.
    pub(super) user: Option<String>,
    /// What happened.
    #[serde(rename = "type")]
    pub(super) type_name: String,
    /// Who caused it.
    pub(super) actor: Actor,
}

/// Who caused an event.
#[derive(Debug, Deserialize)]
pub(super) struct Actor {
    /// The account.
    pub(super) who: Who,
    /// The service it came through.
    pub(super) service: Option<String>,
    /// Of root, the account that signed in and became root since.
    #[serde(default)]
    pub(super) login: Option<String>,
}

/// The account that caused an event.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Who {
    /// The daemon itself.
    System,
    /// The account with uid 0.
    Root,
    /// Another account, by its random user id.
    User(String),
}

impl Head {
    /// The head of an event in its stored form.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Failure> {
        serde_json::from_slice(bytes).map_err(|error| {
            Failure::Refused(format!(
                "an event cannot be read ({error}); check the log: secinfo audit verify"
            ))
        })
    }

    /// The user ids in it.
    pub(super) fn users(&self) -> impl Iterator<Item = &str> {
        let actor = match &self.actor.who {
            Who::User(id) => Some(id.as_str()),
            Who::System | Who::Root => None,
        };
        let login = self.actor.login.as_deref();
        self.user.as_deref().into_iter().chain(actor).chain(login)
    }
}

/// The names of users, which are not in the log, as far as the caller may read them.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: HashMap<String, Option<(u32, String)>>,
    denied: bool,
}

impl Names {
    /// Asks for the names of users that are not known yet.
    pub(super) async fn learn<'a>(
        &mut self,
        audit: &AuditProxy<'_>,
        ids: impl Iterator<Item = &'a str>,
    ) -> Result<(), Failure> {
        if self.denied {
            return Ok(());
        }
        let mut unknown: Vec<&str> = ids.filter(|id| !self.known.contains_key(*id)).collect();
        unknown.sort_unstable();
        unknown.dedup();
        if unknown.is_empty() {
            return Ok(());
        }
        match audit.names(&unknown).await {
            Ok(mut names) => {
                for id in unknown {
                    self.known.insert(id.to_owned(), names.remove(id));
                }
            }
            // An auditor may read the log without reading names.
            Err(error) if error.reason() == Some(secinfo_wire::Reason::NotAuthorized) => {
                self.denied = true;
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// The name of a user, or the beginning of the id without one.
    pub(super) fn words(&self, id: &str) -> String {
        match self.known.get(id) {
            Some(Some((_, name))) => secinfo_terminal::text::visible(name),
            _ => format!(
                "user {}",
                secinfo_terminal::text::visible(&id.chars().take(8).collect::<String>())
            ),
        }
    }

    /// Root, and who became root.
    pub(super) fn root_words(&self, actor: &Actor) -> String {
        match &actor.login {
            Some(login) => format!("root, signed in as {}", self.words(login)),
            None => "root".to_owned(),
        }
    }

    /// Whether a name, a uid or an id denotes the user of this id.
    pub(super) fn is(&self, id: &str, text: &str) -> bool {
        let known = self.known.get(id).and_then(Option::as_ref);
        id == text || known.is_some_and(|(uid, name)| name == text || uid.to_string() == text)
    }

    /// Whether the caller may not read names.
    pub(super) fn are_denied(&self) -> bool {
        self.denied
    }
}

/// The log, to read from.
pub(super) async fn proxy(client: &Client) -> Result<AuditProxy<'static>, Failure> {
    client.audit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_of_stored_events_are_read() {
        let id = "c".repeat(32);
        let line = format!(
            r#"{{"seq":3,"time":1795356000123,"user":"{id}","type":"method-enrolled","version":1,"actor":{{"who":{{"user":"{id}"}},"service":"secinfo"}},"data":{{}}}}"#
        );
        let head = Head::parse(line.as_bytes()).unwrap();
        assert_eq!((head.seq, head.type_name.as_str()), (3, "method-enrolled"));
        assert_eq!(head.users().count(), 2);
        assert!(Head::parse(b"{}").is_err());
        let line = line.replace(&format!(r#"{{"user":"{id}"}}"#), r#""root""#);
        let line = line.replace(
            r#""secinfo""#,
            &format!(r#"null,"login":"{}""#, "d".repeat(32)),
        );
        let head = Head::parse(line.as_bytes()).unwrap();
        assert_eq!(head.users().last(), Some("d".repeat(32).as_str()));
        assert_eq!(
            Names::default().root_words(&head.actor),
            "root, signed in as user dddddddd"
        );
    }

    #[test]
    fn users_are_met_by_name_uid_or_id() {
        let mut names = Names::default();
        names
            .known
            .insert("aa".to_owned(), Some((1000, "alice".to_owned())));
        assert!(names.is("aa", "alice") && names.is("aa", "1000") && names.is("aa", "aa"));
        assert!(!names.is("aa", "bob") && !names.is("bb", "alice"));
        assert_eq!(names.words("aa"), "alice");
        assert_eq!(names.words("0123456789"), "user 01234567");
    }
}
