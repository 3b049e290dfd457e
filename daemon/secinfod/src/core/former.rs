//! Users under another name: the accounts that had a uid before, and what an administrator says of them.

use super::account::{Account, Person};
use super::batch::PendingCommand;
use super::sealed::UserPayload;
use super::writer::stopping;
use super::{Core, Requester, ServiceError};
use secinfo_domain::{Action, Event, SealedPart, State, UserId};
use std::sync::Arc;
use tokio::sync::oneshot;

impl Core {
    /// The user whom the log has for an account, whether the host still knows the account or not.
    pub(crate) fn recorded(&self, account: Account) -> Result<Person, ServiceError> {
        let id = self
            .reader
            .index
            .lookup(account.uid, account.name.as_str())?
            .ok_or(ServiceError::NotFound)?;
        Ok(Person::known(account, id))
    }

    /// The users who had the uid of this one under names that the host no longer knows. They are looked up for
    /// one who has nothing to sign in with.
    ///
    /// # Errors
    /// Where NSS does not answer: that is no sign of a name's being gone.
    pub(super) fn former(
        &self,
        state: &State,
        person: &Person,
    ) -> Result<Vec<UserId>, ServiceError> {
        let user = state.user(person.id);
        if user.is_some_and(|user| user.has_sign_in_method(self.now())) {
            return Ok(Vec::new());
        }
        let mut former = Vec::new();
        for id in self.reader.index.holders(person.uid())? {
            if id == person.id || state.user(id).is_none() {
                continue;
            }
            // One whose name cannot be read may have had another.
            let is_there = match self.account_of(id) {
                Some(account) => self.accounts.is_there(&account)?,
                None => false,
            };
            if !is_there {
                former.push(id);
            }
        }
        Ok(former)
    }

    /// Lets the user go by the name of the account `now`, which has the same uid. Who goes by it so far gives
    /// way, if nothing is lost with them.
    pub(crate) async fn rename(
        self: &Arc<Self>,
        former: &Person,
        now: &Account,
        by: &Requester,
    ) -> Result<Vec<Event>, ServiceError> {
        let payload = UserPayload {
            uid: now.uid,
            name: now.name.clone(),
        };
        let sealed = self.seal(former.id.into(), SealedPart::User, &payload)?;
        let replaces = None;
        let action = Action::RenameUser { sealed, replaces };
        let (mut command, mut accounts) = self.introducing(former, by, action)?;
        let (answer, answered) = oneshot::channel();
        let (core, former, now) = (Arc::clone(self), former.account.clone(), now.clone());
        // Between two commits nobody is introduced, so that nobody else can take the name.
        let decide = move |appender: &mut super::Appender| {
            let index = core.reader.index.clone();
            core.accounts.while_taken(&now, || {
                let other = index.lookup(now.uid, now.name.as_str());
                let other = match other {
                    Ok(other) => other,
                    Err(error) => return drop(answer.send(Err(error.into()))),
                };
                if let Action::RenameUser { replaces, .. } = &mut command.action {
                    *replaces = other;
                }
                accounts.extend(other.map(|id| Person::known(now.clone(), id)));
                appender.commit_alone(PendingCommand {
                    command: command.into(),
                    keys: Vec::new(),
                    accounts,
                    renamed_to: Some(now.clone()),
                    answer,
                });
            });
            core.accounts.forget(&former);
        };
        self.between_commits(decide).await?;
        answered.await.map_err(|_| stopping())?
    }
}
