//! Changes to security info other than enrolling.

use super::SecurityInfo;
use crate::core::{Person, Requester, ServiceError};
use crate::methods::payload::label_of;
use secinfo_domain::event::Fact;
use secinfo_domain::{Action, Event, Label, MethodId, Refusal, SealedPart, Timestamp, UserId};

/// The outcome of a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// It is done.
    Done,
    /// It waits until then, because the proof was of a weaker method.
    Waits(Timestamp),
}

impl SecurityInfo {
    /// Gives a method another label. The one that it has already is nothing new, and leaves no event.
    pub async fn rename(
        &self,
        uid: u32,
        by: &Requester,
        method: MethodId,
        label: Label,
    ) -> Result<(), ServiceError> {
        let person = self.core.person(uid)?;
        let state = self.core.state();
        let user = state.user(person.id).ok_or(Refusal::UnknownMethod)?;
        let known = user.method(method).ok_or(Refusal::UnknownMethod)?;
        if label_of(&self.core, known)? == label {
            return Ok(());
        }
        let label = self.core.seal(method.into(), SealedPart::Label, &label)?;
        let action = Action::Rename { method, label };
        self.notices
            .commit(&person, by, action, Vec::new())
            .await
            .map(|_| ())
    }

    /// Deletes a method, at once or after the waiting time.
    pub async fn delete(
        &self,
        uid: u32,
        by: &Requester,
        method: MethodId,
    ) -> Result<Deletion, ServiceError> {
        let person = self.core.person(uid)?;
        let events = self
            .notices
            .commit(&person, by, Action::Delete { method }, Vec::new())
            .await?;
        for event in &events {
            match &event.fact {
                Fact::MethodDeleted(_) => return Ok(Deletion::Done),
                Fact::DeletionScheduled(fact) => return Ok(Deletion::Waits(fact.due)),
                _ => {}
            }
        }
        // Nothing new: the deletion was asked for before, and still waits.
        let state = self.core.state();
        let due = state
            .user(person.id)
            .and_then(|user| user.method(method))
            .and_then(secinfo_domain::state::Method::deletion_due);
        due.map(Deletion::Waits)
            .ok_or_else(|| Refusal::UnknownMethod.into())
    }

    /// Does one thing to the security info of a user that needs nothing but saying so: cancel a
    /// deletion, set the default, unlock, erase, revoke a pass.
    pub(super) async fn act(
        &self,
        uid: u32,
        by: &Requester,
        action: Action,
    ) -> Result<(Person, Vec<Event>), ServiceError> {
        let person = self.core.person(uid)?;
        let events = self.notices.commit(&person, by, action, Vec::new()).await?;
        Ok((person, events))
    }

    /// Carries out everything that is due: new keys for tags, deletions whose waiting time is over,
    /// access passes that have expired; how many users it concerned. One thing for each user at a
    /// time: what is left is due at the next call.
    pub async fn carry_out_due(&self) -> Result<usize, ServiceError> {
        // Deletions do not wait for keys that cannot be renewed at the moment.
        if let Err(error) = self.core.renew_tag_keys().await {
            tracing::warn!(%error, "the keys of tags could not be renewed; it is tried again");
        }
        let due = self.core.state().due(self.core.now());
        for user in &due {
            self.carry_out_for(*user).await?;
        }
        Ok(due.len())
    }

    async fn carry_out_for(&self, user: UserId) -> Result<(), ServiceError> {
        // A user whose account is gone still has what is due.
        let Some(account) = self.core.account_of(user) else {
            return Ok(());
        };
        let person = Person::known(account, user);
        let by = Requester::system(None);
        self.notices
            .commit(&person, &by, Action::CarryOutDue, Vec::new())
            .await
            .map(|_| ())
    }
}
