//! The settings of the SSH server, read as sshd reads them: what is said first holds, files are
//! included where `Include` stands, and a `Match` that holds for a connection overrules the rest.

mod effective;
mod reader;

pub(super) use effective::{Effective, asks_pam};

use super::running::{Arguments, listeners};
use crate::doctor::finding::{Area, Finding, Findings, Severity};
use effective::is_reset;
use reader::{Reader, finding_of, words};
use secinfo_pam_stack::root::{Root, is_absent};
use secinfo_pam_stack::stack::Location;
use secinfo_terminal::text::visible;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// The option of `PubkeyAuthOptions` with which security keys have to verify their users.
pub(super) const VERIFY: &str = "verify-required";
/// The option of `PubkeyAuthOptions` with which security keys have to be touched, whatever `authorized_keys` says.
pub(super) const TOUCH: &str = "touch-required";
/// The keyword of the algorithms with which keys may sign.
const ALGORITHMS: &str = "pubkeyacceptedalgorithms";

/// What a keyword is set to, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Setting {
    value: String,
    by: Source,
}

/// What sets a keyword.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    /// A line, and how it is written.
    Line(Location, String),
    /// An argument of the server.
    Argument,
    /// Unknown: only the server itself says so.
    Server,
}

type Values = BTreeMap<String, Setting>;

/// What holds for some connections.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Block {
    /// The words behind `Match`.
    criteria: Vec<String>,
    location: Location,
    values: Values,
}

impl Block {
    fn is_for_all(&self) -> bool {
        is_all(&self.criteria)
    }

    /// Whether it holds for every connection for which `other` holds: all criteria of a block must.
    fn holds_with(&self, other: &Self) -> bool {
        self.is_for_all() || other.criteria.starts_with(&self.criteria)
    }
}

/// Whether a `Match` with these criteria holds for every connection.
fn is_all(criteria: &[String]) -> bool {
    matches!(criteria, [one] if one.eq_ignore_ascii_case("all"))
}

/// The settings of one server, those for all connections and those for some; keywords in small letters.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    values: Values,
    blocks: Vec<Block>,
    /// With what it is started.
    pub(super) arguments: Arguments,
    /// The files that were read.
    pub(super) files: Vec<String>,
}

impl Settings {
    /// Whether for every connection something else than PAM has proved who it is before PAM is asked.
    pub(crate) fn key_first(&self) -> bool {
        self.all().iter().all(Effective::key_first)
    }

    /// The accounts for which the server runs nothing but `secinfo reset`, with the line that says so.
    pub(crate) fn only_reset(&self) -> Vec<(String, String)> {
        let mut accounts = Vec::new();
        for block in &self.blocks {
            let Some(setting) = block.values.get("forcecommand") else {
                continue;
            };
            let mut words = block.criteria.iter().map(String::as_str);
            let of_users = words.find(|word| word.eq_ignore_ascii_case("user"));
            let (Some(_), Some(names), true) = (of_users, words.next(), is_reset(&setting.value))
            else {
                continue;
            };
            let location = match &setting.by {
                Source::Line(location, _) => location,
                Source::Argument | Source::Server => &block.location,
            };
            let location = location.to_string();
            let names = names
                .split(',')
                .filter(|name| !name.contains(['*', '?', '!']));
            accounts.extend(names.map(|name| (name.to_owned(), location.clone())));
        }
        accounts
    }

    /// What holds where no `Match` does but those for all, and what holds below each other `Match`.
    pub(super) fn all(&self) -> Vec<Effective> {
        let effective = |block: Option<&Block>| {
            let mut values = Values::new();
            let holding = self.blocks.iter().filter(|other| {
                other.is_for_all() || block.is_some_and(|block| other.holds_with(block))
            });
            for from in holding.map(|block| &block.values).chain([&self.values]) {
                for (keyword, setting) in from {
                    let entry = values.entry(keyword.clone());
                    entry.or_insert_with(|| setting.clone());
                }
            }
            Effective {
                values,
                file: self.arguments.file.clone(),
                of: block.map(|block| {
                    format!("'Match {}' ({})", block.criteria.join(" "), block.location)
                }),
            }
        };
        let some = self.blocks.iter().filter(|block| !block.is_for_all());
        std::iter::once(None)
            .chain(some.map(Some))
            .map(effective)
            .collect()
    }

    /// Takes the values that the server itself prints for all connections. A line that was read is
    /// still the one that decides if it says the same.
    fn correct(&mut self, printed: &str) {
        for line in printed.lines() {
            let (keyword, value) = line.split_once(' ').unwrap_or((line, ""));
            let (keyword, value) = (name_of(keyword), value.trim());
            if LISTS.contains(&keyword.as_str()) {
                continue;
            }
            let read = self.values.get(&keyword);
            if read.is_some_and(|read| read.value.eq_ignore_ascii_case(value)) {
                continue;
            }
            // It prints lengths of time in seconds, old words as new ones, and lists without patterns.
            let rewritten = matches!(
                keyword.as_str(),
                "logingracetime" | "permitrootlogin" | ALGORITHMS
            );
            let by = match read.map(|read| &read.by) {
                Some(by) if rewritten || *by == Source::Argument => by.clone(),
                _ => Source::Server,
            };
            let value = value.to_owned();
            self.values.insert(keyword, Setting { value, by });
        }
    }

