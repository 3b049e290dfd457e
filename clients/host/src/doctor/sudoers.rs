//! Whom `sudo` lets run commands as root: so much of its files as plain entries say.

use secinfo_pam_stack::root::{Root, is_absent};
use std::collections::BTreeMap;

/// Its settings, and the directory of further ones.
const FILE: &str = "/etc/sudoers";
const DIRECTORY: &str = "/etc/sudoers.d";

/// Whom an entry is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    /// Everybody.
    All,
    User(String),
    Uid(u32),
    Group(String),
}

/// An entry by which somebody may run commands as root.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Grant {
    pub(super) who: Who,
    /// The file.
    pub(super) file: String,
    /// Whether it is every command, so far as the entry says it without aliases.
    pub(super) is_every_command: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Sudoers {
    pub(super) grants: Vec<Grant>,
    /// What was not understood or could not be read, and why.
    pub(super) unseen: Vec<(String, String)>,
    /// The members of each `User_Alias`.
    aliases: BTreeMap<String, Vec<String>>,
}

impl Sudoers {
    /// Reads them all.
    pub(super) fn read(root: &Root) -> Self {
        let mut sudoers = Self::default();
        let mut files = vec![FILE.to_owned()];
        match root.names(DIRECTORY) {
            // As sudo takes them.
            Ok(names) => files.extend(
                names
                    .iter()
                    .filter(|name| !name.contains('.') && !name.ends_with('~'))
                    .map(|name| format!("{DIRECTORY}/{name}")),
            ),
            Err(error) if is_absent(&error) => {}
            Err(_) => sudoers.miss(DIRECTORY, "only root may read it"),
        }
        let mut texts = Vec::new();
        for file in files {
            match root.text(&file) {
                Ok(text) => texts.push((file, lines(&text))),
                Err(error) if is_absent(&error) => {}
                Err(_) => sudoers.miss(&file, "only root may read it"),
            }
        }
        // Aliases hold in files that come before the one in which they are.
        for (_, lines) in &texts {
            for line in lines {
                sudoers.take_aliases(line);
            }
        }
        for (file, lines) in &texts {
            for line in lines {
                sudoers.take(file, line);
            }
        }
        sudoers
    }

    fn miss(&mut self, what: &str, why: &str) {
        self.unseen.push((what.to_owned(), why.to_owned()));
    }

    fn take_aliases(&mut self, line: &str) {
        let Some(rest) = line.strip_prefix("User_Alias") else {
            return;
        };
        for definition in rest.split(':') {
            if let Some((name, members)) = definition.split_once('=') {
                let members = members.split(',').map(|member| member.trim().to_owned());
                self.aliases
                    .insert(name.trim().to_owned(), members.collect());
            }
        }
    }

    /// Takes one line, which is whole and without comments.
    fn take(&mut self, file: &str, line: &str) {
        let first = line.split_ascii_whitespace().next().unwrap_or_default();
        if let Some(word) = first.strip_prefix(['@', '#'])
            && word.starts_with("include")
        {
            let included = line[first.len()..].trim();
            if included.trim_end_matches('/') != DIRECTORY {
                self.miss(included, &format!("{file} includes it"));
            }
            return;
        }
        let is_other = first.starts_with("Defaults")
            || [
                "User_Alias",
                "Runas_Alias",
                "Host_Alias",
                "Cmnd_Alias",
                "Cmd_Alias",
            ]
            .contains(&first);
        if first.is_empty() || is_other {
            return;
        }
        let Some((left, right)) = line.split_once('=') else {
            self.miss(file, "it has an entry that is not understood");
            return;
        };
        let Some(is_every_command) = as_root(right) else {
            return;
        };
        // The last word is the host, of which there may be several.
        let left = spaced_by_commas(left);
        let Some((users, _)) = left.split_once(' ') else {
            self.miss(file, "it has an entry that is not understood");
            return;
        };
        for user in users.split(',') {
            self.grant(file, user, is_every_command, &mut Vec::new());
        }
    }

    fn grant(&mut self, file: &str, user: &str, is_every_command: bool, through: &mut Vec<String>) {
        if let Some(members) = self.aliases.get(user).cloned() {
            // One that leads to itself.
            if !through.iter().any(|name| name == user) {
                through.push(user.to_owned());
                for member in members {
                    self.grant(file, &member, is_every_command, through);
                }
                through.pop();
            }
            return;
        }
        let Some(who) = who(user) else {
            let why = format!("what it says of {user} is not understood");
            self.miss(file, &why);
            return;
        };
        self.grants.push(Grant {
            who,
            file: file.to_owned(),
            is_every_command,
        });
    }
}

/// The lines of a file: those that go on in the next one as one, and without comments.
fn lines(text: &str) -> Vec<String> {
    let whole = text.replace("\\\n", " ");
    let mut lines: Vec<String> = Vec::new();
    for line in whole.lines() {
        let line = line.trim();
        let end = line
            .char_indices()
            .filter(|(_, c)| *c == '#')
            .map(|(at, _)| at)
            // A number behind it is a uid, and at the beginning it includes a file, too.
            .find(|at| {
                let rest = &line[at + 1..];
                let is_uid = rest.starts_with(|c: char| c.is_ascii_digit());
                !(is_uid || *at == 0 && rest.starts_with("include"))
            });
        let line = line[..end.unwrap_or(line.len())].trim();
        if !line.is_empty() {
            lines.push(line.to_owned());
        }
    }
    lines
}

