//! Who could sign in now, and who could not: asks the daemon what each account would meet at each service.

use super::accounts::{Account, accounts, some_of};
use super::finding::{Area, Finding, Findings, Severity};
use super::pam::Protection;
use secinfo_pam_stack::root::Root;
use secinfo_terminal::text::{shell_word, visible};
use secinfo_wire::names::expected::{NOT_COVERED, SET_UP, VERIFY};
use secinfo_wire::names::kind::ACCESS_PASS;
use secinfo_wire::names::sign_in::reason::{ACCESS_PASS_NEEDED, LOCKED, RENAMED};
use secinfo_wire::{Error, ExpectedSignIn, ManagerProxy};
use std::collections::BTreeMap;
use std::time::Duration;

/// Services at which a user begins a session.
const SESSIONS: [&str; 8] = [
    "cockpit",
    "gdm-password",
    "lightdm",
    "login",
    "remote",
    "sddm",
    "sshd",
    "xdm",
];
/// Services at which a user becomes another one. `su` is none: it asks for the password of root, and for what root has.
const BECOMES: [&str; 3] = ["polkit-1", "sudo", "sudo-i"];
/// The shells of accounts that nobody signs in to.
const NO_SHELLS: [&str; 3] = ["nologin", "false", "sync"];
/// The uids of people, beside root.
const PEOPLE: std::ops::RangeInclusive<u32> = 1000..=59_999;
/// How many users are asked for.
const MOST: usize = 500;
/// How long the daemon may take to answer for all of them.
const PATIENCE: Duration = Duration::from_secs(30);
const ABOUT: &str = "who could sign in";

/// The findings that no administrator gets in.
pub(crate) const NO_ADMINISTRATOR: [&str; 2] =
    ["sign-in-no-administrator", "sign-in-nobody-becomes-root"];

/// What one account would meet.
struct Outlook {
    name: String,
    is_administrator: bool,
    /// Why they could not begin a session, or become another user; none where they could at one service at least,
    /// or no service was asked about.
    no_session: Option<Why>,
    cannot_become: Option<Why>,
    /// The services at which they could not begin a session.
    refused_at: Vec<(&'static str, Why)>,
}

/// Why a user could not get in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    AccountLocked,
    Renamed,
    PassNeeded,
    NothingToSetUpWith,
    NoMethod,
    NothingAllowed,
}

/// Asks for every account that people sign in to, at the services that ask secinfo.
pub(crate) async fn check(
    root: &Root,
    address: Option<&str>,
    protection: &Protection,
    findings: &mut Findings,
) {
    let asks = |name: &&str| protection.services.contains(*name);
    let sessions: Vec<_> = SESSIONS.into_iter().filter(asks).collect();
    let becomes: Vec<_> = BECOMES.into_iter().filter(asks).collect();
    if sessions.is_empty() && becomes.is_empty() {
        return;
    }
    if !root.is_this_host() {
        findings.missed(Area::Pam, ABOUT, "the daemon is not that of this host");
        return;
    }
    let people: Vec<_> = accounts(root).into_iter().filter(is_of_a_person).collect();
    if people.len() > MOST {
        findings.missed(
            Area::Pam,
            "who could sign in, of accounts beyond the first 500",
            "that would take too long",
        );
    }
    let asked = outlooks(address, &people, [&sessions, &becomes], protection);
    let why = match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(outlooks)) => {
            findings.saw(Area::Pam, ABOUT);
            for finding in judge(&outlooks) {
                findings.add(finding);
            }
            return;
        }
        Ok(Err(error)) => visible(&error.to_string()),
        Err(_) => "secinfod has not said it of all users in 30 seconds".to_owned(),
    };
    findings.missed(Area::Pam, ABOUT, &why);
}

fn is_of_a_person(account: &Account) -> bool {
    let file = account.shell.rsplit('/').next().unwrap_or_default();
    (account.uid == 0 || PEOPLE.contains(&account.uid)) && !NO_SHELLS.contains(&file)
}