    /// The file in which the server writes its id, if it does and says so.
    pub(super) fn pid_file(&self) -> Option<&str> {
        let file = self.values.get("pidfile")?.value.as_str();
        file.starts_with('/').then_some(file)
    }
}

/// Keywords that may be given several times, and of which nothing is asked here.
const LISTS: [&str; 6] = [
    "acceptenv",
    "hostkey",
    "listenaddress",
    "port",
    "setenv",
    "subsystem",
];

fn name_of(keyword: &str) -> String {
    match keyword.to_ascii_lowercase().as_str() {
        "challengeresponseauthentication" | "skeyauthentication" => {
            "kbdinteractiveauthentication".to_owned()
        }
        "pubkeyacceptedkeytypes" => ALGORITHMS.to_owned(),
        keyword => keyword.to_owned(),
    }
}

/// The settings of the servers below a root: of one that is started without arguments, and of those that run with
/// others. None where there is no server.
pub(crate) fn settings(root: &Root, findings: &mut Findings) -> Vec<Settings> {
    let mut started = vec![Arguments::default()];
    if root.is_this_host() {
        for listener in listeners() {
            let other = listener.arguments.filter(|other| !started.contains(other));
            started.extend(other);
        }
    }
    started
        .into_iter()
        .filter_map(|arguments| settings_of(root, arguments, findings))
        .collect()
}

/// The settings of a server that is started with these arguments; `None` where its file cannot be read.
fn settings_of(root: &Root, arguments: Arguments, findings: &mut Findings) -> Option<Settings> {
    let file = arguments.file.clone();
    let mut settings = Settings::default();
    // They come before the file, and what is said first holds.
    for option in &arguments.options {
        if let Some((keyword, values)) = words(option).split_first() {
            let entry = settings.values.entry(name_of(keyword));
            entry.or_insert_with(|| Setting {
                value: values.join(" "),
                by: Source::Argument,
            });
        }
    }
    let mut reader = Reader {
        root,
        into: &mut settings,
        unseen: Vec::new(),
        unread: Vec::new(),
    };
    let read = reader.file(&file, 0, None);
    let (unseen, unread) = (reader.unseen, reader.unread);
    for (location, unseen) in unseen {
        findings.add(finding_of(&location, unseen));
    }
    for (file, why) in unread {
        findings.missed(Area::Sshd, file, why);
    }
    match read {
        Ok(()) => findings.saw(Area::Sshd, file.clone()),
        Err(error) if is_absent(&error) => return None,
        Err(error) => {
            findings.missed(Area::Sshd, file, error.to_string());
            return None;
        }
    }
    if root.is_this_host() {
        match ask_server(&arguments, None) {
            Some(Ok(printed)) => {
                settings.correct(&printed);
                findings.saw(Area::Sshd, "sshd -T");
            }
            Some(Err(complaint)) => findings.add(Finding {
                id: "sshd-config-wrong",
                severity: Severity::Error,
                area: Area::Sshd,
                subject: file,
                services: Vec::new(),
                what: format!("The SSH server refuses its settings: {complaint}."),
                remedy: "Correct that line, until sshd -t is silent.".to_owned(),
                changes: Vec::new(),
            }),
            None => {}
        }
    }
    settings.arguments = arguments;
    Some(settings)
}

