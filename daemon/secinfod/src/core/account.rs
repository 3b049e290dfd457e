//! Unix accounts, and the users that we know them as.

use super::error::ServiceError;
use super::random::random_id;
use super::sealed::{UserPayload, plain};
use nix::unistd::{Gid, Group, Uid, User, getgrouplist};
use secinfo_domain::{GroupName, Sealed, SealedPart, UserId, UserName};
use secinfo_ledger::{NewKey, UserIndex};
use std::collections::HashMap;
use std::ffi::CString;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// How long an answer of NSS is used again: long enough for the calls of one login, too short for
/// an account to be deleted and its uid given to another.
const REMEMBERED: Duration = Duration::from_secs(2);

/// The most accounts that are remembered at once.
const MOST_REMEMBERED: usize = 1024;

/// The most members of a group that are looked up.
const MOST_MEMBERS: usize = 64;

/// A Unix account: uid and name together. A uid that comes back with another name is not the same
/// user.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Account {
    /// The uid.
    pub uid: u32,
    /// The name.
    pub name: UserName,
}

/// A user: an account, under the id that the log knows it by.
#[derive(Clone)]
pub struct Person {
    /// The account.
    pub account: Account,
    /// The user's id.
    pub id: UserId,
    new: Option<Arc<Newcomer>>,
}

/// What the log needs of a user who is seen for the first time.
struct Newcomer {
    /// Whether the log has the user by now. No user is introduced twice: after an erasure that
    /// would bring back the key that was destroyed.
    introduced: AtomicBool,
    id: UserId,
    sealed: Sealed,
    key: Arc<NewKey>,
}

