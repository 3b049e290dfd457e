//! Whether an administrator could get in while the daemon cannot decide.

use super::finding::{Area, Finding, Report, Severity};
use super::pam::Protection;
use super::root::{Root, is_absent};
use std::collections::BTreeSet;

/// Where codes for that are kept.
pub(crate) const DIRECTORY: &str = "/etc/secinfo/break-glass";
/// Groups whose members may become root.
const GROUPS: [&str; 3] = ["sudo", "wheel", "admin"];

/// Looks for a break-glass code of an administrator.
pub(crate) fn check(root: &Root, protection: &Protection, report: &mut Report) {
    if protection.services.is_empty() {
        return;
    }
    let names = match root.names(DIRECTORY) {
        Ok(names) => names,
        Err(error) if is_absent(&error) => Vec::new(),
        Err(error) => {
            report.missed(Area::Recovery, "break-glass codes", error.to_string());
            return;
        }
    };
    let administrators = administrators(root);
    let mut unread = false;
    let mut found = false;
    for name in names.iter().filter(|name| is_id(name)) {
        match root.text(&format!("{DIRECTORY}/{name}")) {
            Ok(text) => found |= user_of(&text).is_some_and(|user| administrators.contains(user)),
            Err(_) => unread = true,
        }
    }
    if unread && !found {
        report.missed(
            Area::Recovery,
            "break-glass codes",
            "only root may read them",
        );
        return;
    }
    report.saw(Area::Recovery, "break-glass codes");
    if !found {
        report.add(Finding {
            id: "no-break-glass-code",
            severity: Severity::Warning,
            area: Area::Recovery,
            subject: DIRECTORY.to_owned(),
            services: Vec::new(),
            what: "No administrator has a break-glass code, with which to get in while secinfod \
                   cannot decide."
                .to_owned(),
            remedy: "Run secinfo break-glass create USER for one, and keep the code on paper in a \
                     safe place."
                .to_owned(),
        });
    }
}

/// A code that was not used is in a file that is called like its id.
fn is_id(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn user_of(text: &str) -> Option<&str> {
    text.lines().find_map(|line| line.strip_prefix("user "))
}

/// Root, and the members of the groups that may become root.
fn administrators(root: &Root) -> BTreeSet<String> {
    let mut users = BTreeSet::from(["root".to_owned()]);
    for line in root.text("/etc/group").unwrap_or_default().lines() {
        let mut fields = line.split(':');
        if fields.next().is_some_and(|group| GROUPS.contains(&group))
            && let Some(members) = fields.nth(2)
        {
            users.extend(members.split(',').map(str::to_owned));
        }
    }
    users
}