/// What the server itself says, for a connection as `-C` has it; it says so to root only. An error
/// is what it has against a line. `None` where it cannot be asked.
fn ask_server(arguments: &Arguments, connection: Option<&str>) -> Option<Result<String, String>> {
    let program = ["/usr/sbin/sshd", "/usr/bin/sshd"]
        .into_iter()
        .find(|path| Path::new(path).exists())?;
    let mut command = Command::new(program);
    command.args(["-T", "-f", &arguments.file]);
    for option in &arguments.options {
        command.args(["-o", option]);
    }
    if let Some(connection) = connection {
        command.args(["-C", connection]);
    }
    let output = command.output().ok()?;
    if output.status.success() {
        return String::from_utf8(output.stdout).ok().map(Ok);
    }
    let text = String::from_utf8_lossy(&output.stderr);
    // Another than root may read too little for it, and its unit makes a directory that it needs.
    let asks = rustix::process::geteuid().is_root() && !text.contains("privilege separation");
    let lines = || text.lines().map(str::trim);
    let complaint = lines()
        .find(|line| line.contains(" line "))
        .or_else(|| lines().next_back().filter(|_| asks))?;
    Some(Err(visible(complaint.trim_end_matches('.'))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn read(root: &Root, file: &str) -> Settings {
        let mut settings = Settings::default();
        let mut reader = Reader {
            root,
            into: &mut settings,
            unseen: Vec::new(),
            unread: Vec::new(),
        };
        reader.file(file, 0, None).unwrap();
        settings
    }

    #[test]
    fn a_key_comes_first_only_if_every_list_begins_with_one() {
        let key_first = |text: &str| {
            let directory = tempfile::tempdir().unwrap();
            fs::write(directory.path().join("file"), text).unwrap();
            read(&Root::open(directory.path()).unwrap(), "/file").key_first()
        };
        assert!(key_first(
            "AuthenticationMethods publickey,keyboard-interactive:pam\n"
        ));
        assert!(!key_first(
            "AuthenticationMethods publickey,keyboard-interactive keyboard-interactive\n"
        ));
        assert!(!key_first("AuthenticationMethods any\n"));
        assert!(!key_first(""));
        assert!(!key_first(
            "AuthenticationMethods publickey,password\nMatch User a\nAuthenticationMethods password\n"
        ));
    }

    /// Beside the sshd of this machine: files made at random, and what it says holds for a user.
    #[test]
    fn settings_are_what_the_server_says_they_are() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name).display().to_string();
        let key = at("key");
        let made = Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-f", &key])
            .status()
            .unwrap();
        assert!(made.success());
        fs::create_dir_all("/run/sshd").unwrap();
        let mut state = 0x55D_u64;
        let mut below = |limit: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % limit
        };
        let mut compared = 0;
        for round in 0..120 {
            let mut text = |depth: usize| {
                let mut text = String::new();
                for _ in 0..=below(6) {
                    let value =
                        ["yes", "no", "\"yes\"", "no # yes"][usize::try_from(below(4)).unwrap()];
                    let end = ["\n", "\r\n", " \n"][usize::try_from(below(3)).unwrap()];
                    let line = match below(10) {
                        0 => format!("KbdInteractiveAuthentication {value}{end}"),
                        1 => format!("  PasswordAuthentication={value}{end}"),
                        2 => format!("PubkeyAuthentication = {value}{end}"),
                        3 => format!("ChallengeResponseAuthentication\t{value}{end}"),
                        4 => format!(
                            "AuthenticationMethods publickey,keyboard-interactive password{end}"
                        ),
                        5 => {
                            format!("authenticationmethods \"publickey\" keyboard-interactive{end}")
                        }
                        6 => format!("Match User alice{end}"),
                        7 => format!("Match all{end}"),
                        8 => {
                            let options = [
                                "none",
                                "touch-required",
                                "Verify-Required",
                                "none verify-required touch-required",
                            ];
                            let options = options[usize::try_from(below(4)).unwrap()];
                            format!("PubkeyAuthOptions {options}{end}")
                        }
                        _ if depth > 0 => {
                            format!("Include {}/{round}-*.conf{end}", directory.path().display())
                        }
                        _ => format!("# PermitRootLogin no{end}"),
                    };
                    text += &line;
                }
                text
            };
            let file = at(&format!("{round}"));
            fs::write(&file, format!("HostKey {key}\n{}", text(1))).unwrap();
            for part in 0..2 {
                fs::write(at(&format!("{round}-{part}.conf")), text(0)).unwrap();
            }
            let settings = read(&Root::open(Path::new("/")).unwrap(), &file);
            for user in ["alice", "bob"] {
                let connection = format!("user={user},host=localhost,addr=127.0.0.1");
                let arguments = Arguments {
                    file: file.clone(),
                    options: Vec::new(),
                };
                let answer = ask_server(&arguments, Some(&connection)).unwrap();
                let printed = match answer {
                    Ok(printed) => printed,
                    // None of the lists can be gone through, where methods are switched off.
                    Err(complaint) => {
                        assert!(complaint.contains("cannot be satisfied"), "{complaint}");
                        continue;
                    }
                };
                let said = |keyword: &str| {
                    let mut lines = printed.lines().filter_map(|line| line.split_once(' '));
                    lines
                        .find(|(name, _)| *name == keyword)
                        .map(|(_, value)| value.trim().to_owned())
                };
                // Several blocks for the same user hold together.
                let mut together = Settings {
                    values: settings.values.clone(),
                    ..Settings::default()
                };
                for block in &settings.blocks {
                    if block.is_for_all() || user == "alice" {
                        together.blocks.push(Block {
                            criteria: vec!["all".to_owned()],
                            ..block.clone()
                        });
                    }
                }
                let ours = &together.all()[0];
                // It writes this one keyword in capitals.
                for option in [VERIFY, TOUCH] {
                    let demands = printed.lines().find_map(|line| {
                        let line = line.to_ascii_lowercase();
                        let options = line.strip_prefix("pubkeyauthoptions ")?;
                        Some(options.split(' ').any(|given| given == option))
                    });
                    assert_eq!(Some(ours.demands_of_keys(option)), demands, "{printed}");
                }
                for (keyword, default) in [
                    ("kbdinteractiveauthentication", "yes"),
                    ("passwordauthentication", "yes"),
                    ("pubkeyauthentication", "yes"),
                    ("authenticationmethods", "any"),
                ] {
                    let text = || fs::read_to_string(&file).unwrap();
                    assert_eq!(
                        Some(ours.get(keyword, default).to_owned()),
                        said(keyword),
                        "{keyword} of {user} in {}",
                        text()
                    );
                    compared += 1;
                }
            }
        }
        assert!(compared > 400, "{compared}");
    }
}