/// NSS did not answer.
#[derive(Debug, thiserror::Error)]
#[error(
    "the system's user database did not answer ({0}): check nsswitch.conf and the services it names"
)]
pub struct AccountError(#[from] nix::Error);

impl From<AccountError> for ServiceError {
    fn from(error: AccountError) -> Self {
        Self::Internal(error.to_string())
    }
}

/// Unix accounts, by NSS.
#[derive(Default)]
pub struct Accounts {
    remembered: Mutex<HashMap<u32, (Instant, Account)>>,
    /// The ids of users who were seen in the log. An account keeps its id as long as the log has the user,
    /// and the index costs several openings of records.
    known: Mutex<HashMap<Account, UserId>>,
    /// Users who were seen and are not in the log yet: all who ask at once get the same id.
    newcomers: Mutex<HashMap<Account, Arc<Newcomer>>>,
}

impl Person {
    /// A user who is in the log.
    pub(crate) const fn known(account: Account, id: UserId) -> Self {
        Self {
            account,
            id,
            new: None,
        }
    }

    /// The uid of the account.
    pub const fn uid(&self) -> u32 {
        self.account.uid
    }

    /// The sealed name, for a user who is not in the log yet.
    pub(super) fn introduction(&self) -> Option<(UserId, Sealed)> {
        self.new.as_ref().map(|new| (new.id, new.sealed.clone()))
    }

    /// Whether the log has taken the user in since they were seen for the first time.
    pub(super) fn was_introduced(&self) -> bool {
        self.new
            .as_ref()
            .is_some_and(|new| new.introduced.load(Ordering::Acquire))
    }

    /// Marks the user as taken into the log.
    pub(super) fn mark_introduced(&self) {
        if let Some(new) = &self.new {
            new.introduced.store(true, Ordering::Release);
        }
    }

    /// The key of a user who is not in the log yet.
    pub(super) fn key(&self) -> Option<&Arc<NewKey>> {
        self.new.as_ref().map(|new| &new.key)
    }
}

impl Accounts {
    /// The account with this uid; none when NSS knows none, or one whose name cannot be a name.
    pub fn by_uid(&self, uid: u32) -> Result<Option<Account>, AccountError> {
        if let Some(account) = self.recall(uid) {
            return Ok(Some(account));
        }
        let found = blocking(|| User::from_uid(Uid::from_raw(uid)))?;
        Ok(found
            .and_then(|user| self.take_in(&user))
            .filter(|account| account.uid == uid))
    }

    /// The account with this name.
    pub fn by_name(&self, name: &UserName) -> Result<Option<Account>, AccountError> {
        // Not remembered: another account may have the same uid, and is the one that the uid means.
        let found = blocking(|| User::from_name(name.as_str()))?;
        Ok(found.and_then(|user| account_of(&user)))
    }

    /// Whether NSS still knows this account: the name, with the uid.
    pub fn is_there(&self, account: &Account) -> Result<bool, AccountError> {
        let found = self.by_name(&account.name)?;
        Ok(found.is_some_and(|found| found.uid == account.uid))
    }

    /// The account that has this uid now, whatever was remembered.
    pub fn now_at(&self, uid: u32) -> Result<Option<Account>, AccountError> {
        let found = blocking(|| User::from_uid(Uid::from_raw(uid)))?;
        Ok(found.and_then(|user| self.take_in(&user)))
    }

    /// The names of the groups that an account is in.
    pub fn groups(&self, account: &Account) -> Result<Vec<GroupName>, AccountError> {
        blocking(|| {
            let Some(user) = User::from_name(account.name.as_str())? else {
                return Ok(Vec::new());
            };
            let name = CString::new(account.name.as_str()).map_err(|_| nix::Error::EINVAL)?;
            let mut groups = Vec::new();
            for gid in getgrouplist(&name, user.gid)? {
                groups.extend(group_name(gid)?);
            }
            Ok(groups)
        })
        .map_err(AccountError)
    }

    /// The accounts that a group names as its members, the first of them.
    pub fn members(&self, group: &GroupName) -> Result<Vec<Account>, AccountError> {
        blocking(|| {
            let group = Group::from_name(group.as_str())?;
            let names = group.map_or_else(Vec::new, |group| group.mem);
            let mut members = Vec::new();
            for name in names.iter().take(MOST_MEMBERS) {
                members.extend(User::from_name(name)?.and_then(|user| account_of(&user)));
            }
            Ok(members)
        })
        .map_err(AccountError)
    }

    /// The user of an account: the one in the log, or a newcomer. `is_published` says whether
    /// readers see a user already, which they do a moment after the log has them.
    pub(super) fn person(
        &self,
        account: Account,
        index: &UserIndex,
        is_published: impl Fn(UserId) -> bool,
    ) -> Result<Person, ServiceError> {
        let known = self.known().get(&account).copied();
        if let Some(id) = known.filter(|id| is_published(*id)) {
            return Ok(Person::known(account, id));
        }
        let mut newcomers = self
            .newcomers
            .lock()
            .expect("nothing panics while it holds the newcomers");
        // Looked at before the log: a user who is in it by then is found there.
        let waiting = newcomers
            .get(&account)
            .filter(|new| !new.introduced.load(Ordering::Acquire))
            .cloned();
        if let Some(id) = index.lookup(account.uid, account.name.as_str())? {
            let new = newcomers.get(&account).filter(|new| new.id == id);
            let new = new.filter(|_| !is_published(id)).cloned();
            if new.is_none() {
                newcomers.remove(&account);
                if is_published(id) {
                    self.know(account.clone(), id);
                }
            }
            return Ok(Person { account, id, new });
        }
        if newcomers.len() >= MOST_REMEMBERED {
            // Not one that a command is about to introduce: the account would get a second id.
            newcomers.retain(|_, new| Arc::strong_count(new) > 1);
        }
        let new = if let Some(new) = waiting {
            new
        } else {
            let new = Arc::new(Newcomer::new(&account)?);
            newcomers.insert(account.clone(), Arc::clone(&new));
            new
        };
        Ok(Person {
            account,
            id: new.id,
            new: Some(new),
        })
    }

    /// Does this while no account becomes a new user. The one that is given is another user from then on: who
    /// has seen it as a new one introduces it no more.
    pub(super) fn while_taken<T>(&self, account: &Account, work: impl FnOnce() -> T) -> T {
        let mut newcomers = self
            .newcomers
            .lock()
            .expect("nothing panics while it holds the newcomers");
        if let Some(new) = newcomers.remove(account) {
            new.introduced.store(true, Ordering::Release);
        }
        let done = work();
        self.forget(account);
        done
    }

    /// Forgets which user an account was, because the user was erased or goes by another name.
    pub(crate) fn forget(&self, account: &Account) {
        self.known().remove(account);
    }

    fn know(&self, account: Account, id: UserId) {
        let mut known = self.known();
        if known.len() >= MOST_REMEMBERED {
            known.clear();
        }
        known.insert(account, id);
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Account, UserId>> {
        self.known
            .lock()
            .expect("nothing panics while it holds the users")
    }

    fn recall(&self, uid: u32) -> Option<Account> {
        let remembered = self
            .remembered
            .lock()
            .expect("nothing panics while it holds the accounts");
        remembered
            .get(&uid)
            .filter(|(when, _)| when.elapsed() < REMEMBERED)
            .map(|(_, account)| account.clone())
    }

    fn take_in(&self, user: &User) -> Option<Account> {
        let account = account_of(user)?;
        let mut remembered = self
            .remembered
            .lock()
            .expect("nothing panics while it holds the accounts");
        if remembered.len() >= MOST_REMEMBERED {
            remembered.clear();
        }
        remembered.insert(account.uid, (Instant::now(), account.clone()));
        Some(account)
    }
}

impl Newcomer {
    fn new(account: &Account) -> Result<Self, ServiceError> {
        let id = UserId::from_bytes(random_id()?);
        let key = NewKey::generate(id.into())?;
        let payload = UserPayload {
            uid: account.uid,
            name: account.name.clone(),
        };
        let sealed = Sealed::new(key.seal(SealedPart::User, &plain(&payload)?)?);
        Ok(Self {
            introduced: AtomicBool::new(false),
            id,
            sealed,
            key: Arc::new(key),
        })
    }
}

fn account_of(user: &User) -> Option<Account> {
    Some(Account {
        uid: user.uid.as_raw(),
        name: UserName::parse(&user.name).ok()?,
    })
}

fn group_name(gid: Gid) -> nix::Result<Option<GroupName>> {
    Ok(Group::from_gid(gid)?.and_then(|group| GroupName::parse(&group.name).ok()))
}

/// Runs what may block for a while, such as NSS on a directory over the network, so that the runtime
/// goes on serving other callers.
pub(crate) fn blocking<T>(ask: impl FnOnce() -> T) -> T {
    match tokio::runtime::Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(tokio::runtime::RuntimeFlavor::MultiThread) => tokio::task::block_in_place(ask),
        _ => ask(),
    }
}