async fn outlooks(
    address: Option<&str>,
    people: &[Account],
    [sessions, becomes]: [&[&'static str]; 2],
    protection: &Protection,
) -> Result<Vec<Outlook>, Error> {
    let connection = secinfo_wire::connect(address).await?;
    let manager = ManagerProxy::new(&connection).await?;
    let mut outlooks = Vec::new();
    for account in people.iter().take(MOST) {
        let mut is_administrator = false;
        let mut refused = [Vec::new(), Vec::new()];
        for (refused, services) in refused.iter_mut().zip([sessions, becomes]) {
            for service in services {
                let expected = manager.get_expected_sign_in(account.uid, service).await?;
                is_administrator |= expected.administrator;
                let mut why = refusal(&expected, protection.set_up.contains(*service));
                if why == Some(Why::NoMethod) {
                    let policy = manager.get_policy(account.uid, service).await?;
                    why = Some(no_method(&policy.allowed));
                }
                refused.extend(why.map(|why| (*service, why)));
            }
        }
        let [refused_at, cannot_become] = refused;
        outlooks.push(Outlook {
            name: account.name.clone(),
            is_administrator: is_administrator && account.uid != 0,
            no_session: everywhere(&refused_at, sessions),
            cannot_become: everywhere(&cannot_become, becomes),
            refused_at,
        });
    }
    Ok(outlooks)
}

/// Why a user gets in nowhere, if they are refused at each of the services.
fn everywhere(refused: &[(&str, Why)], services: &[&str]) -> Option<Why> {
    let (_, why) = refused.last()?;
    (refused.len() == services.len()).then_some(*why)
}

/// Why a user could not get in, if so, at a service that takes users through set-up or does not.
fn refusal(expected: &ExpectedSignIn, sets_up: bool) -> Option<Why> {
    match expected.beginning.as_str() {
        NOT_COVERED | VERIFY => None,
        SET_UP if expected.grace_ends > 0 || sets_up => None,
        SET_UP => Some(Why::NothingToSetUpWith),
        _ if expected.reason == ACCESS_PASS_NEEDED => Some(Why::PassNeeded),
        _ if expected.reason == LOCKED => Some(Why::AccountLocked),
        _ if expected.reason == RENAMED => Some(Why::Renamed),
        _ => Some(Why::NoMethod),
    }
}

/// Why a user has no method that is enough, where these kinds are allowed.
fn no_method(allowed: &[String]) -> Why {
    if allowed.iter().any(|kind| kind == ACCESS_PASS) {
        Why::NoMethod
    } else {
        Why::NothingAllowed
    }
}

fn judge(outlooks: &[Outlook]) -> Vec<Finding> {
    let administrators: Vec<&Outlook> =
        outlooks.iter().filter(|one| one.is_administrator).collect();
    // Where nobody else administers the host, root does.
    let root: Vec<&Outlook> = outlooks.iter().filter(|one| one.name == "root").collect();
    let administrators = if administrators.is_empty() {
        root
    } else {
        administrators
    };
    let mut found = Vec::new();
    for (id, what, why) in [
        (
            NO_ADMINISTRATOR[0],
            "No administrator could sign in now",
            (|one| one.no_session) as fn(&Outlook) -> Option<Why>,
        ),
        (
            NO_ADMINISTRATOR[1],
            "No administrator could become root now, by sudo or su",
            |one| one.cannot_become,
        ),
    ] {
        let whys: Option<Vec<_>> = administrators
            .iter()
            .map(|one| why(one).map(|why| (one.name.as_str(), why)))
            .collect();
        if let Some(whys) = whys.filter(|whys| !whys.is_empty()) {
            found.push(finding(id, Severity::Error, what, &whys));
        }
    }
    if found.is_empty() {
        found.extend(at_services(&administrators));
    }
    let has_error = found.iter().any(|one| one.severity == Severity::Error);
    let refused = outlooks.iter().filter_map(|one| {
        let why = one.no_session.filter(|_| one.name != "root")?;
        Some((one.name.as_str(), why))
    });
    let refused: Vec<_> = refused.collect();
    if !refused.is_empty() && !has_error {
        let what = "Some users could not sign in now";
        found.push(finding(
            "sign-in-users-refused",
            Severity::Warning,
            what,
            &refused,
        ));
    }
    found
}

/// Services at which no administrator could sign in, though one could elsewhere.
fn at_services(administrators: &[&Outlook]) -> Vec<Finding> {
    let at = |one: &Outlook, service| {
        let mut refused = one.refused_at.iter();
        refused.find_map(|(name, why)| (*name == service).then_some(*why))
    };
    let shut = SESSIONS.into_iter().filter_map(|service| {
        let whys: Option<Vec<_>> = administrators
            .iter()
            .map(|one| at(one, service).map(|why| (one.name.as_str(), why)))
            .collect();
        let whys = whys.filter(|whys| !whys.is_empty())?;
        let what = format!("No administrator could sign in at {service} now");
        Some(Finding {
            subject: service.to_owned(),
            services: vec![service.to_owned()],
            ..finding(
                "sign-in-no-administrator-there",
                Severity::Warning,
                &what,
                &whys,
            )
        })
    });
    shut.collect()
}

/// Tells who could not, and why.
fn finding(id: &'static str, severity: Severity, what: &str, whys: &[(&str, Why)]) -> Finding {
    let mut by_reason: BTreeMap<Why, Vec<String>> = BTreeMap::new();
    for (name, why) in whys {
        by_reason.entry(*why).or_default().push(visible(name));
    }
    let mut told = Vec::new();
    let mut remedies = Vec::new();
    for (why, names) in by_reason {
        let (lacks, remedy) = why.in_words(names.len() > 1);
        told.push(format!("{} {lacks}", some_of(&names)));
        remedies.push(match names.as_slice() {
            [name] => remedy.replace("NAME", &shell_word(name)),
            _ => remedy.to_owned(),
        });
    }
    Finding {
        id,
        severity,
        area: Area::Pam,
        subject: "sign-in".to_owned(),
        services: Vec::new(),
        what: format!("{what}: {}.", told.join("; ")),
        remedy: remedies.join(" "),
        changes: Vec::new(),
    }
}

impl Why {
    const fn in_words(self, several: bool) -> (&'static str, &'static str) {
        match (self, several) {
            (Self::AccountLocked, false) => ("has locked the account", Self::UNLOCK),
            (Self::AccountLocked, true) => ("have locked their accounts", Self::UNLOCK),
            (Self::Renamed, false) => ("had another name, which has methods", Self::RENAME),
            (Self::Renamed, true) => ("had other names, which have methods", Self::RENAME),
            (Self::PassNeeded, false) => ("needs an access pass", Self::PASS),
            (Self::PassNeeded, true) => ("need access passes", Self::PASS),
            (Self::NothingToSetUpWith, false) => (
                "has no method, and can set none up there",
                Self::SET_UP_FIRST,
            ),
            (Self::NothingToSetUpWith, true) => (
                "have no method, and can set none up there",
                Self::SET_UP_FIRST,
            ),
            (Self::NoMethod, false) => ("has no method that is enough", Self::ADD),
            (Self::NoMethod, true) => ("have no method that is enough", Self::ADD),
            (Self::NothingAllowed, false) => {
                ("has no method of a kind that is allowed", Self::ALLOW)
            }
            (Self::NothingAllowed, true) => {
                ("have no method of a kind that is allowed", Self::ALLOW)
            }
        }
    }

    const ALLOW: &'static str = "Allow the kinds that they have, or access passes: allowed in [policy] of config.toml, and in its \
         sections for groups and services.";
    const UNLOCK: &'static str = "Find out why, then: sudo secinfo unlock NAME.";
    const RENAME: &'static str = "See sudo secinfo users --departed. For the same person, run sudo secinfo users rename FORMER NAME; \
         for another one, sudo secinfo erase --departed FORMER.";
    const PASS: &'static str = "Issue one to each: sudo secinfo access-pass issue NAME. Or set first_method = \"session\" in [policy].";
    const SET_UP_FIRST: &'static str = "Have them run secinfo add authenticator-app before, or give days of grace: \
         grace_days in [policy].";
    const ADD: &'static str =
        "Have them add one that policy allows there (secinfo add), or issue an access pass.";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(beginning: &str, reason: &str, grace_ends: u64) -> ExpectedSignIn {
        ExpectedSignIn {
            beginning: beginning.to_owned(),
            reason: reason.to_owned(),
            grace_ends,
            administrator: false,
        }
    }

    #[test]
    fn a_user_gets_in_who_can_be_asked_or_set_up_or_has_time_left() {
        for (beginning, reason, grace_ends, sets_up, why) in [
            ("not-covered", "", 0, false, None),
            ("verify", "", 0, false, None),
            ("set-up", "", 0, true, None),
            ("set-up", "", 1, false, None),
            ("set-up", "", 0, false, Some(Why::NothingToSetUpWith)),
            (
                "refused",
                "access-pass-needed",
                0,
                true,
                Some(Why::PassNeeded),
            ),
            ("refused", "locked", 0, true, Some(Why::AccountLocked)),
            ("refused", "renamed", 0, true, Some(Why::Renamed)),
            ("refused", "no-method", 0, true, Some(Why::NoMethod)),
            // A later daemon's word is no way in.
            ("unheard-of", "", 1, true, Some(Why::NoMethod)),
        ] {
            let expected = expected(beginning, reason, grace_ends);
            assert_eq!(refusal(&expected, sets_up), why, "{beginning} {reason}");
        }
    }

    #[test]
    fn no_pass_is_advised_where_none_is_allowed() {
        assert_eq!(no_method(&["text".to_owned()]), Why::NothingAllowed);
        let both = ["text", "access-pass"].map(str::to_owned);
        assert_eq!(no_method(&both), Why::NoMethod);
        let shut = Some(Why::NothingAllowed);
        let found = judge(&[outlook("admin", true, shut), outlook("boss", true, shut)]);
        assert!(
            found[0]
                .what
                .contains("admin and boss have no method of a kind that is allowed")
        );
        assert!(
            found[0].remedy.contains("allowed in [policy]")
                && !found[0].remedy.contains("secinfo access-pass")
        );
    }

    fn outlook(name: &str, is_administrator: bool, why: Option<Why>) -> Outlook {
        Outlook {
            name: name.to_owned(),
            is_administrator,
            no_session: why,
            cannot_become: why,
            refused_at: why.map(|why| ("sshd", why)).into_iter().collect(),
        }
    }

    #[test]
    fn one_administrator_who_gets_in_is_enough_and_none_is_an_error() {
        let shut = Some(Why::PassNeeded);
        let ids = |outlooks: &[Outlook]| -> Vec<_> {
            let found = judge(outlooks).into_iter();
            found
                .map(|finding| (finding.id, finding.severity))
                .collect()
        };
        let both = [
            ("sign-in-no-administrator", Severity::Error),
            ("sign-in-nobody-becomes-root", Severity::Error),
        ];
        assert_eq!(
            ids(&[outlook("root", false, None), outlook("admin", true, shut)]),
            both
        );
        assert_eq!(
            ids(&[outlook("root", false, shut), outlook("bob", false, None)]),
            both
        );
        let one = [outlook("admin", true, shut), outlook("boss", true, None)];
        assert_eq!(ids(&one), [("sign-in-users-refused", Severity::Warning)]);
        assert!(ids(&[outlook("root", false, None), outlook("bob", false, None)]).is_empty());
    }

    #[test]
    fn a_service_that_refuses_all_administrators_is_told_of_though_another_lets_them_in() {
        let at_sshd = |name: &str| Outlook {
            refused_at: vec![("sshd", Why::PassNeeded)],
            ..outlook(name, true, None)
        };
        let found = judge(&[at_sshd("admin")]);
        assert_eq!(
            (found[0].id, found[0].severity, found[0].subject.as_str()),
            ("sign-in-no-administrator-there", Severity::Warning, "sshd")
        );
        assert!(
            found[0].remedy.contains("access-pass issue admin."),
            "{}",
            found[0].remedy
        );
        assert!(judge(&[at_sshd("admin"), outlook("boss", true, None)]).is_empty());
    }

    #[test]
    fn it_is_told_who_lacks_what_and_what_to_do() {
        let names: Vec<String> = (1..=7).map(|number| format!("user-{number}")).collect();
        let mut outlooks: Vec<_> = names
            .iter()
            .map(|name| outlook(name, false, Some(Why::PassNeeded)))
            .collect();
        outlooks.push(outlook("admin", true, None));
        outlooks.push(outlook("eve", false, Some(Why::NoMethod)));
        let found = judge(&outlooks);
        assert_eq!(
            found[0].what,
            "Some users could not sign in now: user-1, user-2, user-3, user-4, user-5 and 2 others need access \
             passes; eve has no method that is enough."
        );
        assert!(
            found[0]
                .remedy
                .contains("sudo secinfo access-pass issue NAME")
        );
    }

    #[test]
    fn accounts_of_programs_are_not_asked_for() {
        let account = |uid, shell: &str| Account {
            name: "any".to_owned(),
            uid,
            gid: uid,
            shell: shell.to_owned(),
        };
        for (uid, shell, is) in [
            (0, "/bin/bash", true),
            (1000, "/usr/bin/zsh", true),
            (1000, "/usr/sbin/nologin", false),
            (33, "/bin/sh", false),
            (65_534, "/bin/sh", false),
        ] {
            assert_eq!(is_of_a_person(&account(uid, shell)), is, "{uid} {shell}");
        }
    }
}
