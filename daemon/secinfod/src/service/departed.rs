//! Users whose accounts are gone, or have another name now.

use super::{Account, Requester, Service, ServiceError};
use crate::core::{Core, Person};
use secinfo_domain::state::UserState;
use secinfo_domain::{Action, UserId, UserName};
use secinfo_wire::names::user_state;

/// A user whose account the host does not know.
pub struct DepartedUser {
    /// The account, as the log has it.
    pub account: Account,
    /// How many methods they have.
    pub methods: u32,
    /// The name that has their uid now, where there is one.
    pub now: Option<UserName>,
}

impl Service {
    /// A page of the users whose accounts are gone or have another name now, by name, those after `after`.
    ///
    /// # Errors
    /// Where the system's user database does not answer: of nobody is said then that they are gone.
    pub fn departed(&self, after: &str, limit: usize) -> Result<Vec<DepartedUser>, ServiceError> {
        let (core, state) = (&self.core, self.core.state());
        let user = |(id, user): (UserId, &UserState)| {
            let account = core.account_of(id)?;
            let methods = u32::try_from(user.methods().len()).unwrap_or(u32::MAX);
            (account.name.as_str() > after).then_some((account, methods))
        };
        let mut users: Vec<_> = state.users().filter_map(user).collect();
        users.sort_by(|(a, _), (b, _)| (&a.name, a.uid).cmp(&(&b.name, b.uid)));
        let mut departed = Vec::new();
        for (account, methods) in users {
            if departed.len() == limit {
                break;
            }
            if core.accounts().is_there(&account)? {
                continue;
            }
            let now = core.accounts().now_at(account.uid)?;
            departed.push(DepartedUser {
                now: now.map(|now| now.name),
                account,
                methods,
            });
        }
        Ok(departed)
    }

    /// Lets a user go by the name that their account has now.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] where there is no account of the new name, or no user of the former name with
    /// its uid.
    pub async fn rename_user(
        &self,
        former: UserName,
        name: &UserName,
        by: &Requester,
    ) -> Result<(), ServiceError> {
        let accounts = self.core.accounts();
        let named = accounts.by_name(name)?.ok_or(ServiceError::NotFound)?;
        // Two names may have one uid, and the other is what the uid means.
        let now = accounts
            .now_at(named.uid)?
            .filter(|now| now.name == *name)
            .ok_or(ServiceError::NotFound)?;
        let former = self.gone(Account {
            uid: now.uid,
            name: former,
        })?;
        self.security_info.notices.rename(&former, &now, by).await?;
        self.open_sessions.close_of(&former);
        Ok(())
    }

    /// Erases a user whose account is gone.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] where there is no such user; as [`Self::departed`].
    pub async fn erase_departed(
        &self,
        account: Account,
        by: &Requester,
    ) -> Result<(), ServiceError> {
        let person = self.gone(account)?;
        let notices = &self.security_info.notices;
        notices
            .commit(&person, by, Action::Erase, Vec::new())
            .await?;
        self.core.accounts().forget(&person.account);
        self.open_sessions.close_of(&person);
        Ok(())
    }

    /// The user of an account that the host no longer knows.
    fn gone(&self, account: Account) -> Result<Person, ServiceError> {
        let person = self.core.recorded(account)?;
        if self.core.accounts().is_there(&person.account)? {
            let name = person.account.name.as_str();
            return Err(ServiceError::InvalidArgument(format!(
                "{name} is an account of this host still: nothing was changed"
            )));
        }
        Ok(person)
    }
}

/// How an account stands in the list of all that is not there under its name; none where it is, and where
/// the system's user database does not answer.
pub(super) fn absence(core: &Core, account: &Account) -> Option<&'static str> {
    let accounts = core.accounts();
    if accounts.is_there(account).unwrap_or(true) {
        return None;
    }
    match accounts.now_at(account.uid) {
        Ok(Some(_)) => Some(user_state::RENAMED),
        Ok(None) => Some(user_state::GONE),
        Err(_) => None,
    }
}
