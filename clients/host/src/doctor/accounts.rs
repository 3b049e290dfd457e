//! The host's own lists of accounts and groups.

use secinfo_pam_stack::root::Root;
use secinfo_terminal::text::listed;

/// Where the accounts are listed.
pub(super) const ACCOUNTS: &str = "/etc/passwd";
const GROUPS: &str = "/etc/group";
/// How many of many users are named.
const NAMED: usize = 5;

/// An account.
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) shell: String,
}

/// A group.
pub(super) struct Group {
    pub(super) name: String,
    /// Its number; none where what stands there is none.
    pub(super) gid: Option<u32>,
    /// Those who are in it beside the accounts whose own group it is.
    pub(super) members: Vec<String>,
}

/// Every account.
pub(super) fn accounts(root: &Root) -> Vec<Account> {
    let text = root.text(ACCOUNTS).unwrap_or_default();
    let account = |line: &str| {
        let fields: Vec<&str> = line.split(':').collect();
        let [name, _, uid, gid, _, _, shell] = fields[..] else {
            return None;
        };
        Some(Account {
            name: name.to_owned(),
            uid: uid.parse().ok()?,
            gid: gid.parse().ok()?,
            shell: shell.trim_end().to_owned(),
        })
    };
    text.lines().filter_map(account).collect()
}

/// Every group.
pub(super) fn groups(root: &Root) -> Vec<Group> {
    let text = root.text(GROUPS).unwrap_or_default();
    let group = |line: &str| {
        let mut fields = line.split(':');
        let (name, gid, members) = (fields.next()?, fields.nth(1)?, fields.next()?);
        let members = members.split(',').filter(|name| !name.is_empty());
        Some(Group {
            name: name.to_owned(),
            gid: gid.parse().ok(),
            members: members.map(str::to_owned).collect(),
        })
    };
    text.lines().filter_map(group).collect()
}

/// The names of some users, and how many there are beside them.
pub(super) fn some_of(names: &[String]) -> String {
    let rest = match names.len().saturating_sub(NAMED) {
        0 => None,
        1 => Some("another".to_owned()),
        count => Some(format!("{count} others")),
    };
    let first = names.iter().take(NAMED).chain(&rest);
    listed(&first.map(String::as_str).collect::<Vec<_>>())
}
