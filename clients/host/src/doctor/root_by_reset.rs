//! Checks that nobody gets a new password who can become root with it: the daemon could, with that user's.

use super::accounts::{Account, Group, accounts, groups, some_of};
use super::finding::{Area, Finding, Findings, Severity};
use super::reset::least_uid_of_people;
use super::sudoers::{Sudoers, Who};
use secinfo_pam_stack::root::Root;
use toml::Table;

const CONFIG: &str = "/etc/secinfo/config.toml";
const GROUPS: &str = "/etc/group";
/// The groups that are excluded unless config.toml says otherwise.
const EXCLUDED: [&str; 3] = ["sudo", "wheel", "admin"];
/// Groups whose members can read or write everything, or have root's programs do it.
const AS_ROOT: [&str; 6] = ["disk", "docker", "incus-admin", "libvirt", "lxd", "shadow"];

/// The accounts of a host, and who of them gets no new password.
struct Host {
    accounts: Vec<Account>,
    groups: Vec<Group>,
    excluded: Vec<String>,
    least: u32,
}

/// Looks at a host whose users may reset their passwords.
pub(crate) fn check(root: &Root, findings: &mut Findings) {
    let sudoers = Sudoers::read(root);
    findings.saw(Area::Reset, "who can become root with a new password");
    for (what, why) in sudoers.unseen {
        findings.missed(Area::Reset, what, why);
    }
    let host = Host {
        accounts: accounts(root),
        groups: groups(root),
        excluded: excluded(root),
        least: least_uid_of_people(root),
    };
    let excluded = |who: &Who| matches!(who, Who::Group(name) if host.excluded.contains(name));
    for grant in sudoers.grants {
        // The host may not even have the group.
        if excluded(&grant.who) {
            continue;
        }
        let (subject, remedy) = match &grant.who {
            Who::All => (
                "Everybody".to_owned(),
                "Name in that file a group that needs it, and exclude it from resets as docs/how-to/reset.md says.".to_owned(),
            ),
            Who::Group(name) => (format!("Members of {name}"), host.exclude(name)),
            Who::User(name) => (name.clone(), in_a_group(name)),
            Who::Uid(uid) => (format!("The user of uid {uid}"), in_a_group("the user")),
        };
        let Some(names) = host.of(&grant.who) else {
            let why = format!("{subject}: /etc/passwd and {GROUPS} do not say who that is");
            findings.missed(Area::Reset, grant.file, why);
            continue;
        };
        let commands = if grant.is_every_command {
            "any command"
        } else {
            "some commands"
        };
        let may = format!("may run {commands} as root by sudo");
        let severity = if grant.is_every_command {
            Severity::Warning
        } else {
            Severity::Info
        };
        add(
            findings,
            severity,
            &grant.file,
            (&subject, &may),
            &names,
            &remedy,
        );
    }
    for name in AS_ROOT {
        if let Some(names) = host.of(&Who::Group(name.to_owned())) {
            let subject = format!("Members of {name}");
            let may = "can make themselves root";
            let remedy = host.exclude(name);
            add(
                findings,
                Severity::Warning,
                GROUPS,
                (&subject, may),
                &names,
                &remedy,
            );
        }
    }
}

impl Host {
    /// The names of those who get new passwords; none where the host's own files do not say who it is.
    fn of(&self, who: &Who) -> Option<Vec<String>> {
        let is_meant: Box<dyn Fn(&Account) -> bool + '_> = match who {
            Who::All => Box::new(|_| true),
            Who::User(name) => Box::new(move |account| account.name == *name),
            Who::Uid(uid) => Box::new(move |account| account.uid == *uid),
            Who::Group(name) => {
                let group = self.groups.iter().find(|group| group.name == *name)?;
                Box::new(move |account| is_in(account, group))
            }
        };
        let mut meant = self
            .accounts
            .iter()
            .filter(|account| is_meant(account))
            .peekable();
        if matches!(who, Who::User(_) | Who::Uid(_)) {
            meant.peek()?;
        }
        let gets = meant.filter(|account| self.gets_passwords(account));
        Some(gets.map(|account| account.name.clone()).collect())
    }

    /// Whether the helper sets passwords for an account, so far as it depends on who it is.
    fn gets_passwords(&self, account: &Account) -> bool {
        let is_excluded = |group: &Group| {
            let is_named = group.gid == Some(0) || self.excluded.contains(&group.name);
            is_named && is_in(account, group)
        };
        account.uid >= self.least && account.gid != 0 && !self.groups.iter().any(is_excluded)
    }

    /// What excludes a group.
    fn exclude(&self, group: &str) -> String {
        let names = self.excluded.iter().map(String::as_str).chain([group]);
        let names: Vec<_> = names.map(|name| format!("\"{name}\"")).collect();
        format!(
            "Write excluded_groups = [{}] into the section [password-reset] of {CONFIG}.",
            names.join(", ")
        )
    }
}

fn is_in(account: &Account, group: &Group) -> bool {
    group.gid == Some(account.gid) || group.members.contains(&account.name)
}

fn in_a_group(name: &str) -> String {
    format!(
        "Put {name} into a group, and this into excluded_groups in the section [password-reset] of {CONFIG}."
    )
}

fn add(
    findings: &mut Findings,
    severity: Severity,
    subject: &str,
    (who, may): (&str, &str),
    names: &[String],
    remedy: &str,
) {
    if names.is_empty() {
        return;
    }
    let among = if names.len() == 1 && names[0] == who {
        String::new()
    } else {
        format!(", {} among them,", some_of(names))
    };
    let then = match severity {
        Severity::Info => "runs these commands",
        Severity::Warning | Severity::Error => "becomes root",
    };
    let what = format!(
        "{who}{among} {may}, and resets set new passwords for them: who takes the daemon over {then} with one."
    );
    let finding = Finding::of_host(
        Area::Reset,
        "reset-root-not-excluded",
        severity,
        subject,
        &what,
        remedy,
    );
    findings.add(finding);
}

/// The groups whose members get no new password.
fn excluded(root: &Root) -> Vec<String> {
    let text = root.text(CONFIG).unwrap_or_default();
    let config: Table = text.parse().unwrap_or_default();
    let section = config.get("password-reset");
    let groups = section.and_then(|section| section.get("excluded_groups")?.as_array());
    match groups {
        Some(groups) => groups
            .iter()
            .filter_map(|group| group.as_str().map(str::to_owned))
            .collect(),
        None => EXCLUDED.map(str::to_owned).to_vec(),
    }
}
