//! Checks that an administrator can get in while the daemon cannot decide.

use super::accounts::groups;
use super::finding::{Area, Finding, Findings, Severity};
use super::pam::Protection;
use secinfo_break_glass::{FileName, Record};
use secinfo_pam_stack::root::{Root, is_absent};
use secinfo_terminal::text::shell_word;
use std::collections::BTreeMap;

/// The directory of break-glass codes.
pub(crate) const DIRECTORY: &str = "/etc/secinfo/break-glass";
/// Groups whose members may become root.
const GROUPS: [&str; 3] = ["sudo", "wheel", "admin"];
/// The user who needs no second code.
const ROOT: &str = "root";
/// Codes that it takes to become root: one to sign in, one for `sudo` or `su`.
const ENOUGH: usize = 2;

/// Looks for break-glass codes of administrators.
pub(crate) fn check(root: &Root, protection: &Protection, findings: &mut Findings) {
    if protection.services.is_empty() {
        return;
    }
    let names = match root.names(DIRECTORY) {
        Ok(names) => names,
        Err(error) if is_absent(&error) => Vec::new(),
        Err(error) => {
            findings.missed(Area::Recovery, "break-glass codes", error.to_string());
            return;
        }
    };
    let mut codes = administrators(root);
    let mut unread = false;
    for name in names {
        let Some(FileName::Unused(id)) = FileName::parse(&name) else {
            continue;
        };
        let Ok(content) = root.bytes(&format!("{DIRECTORY}/{name}")) else {
            unread = true;
            continue;
        };
        if let Ok(record) = Record::parse(&content)
            && record.id == id
            && is_of_account(root, &record)
            && let Some(count) = codes.get_mut(&record.user)
        {
            *count += 1;
        }
    }
    let found = codes.values().any(|&count| count > 0);
    if unread && !found {
        findings.missed(
            Area::Recovery,
            "break-glass codes",
            "only root may read them",
        );
        return;
    }
    findings.saw(Area::Recovery, "break-glass codes");
    if !found {
        findings.add(warning(
            "no-break-glass-code",
            "No administrator has a break-glass code, with which to get in while secinfod cannot \
             decide."
                .to_owned(),
            "Run sudo secinfo break-glass create USER for one, and keep the codes on paper in a safe \
             place.",
        ));
    }
    for (user, count) in &codes {
        if (1..ENOUGH).contains(count) && user != ROOT {
            findings.add(warning(
                "one-break-glass-code",
                format!(
                    "{user} has one break-glass code left. Each program that asks takes one: with \
                     this one they could sign in, but not become root."
                ),
                &format!(
                    "Run sudo secinfo break-glass create {}, and keep the codes on paper in a safe \
                     place.",
                    shell_word(user)
                ),
            ));
        }
    }
    // An image may be mounted otherwise than it is when it runs.
    if root.is_this_host() && root.is_read_only(DIRECTORY).unwrap_or(false) {
        findings.add(warning(
            "break-glass-read-only",
            "It is on a file system that is mounted read-only, where no break-glass code can be \
             used up: none of them lets a user in."
                .to_owned(),
            "Keep the codes in a directory that can be written, and tell the three programs which: \
             break_glass_directory in config.toml, break_glass= in the lines of PAM, and \
             --directory of secinfo break-glass.",
        ));
    }
}

fn warning(id: &'static str, what: String, remedy: &str) -> Finding {
    Finding {
        id,
        severity: Severity::Warning,
        area: Area::Recovery,
        subject: DIRECTORY.to_owned(),
        services: Vec::new(),
        what,
        remedy: remedy.to_owned(),
        changes: Vec::new(),
    }
}

/// Whether the code belongs to the account that has the name now, as far as /etc/passwd says.
fn is_of_account(root: &Root, record: &Record) -> bool {
    root.uid_of(&record.user)
        .is_none_or(|uid| record.is_of(&record.user, uid))
}

/// Root and the members of the groups that may become root, each with no code so far.
fn administrators(root: &Root) -> BTreeMap<String, usize> {
    let mut users = BTreeMap::from([(ROOT.to_owned(), 0)]);
    for group in groups(root) {
        if GROUPS.contains(&group.name.as_str()) {
            users.extend(group.members.into_iter().map(|name| (name, 0)));
        }
    }
    users
}
