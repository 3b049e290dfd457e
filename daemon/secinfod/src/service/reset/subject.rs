//! Whose password it is about. The name is looked up beside the conversation, so that the time which that
//! takes is not seen, and a name that is no user's is as good as one that is.

use super::Parts;
use crate::core::{Person, RequestSource, Requester, ServiceError, Turn, Waiter, place_of};
use crate::methods::security_key::KeyChallenge;
use crate::service::approvals::Requests;
use crate::service::sending::Sending;
use crate::service::verification::Verification;
use secinfo_domain::state::{Method, UserState};
use secinfo_domain::{Label, Purpose, UserName};
use secinfo_wire::Forms;
use std::sync::{Arc, Mutex};
use tokio::task::JoinHandle;

/// Whose password it is about.
pub(super) enum Subject {
    /// It is being looked up.
    Sought(JoinHandle<Option<Arc<Verification>>>),
    /// A user with methods, and what verifies them.
    User(Arc<Verification>),
    /// No user who could be verified.
    Unknown,
}

/// From where and how a reset is asked for.
pub(super) struct Origin {
    pub(super) remote_host: String,
    pub(super) waiter: Waiter,
    pub(super) terminal: String,
    pub(super) language: String,
    pub(super) forms: Forms,
}

impl Subject {
    /// Begins to look a name up.
    pub(super) fn seek(parts: &Arc<Parts>, name: String, by: Requester, origin: Origin) -> Self {
        let parts = Arc::clone(parts);
        // The system's user database may take its time.
        let found = tokio::task::spawn_blocking(move || {
            find(&parts, &name, &by, origin).unwrap_or_else(|error| {
                tracing::warn!(%error, "a user could not be looked up for a password reset");
                None
            })
        });
        Self::Sought(found)
    }

    /// The user, once looked up.
    pub(super) async fn user(&mut self) -> Option<Arc<Verification>> {
        if let Self::Sought(found) = self {
            let found = found.await.unwrap_or_default();
            *self = found.map_or(Self::Unknown, Self::User);
        }
        match self {
            Self::User(verification) => Some(Arc::clone(verification)),
            Self::Unknown | Self::Sought(_) => None,
        }
    }
}

/// What verifies the user of this name; none where nothing does.
fn find(
    parts: &Parts,
    name: &str,
    by: &Requester,
    origin: Origin,
) -> Result<Option<Arc<Verification>>, ServiceError> {
    let core = &parts.core;
    let Ok(name) = UserName::parse(name) else {
        return Ok(None);
    };
    let Some(account) = core.accounts().by_name(&name)? else {
        return Ok(None);
    };
    // Where several names have one uid, the log knows it by another: whose password would it be?
    let person: Person = match core.person(account.uid) {
        Ok(person) if person.account == account && account.uid != 0 => person,
        Ok(_) | Err(ServiceError::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let source = match by.uid {
        0 => RequestSource::named(
            (account.name.as_str(), account.uid),
            &origin.remote_host,
            "",
            &origin.terminal,
        ),
        own => Some(RequestSource::Account(own)),
    };
    let by = core.requester_for(
        &person,
        &Requester {
            source,
            place: match by.uid {
                0 => place_of(&origin.remote_host, &origin.terminal),
                _ => None,
            },
            ..by.clone()
        },
    )?;
    // Whichever it is: those that are a gate are found at each gate.
    let state = core.state();
    let methods = state.user(person.id).map(UserState::methods);
    let Some(first) = methods.and_then(<[Method]>::first).map(Method::id) else {
        return Ok(None);
    };
    Ok(Some(Arc::new(Verification {
        person,
        by,
        purpose: Purpose::PasswordReset,
        forms: origin.forms,
        asked: Mutex::new(first),
        turn: Mutex::new(Turn::default()),
        sending: Sending::default(),
        requests: Requests::default(),
        key_challenge: KeyChallenge::of_the_daemon(),
        // What cannot be written into a message is left out of it.
        origin: Label::parse(&origin.remote_host)
            .map(|origin| origin.as_str().to_owned())
            .unwrap_or_default(),
        language: origin.language,
        waiter: origin.waiter,
    })))
}