/// Words with one blank between them, and none at commas.
fn spaced_by_commas(text: &str) -> String {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    words.join(" ").replace(" ,", ",").replace(", ", ",")
}

/// Whether the commands of an entry are run as root, and if so, whether they are all.
fn as_root(commands: &str) -> Option<bool> {
    let commands = commands.trim();
    // Further ones may stand before later commands.
    let lists = commands.split('(').skip(1);
    let mut run_as: Vec<&str> = lists.filter_map(|rest| rest.split(')').next()).collect();
    if !commands.starts_with('(') {
        run_as.push("root");
    }
    // Behind a colon another host begins, with commands of root again unless it says otherwise.
    let anew = commands
        .split(':')
        .skip(1)
        .filter_map(|part| part.split_once('='));
    if anew
        .into_iter()
        .any(|(_, rest)| !rest.trim_start().starts_with('('))
    {
        run_as.push("root");
    }
    // An alias may stand for root, a group may have root in it.
    let may_be_root = |user: &str| {
        let is_alias = !user.is_empty() && !user.contains(|c: char| c.is_ascii_lowercase());
        user == "root" || is_alias || user.starts_with('%')
    };
    let may_root = |list: &&str| {
        // With a group alone, behind the colon, commands run as the user who calls.
        let users = list.split(':').next().unwrap_or_default();
        users.split(',').map(str::trim).any(may_be_root)
    };
    if !run_as.iter().any(may_root) {
        return None;
    }
    // Tags, as whom and at which hosts stand before a command.
    let mut words = commands
        .split(',')
        .map(|words| words.rsplit([':', ')', '=']).next());
    Some(words.any(|word| word.map(str::trim) == Some("ALL")))
}

fn who(user: &str) -> Option<Who> {
    // Escapes, quotes, negations and network groups are not read.
    let is_plain = |name: &str| {
        !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '@' | '$'))
    };
    match user.split_at_checked(1) {
        _ if user == "ALL" => Some(Who::All),
        Some(("%", group)) if is_plain(group) => Some(Who::Group(group.to_owned())),
        Some(("#", uid)) => uid.parse().ok().map(Who::Uid),
        _ if is_plain(user) => Some(Who::User(user.to_owned())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What these entries say, and how much of them is not understood.
    fn read(text: &str) -> (Vec<(Who, bool)>, usize) {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("etc")).unwrap();
        std::fs::write(directory.path().join("etc/sudoers"), text).unwrap();
        let sudoers = Sudoers::read(&Root::open(directory.path()).unwrap());
        let grants = sudoers.grants.into_iter();
        let grants = grants.map(|grant| (grant.who, grant.is_every_command));
        (grants.collect(), sudoers.unseen.len())
    }

    fn user(name: &str) -> Who {
        Who::User(name.to_owned())
    }

    fn group(name: &str) -> Who {
        Who::Group(name.to_owned())
    }

    #[test]
    fn plain_entries_of_users_and_groups_are_read_whatever_stands_around_them() {
        for (text, grants) in [
            ("root ALL=(ALL:ALL) ALL", vec![(user("root"), true)]),
            (
                "%ops\tALL = NOPASSWD: ALL # all of it",
                vec![(group("ops"), true)],
            ),
            (
                "#1004 ALL=(root) ALL\n# a comment",
                vec![(Who::Uid(1004), true)],
            ),
            (
                "alice , %ops web1, web2 = (root) \\\n  /usr/bin/rsync, ALL",
                vec![(user("alice"), true), (group("ops"), true)],
            ),
            (
                "%backup ALL=(root) /usr/bin/rsync",
                vec![(group("backup"), false)],
            ),
            ("ALL ALL=(ALL) /usr/bin/true", vec![(Who::All, false)]),
            ("bob ALL=(postgres) ALL\nbob ALL=(:adm) ALL", Vec::new()),
            ("bob ALL=(OPERATORS) ALL", vec![(user("bob"), true)]),
            (
                "bob ALL=(www) /usr/bin/true, (root) NOPASSWD: /usr/bin/rsync",
                vec![(user("bob"), false)],
            ),
            (
                "bob web=(www) /usr/bin/true : db=(root) ALL",
                vec![(user("bob"), true)],
            ),
            ("Defaults env_reset\n#includedir /etc/sudoers.d", Vec::new()),
        ] {
            assert_eq!(read(text), (grants, 0), "{text}");
        }
    }

    #[test]
    fn an_alias_stands_for_its_members_and_never_for_itself() {
        let text =
            "ADMINS ALL=(ALL) ALL\nUser_Alias ADMINS = alice, %ops, MORE : MORE = bob, ADMINS\n";
        let grants = [user("alice"), group("ops"), user("bob")];
        assert_eq!(read(text), (grants.map(|who| (who, true)).into(), 0));
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for text in [
            "@include /etc/sudoers.local",
            "+netgroup ALL=(ALL) ALL",
            "!alice ALL=(ALL) ALL",
            "%domain\\\\admins ALL=(ALL) ALL",
            "something else",
        ] {
            assert_eq!(read(text), (Vec::new(), 1), "{text}");
        }
    }
}
