//! Looks for users who could not reset a forgotten password.

use super::accounts::some_of;
use super::finding::{Area, Finding, Findings, Severity};
use crate::users::every_user;
use secinfo_pam_stack::root::Root;
use secinfo_terminal::text::visible;
use secinfo_wire::{Error, ManagerProxy, UserSummary};
use std::time::Duration;

/// How long the daemon may take to list all users.
const PATIENCE: Duration = Duration::from_secs(20);

const ABOUT: &str = "who could not reset a forgotten password";

/// Asks the daemon for the users who lack methods for a reset. Where passwords are not reset, none does.
pub(crate) async fn check(root: &Root, address: Option<&str>, findings: &mut Findings) {
    if !root.is_this_host() {
        findings.missed(Area::Reset, ABOUT, "the daemon is not that of this host");
        return;
    }
    let why = match tokio::time::timeout(PATIENCE, users(address)).await {
        Ok(Ok(users)) => {
            findings.saw(Area::Reset, ABOUT);
            if let Some(finding) = finding(&users) {
                findings.add(finding);
            }
            return;
        }
        Ok(Err(error)) => visible(&error.to_string()),
        Err(_) => "secinfod has not listed all users in 20 seconds".to_owned(),
    };
    findings.missed(Area::Reset, ABOUT, &why);
}

async fn users(address: Option<&str>) -> Result<Vec<UserSummary>, Error> {
    let connection = secinfo_wire::connect(address).await?;
    every_user(&ManagerProxy::new(&connection).await?).await
}

fn finding(users: &[UserSummary]) -> Option<Finding> {
    // The password of root is never reset.
    let lacking = users
        .iter()
        .filter(|user| user.lacking_for_reset > 0 && user.uid != 0);
    let names: Vec<String> = lacking.map(|user| visible(&user.name)).collect();
    let what = match names.len() {
        0 => return None,
        1 => format!("One user lacks methods for it: {}.", some_of(&names)),
        count => format!("{count} users lack methods for it: {}.", some_of(&names)),
    };
    Some(Finding {
        id: "reset-users-lack",
        severity: Severity::Info,
        area: Area::Reset,
        subject: "reset of a forgotten password".to_owned(),
        services: Vec::new(),
        what,
        remedy: "Ask them to run secinfo, which says what is missing; with remind = true in \
                 [policy.reset] they are told when they sign in."
            .to_owned(),
        changes: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(lacking: usize) -> Vec<UserSummary> {
        let user = |number, lacking_for_reset| UserSummary {
            uid: 1000,
            name: format!("user-{number}"),
            methods: 1,
            default_kind: String::new(),
            state: "ok".to_owned(),
            has_access_pass: false,
            lacking_for_reset,
        };
        let enough = (0..3).map(|number| user(100 + number, 0));
        (1..=lacking)
            .map(|number| user(number, 1))
            .chain(enough)
            .collect()
    }

    #[test]
    fn users_who_lack_methods_are_counted_and_some_of_them_named() {
        for (lacking, said) in [
            (1, "One user lacks methods for it: user-1."),
            (2, "2 users lack methods for it: user-1 and user-2."),
            (
                6,
                "6 users lack methods for it: user-1, user-2, user-3, user-4, user-5 and another.",
            ),
            (
                300,
                "300 users lack methods for it: user-1, user-2, user-3, user-4, user-5 and 295 others.",
            ),
        ] {
            let found = finding(&users(lacking)).map(|finding| finding.what);
            assert_eq!(found.as_deref(), Some(said));
        }
        let mut root = users(1);
        root[0].uid = 0;
        assert!(finding(&root).is_none() && finding(&users(0)).is_none());
    }
}
