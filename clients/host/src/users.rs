//! All users that the daemon knows, a page after the other.

use secinfo_wire::{DepartedUser, Error, ManagerProxy, UserSummary};

/// How many are asked for at once.
const PAGE: u32 = 500;

/// Every user with security info, by name.
///
/// # Errors
/// Refused to all but administrators.
pub async fn every_user(manager: &ManagerProxy<'_>) -> Result<Vec<UserSummary>, Error> {
    let name = |user: &UserSummary| user.name.clone();
    pages(name, async |after: &str| {
        manager.list_users(after, PAGE).await
    })
    .await
}

/// Every user whose account is gone or has another name now, by name.
///
/// # Errors
/// Refused to all but administrators.
pub async fn every_departed(manager: &ManagerProxy<'_>) -> Result<Vec<DepartedUser>, Error> {
    let name = |user: &DepartedUser| user.name.clone();
    pages(name, async |after: &str| {
        manager.list_departed(after, PAGE).await
    })
    .await
}

async fn pages<User>(
    name: impl Fn(&User) -> String,
    page: impl AsyncFn(&str) -> Result<Vec<User>, Error>,
) -> Result<Vec<User>, Error> {
    let mut users: Vec<User> = Vec::new();
    loop {
        let after = users.last().map_or_else(String::new, &name);
        let further = page(&after).await?;
        // A daemon that repeats itself must not keep us for ever.
        let goes_on = further
            .first()
            .is_some_and(|user| after.is_empty() || name(user) > after);
        if !goes_on {
            return Ok(users);
        }
        let is_last = further.len() < PAGE as usize;
        users.extend(further);
        if is_last {
            return Ok(users);
        }
    }
}
