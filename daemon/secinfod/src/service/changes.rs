//! Changes to security info other than enrolling.

use super::{Requester, Service, ServiceError};
use secinfo_domain::event::Fact;
use secinfo_domain::{Action, Label, MethodId, Refusal, Sealed, SealedPart, Timestamp};

use super::payload::plain;

/// What became of a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// It is done.
    Done,
    /// It waits until then, because the proof was of a weaker method.
    Waits(Timestamp),
}

impl Service {
    /// Gives a method another label.
    pub async fn rename(
        &self,
        uid: u32,
        by: &Requester,
        method: MethodId,
        label: Label,
    ) -> Result<(), ServiceError> {
        let person = self.person(uid)?;
        let state = self.state();
        let user = Self::user_state(&state, &person).ok_or(Refusal::UnknownMethod)?;
        user.method(method).ok_or(Refusal::UnknownMethod)?;
        let sealed = self
            .reader
            .seal(method.into(), SealedPart::Label, &plain(&label)?)?;
        let action = Action::Rename {
            method,
            label: Sealed::new(sealed),
        };
        self.commit(&person, by, action, Vec::new())
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
        let person = self.person(uid)?;
        let events = self
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
        let state = self.state();
        let due = Self::user_state(&state, &person)
            .and_then(|user| user.method(method))
            .and_then(secinfo_domain::state::Method::deletion_due);
        due.map(Deletion::Waits)
            .ok_or_else(|| Refusal::UnknownMethod.into())
    }

    /// Does one thing to the security info of a user that needs nothing but saying so: cancel a
    /// deletion, set the default, unlock, erase, revoke a pass.
    pub async fn act(&self, uid: u32, by: &Requester, action: Action) -> Result<(), ServiceError> {
        let person = self.person(uid)?;
        let erases = matches!(action, Action::Erase);
        self.commit(&person, by, action, Vec::new()).await?;
        if erases {
            let user = person.id;
            self.enrollments
                .close_about(|enrollment| enrollment.person.id == user);
            self.verifications
                .close_about(|verification| verification.person.id == user);
            self.sign_ins.close_about(|sign_in| sign_in.is_of(&person));
        }
        Ok(())
    }

    /// Finds a hardware token again by two consecutive codes.
    pub async fn resynchronize(
        &self,
        uid: u32,
        by: &Requester,
        method: MethodId,
        codes: (&str, &str),
    ) -> Result<(), ServiceError> {
        let person = self.person(uid)?;
        let state = self.state();
        let user = Self::user_state(&state, &person).ok_or(Refusal::UnknownMethod)?;
        let found = self.find_token(user.method(method).ok_or(Refusal::UnknownMethod)?, codes)?;
        self.commit(
            &person,
            by,
            Action::Resynchronize { method, found },
            Vec::new(),
        )
        .await
        .map(|_| ())
    }
}
