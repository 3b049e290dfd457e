//! Looks for users whose accounts are gone, or have another name now.

use super::accounts::some_of;
use super::finding::{Area, Finding, Findings, Severity};
use crate::users::every_departed;
use secinfo_pam_stack::root::Root;
use secinfo_terminal::text::visible;
use secinfo_wire::{DepartedUser, Error, ManagerProxy};
use std::time::Duration;

/// How long the daemon may take to look all users up.
const PATIENCE: Duration = Duration::from_secs(20);

const ABOUT: &str = "users whose accounts are gone";

/// Asks the daemon for the users whose accounts the host no longer knows.
pub(crate) async fn check(root: &Root, address: Option<&str>, findings: &mut Findings) {
    if !root.is_this_host() {
        findings.missed(Area::Daemon, ABOUT, "the daemon is not that of this host");
        return;
    }
    let why = match tokio::time::timeout(PATIENCE, users(address)).await {
        Ok(Ok(users)) => {
            findings.saw(Area::Daemon, ABOUT);
            for finding in judge(&users) {
                findings.add(finding);
            }
            return;
        }
        Ok(Err(error)) => visible(&error.to_string()),
        Err(_) => "secinfod has not looked all users up in 20 seconds".to_owned(),
    };
    findings.missed(Area::Daemon, ABOUT, &why);
}

async fn users(address: Option<&str>) -> Result<Vec<DepartedUser>, Error> {
    let connection = secinfo_wire::connect(address).await?;
    let manager = ManagerProxy::new(&connection).await?;
    every_departed(&manager).await
}

fn judge(users: &[DepartedUser]) -> Vec<Finding> {
    let (renamed, gone): (Vec<_>, Vec<_>) = users
        .iter()
        .partition(|user| !user.now.is_empty() && user.methods > 0);
    let found = |id, severity, names: &[String], what: &str, remedy: &str| {
        (!names.is_empty()).then(|| Finding {
            id,
            severity,
            area: Area::Daemon,
            subject: "users".to_owned(),
            services: Vec::new(),
            what: format!("{what}: {}.", some_of(names)),
            remedy: remedy.to_owned(),
            changes: Vec::new(),
        })
    };
    let renamed: Vec<_> = renamed
        .into_iter()
        .map(|user| format!("{} (now {})", visible(&user.name), visible(&user.now)))
        .collect();
    let gone: Vec<_> = gone.into_iter().map(|user| visible(&user.name)).collect();
    let renamed = found(
        "users-renamed",
        Severity::Warning,
        &renamed,
        "These names have methods, and their uids have other names now",
        "For the same person, run sudo secinfo users rename FORMER NAME; for another one, sudo secinfo erase --departed FORMER.",
    );
    let gone = found(
        "users-departed",
        Severity::Info,
        &gone,
        "There is security info of accounts that this host does not know",
        "Once they have left for good, run sudo secinfo erase --departed NAME; sudo secinfo users --departed shows all of them.",
    );
    renamed.into_iter().chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str, methods: u32, now: &str) -> DepartedUser {
        DepartedUser {
            uid: 1000,
            name: name.to_owned(),
            methods,
            now: now.to_owned(),
        }
    }

    #[test]
    fn who_may_be_renamed_is_a_warning_and_who_has_left_is_told() {
        let found = judge(&[
            user("alice", 2, "alicia"),
            user("bob", 1, ""),
            user("carol", 0, "eve"),
        ]);
        let told: Vec<_> = found.iter().map(|one| (one.id, one.severity)).collect();
        let expected = [
            ("users-renamed", Severity::Warning),
            ("users-departed", Severity::Info),
        ];
        assert_eq!(told, expected);
        assert!(found[0].what.ends_with("alice (now alicia)."));
        assert!(found[1].what.ends_with("bob and carol."));
        assert!(judge(&[]).is_empty());
    }
}
