//! Which keys of the vault an event destroys.

use crate::event::{Event, Fact};
use crate::state::State;
use crate::{KeyId, MethodId};

/// The keys that go with this event, given the state before it. Once they are gone, what
/// the log holds sealed under them cannot be read; that the log was not rewritten can still be shown.
pub fn destroyed_keys(before: &State, event: &Event) -> Vec<KeyId> {
    match &event.fact {
        Fact::MethodDeleted(fact) => vec![fact.method.into()],
        Fact::TokenRemoved(fact) => vec![fact.token.into()],
        Fact::MethodEnrolled(fact) => fact.token.map(KeyId::from).into_iter().collect(),
        Fact::UserErased(_) => {
            let methods = event
                .user
                .and_then(|user| before.user(user))
                .map_or(&[][..], |state| state.methods());
            let methods = methods.iter().map(|method| MethodId::into(method.id()));
            methods.chain(event.user.map(KeyId::from)).collect()
        }
        _ => Vec::new(),
    }
}

/// The key that must be in the vault from this event on, because the event holds something sealed
/// under it for the first time.
pub fn created_key(event: &Event) -> Option<KeyId> {
    match &event.fact {
        Fact::UserAdded(_) => event.user.map(KeyId::from),
        Fact::MethodEnrolled(fact) => Some(fact.method.into()),
        Fact::MethodImported(fact) => Some(fact.method.into()),
        Fact::RecoveryCodesIssued(fact) => Some(fact.method.into()),
        Fact::AccessPassIssued(fact) => Some(fact.method.into()),
        Fact::TokenImported(fact) => Some(fact.token.into()),
        _ => None,
    }
}
