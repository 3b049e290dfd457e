//! What one commit appended.

use secinfo_domain::{Event, Kind, MethodId, State, UserId};
use std::sync::Arc;

/// What one commit appended.
#[derive(Debug)]
pub struct Appended {
    /// The state before it.
    pub before: Arc<State>,
    /// The events.
    pub events: Vec<Event>,
    /// The state after it.
    pub after: Arc<State>,
}

impl Appended {
    /// The kind of a method, as long as it was there before or is there after.
    pub fn kind_of(&self, user: Option<UserId>, method: MethodId) -> Option<Kind> {
        let user = user?;
        let after = self.after.kind_of(user, method);
        after.or_else(|| self.before.kind_of(user, method))
    }
}
