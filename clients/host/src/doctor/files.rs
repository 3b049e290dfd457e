//! Checks that the daemon's files exist, with the right owner and mode. Reads nothing secret.

use super::finding::{Area, Finding, Findings, Severity};
use super::recovery;
use rustix::fs::FileType;
use secinfo_pam_stack::root::{Metadata, Root, is_absent};
use secinfo_terminal::text::visible;
use secinfo_wire::names::DAEMON_USER;
use std::path::Path;
use std::process::Command;

const CONFIG: &str = "/etc/secinfo/config.toml";
const STATE: &str = "/var/lib/secinfo";

/// Checks the configuration, the state directory, the keys and the credentials.
pub(crate) fn check(root: &Root, findings: &mut Findings) {
    let mut checks = Checks {
        root,
        daemon: root.uid_of(DAEMON_USER),
        findings,
    };
    let config = checks.config();
    let setting = |key: &str| {
        let daemon = config.as_ref()?.get("daemon")?.as_table()?;
        Some(daemon.get(key)?.as_str()?.to_owned())
    };
    let state = setting("state_directory").unwrap_or_else(|| STATE.to_owned());
    checks.file("state-mode", &state, FileType::Directory, 0o077, "0700");
    let named = setting("master_key").filter(|key| key != "automatic");
    let key = named
        .clone()
        .unwrap_or_else(|| format!("{state}/master.key"));
    checks.file("key-mode", &key, FileType::RegularFile, 0o077, "0600");
    if let Some(key) = named.filter(|key| !root.has(key)) {
        checks.add(
            "key-missing",
            Severity::Error,
            &key,
            "The master key that config.toml names is not there, and without it nobody can be \
             verified.",
            "Restore it from your copy.",
        );
    }
    checks.below("/etc/secinfo", 0o022, "0755", "config-mode");
    checks.below("/etc/secinfo/credentials", 0o077, "0600", "credential-mode");
    checks.below("/etc/secinfo/channels", 0o022, "0640", "config-mode");
    checks.below(recovery::DIRECTORY, 0o027, "0640", "break-glass-mode");
}

struct Checks<'a> {
    root: &'a Root,
    daemon: Option<u32>,
    findings: &'a mut Findings,
}

impl Checks<'_> {
    fn add(&mut self, id: &'static str, severity: Severity, path: &str, what: &str, remedy: &str) {
        let finding = Finding::of_host(Area::Files, id, severity, path, what, remedy);
        self.findings.add(finding);
    }

    /// The configuration, if it can be read.
    fn config(&mut self) -> Option<toml::Table> {
        let text = match self.root.text(CONFIG) {
            Ok(text) => text,
            Err(error) if is_absent(&error) => {
                if self.root.has("/etc/secinfo") || self.daemon.is_some() {
                    self.add(
                        "config-missing",
                        Severity::Error,
                        CONFIG,
                        "There is no configuration, and secinfod does not start without.",
                        "Copy the config.toml that ships with secinfo there.",
                    );
                }
                return None;
            }
            Err(error) => {
                self.findings.missed(Area::Files, CONFIG, error.to_string());
                return None;
            }
        };
        self.findings.saw(Area::Files, CONFIG);
        let remedy = "Correct it, until secinfod --check-config says that it is right.";
        match text.parse::<toml::Table>() {
            Ok(table) => {
                match self.root.is_this_host().then(check_config).flatten() {
                    None => {}
                    Some(Checked::Refused(mistake)) => {
                        self.add("config-wrong", Severity::Error, CONFIG, &mistake, remedy);
                    }
                    Some(Checked::Right(warnings)) => {
                        for warning in warnings {
                            let remedy = "Correct the name, unless it is to come later.";
                            self.add(
                                "config-unknown-name",
                                Severity::Warning,
                                CONFIG,
                                &warning,
                                remedy,
                            );
                        }
                    }
                }
                Some(table)
            }
            Err(error) => {
                let line = error.span().map_or(1, |span| {
                    text[..span.start.min(text.len())].lines().count().max(1)
                });
                let what = format!("Line {line} is not TOML: {}.", visible(error.message()));
                self.add("config-wrong", Severity::Error, CONFIG, &what, remedy);
                None
            }
        }
    }

    /// Checks the owner of a file or directory, and that it has none of the permissions in
    /// `forbidden`.
    fn file(&mut self, id: &'static str, path: &str, kind: FileType, forbidden: u32, mode: &str) {
        let metadata = match self.root.metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if is_absent(&error) => return,
            Err(error) => {
                self.findings.missed(Area::Files, path, error.to_string());
                return;
            }
        };
        self.findings.saw(Area::Files, path);
        if metadata.kind != kind {
            let what = format!(
                "This is {}, not what belongs there.",
                name_of(metadata.kind)
            );
            self.add(
                id,
                Severity::Error,
                path,
                &what,
                "Remove it, and restore what was there.",
            );
            return;
        }
        self.rights(id, path, metadata, forbidden, mode);
    }

    fn rights(&mut self, id: &'static str, path: &str, is: Metadata, forbidden: u32, mode: &str) {
        if !self.root.is_root(is.uid) && Some(is.uid) != self.daemon {
            let what = format!(
                "It belongs to uid {}, who is neither root nor secinfod.",
                is.uid
            );
            self.add(
                id,
                Severity::Error,
                path,
                &what,
                &format!("Run sudo chown root {path}."),
            );
        } else if is.mode & forbidden != 0 {
            let what = if is.mode & forbidden & 0o022 != 0 {
                format!("Others may write to it (mode {:04o}).", is.mode)
            } else {
                format!("Others may read it (mode {:04o}).", is.mode)
            };
            self.add(
                id,
                Severity::Error,
                path,
                &what,
                &format!("Run sudo chmod {mode} {path}."),
            );
        }
    }

    /// Checks a directory and the files in it, without its subdirectories.
    fn below(&mut self, directory: &str, forbidden: u32, mode: &str, id: &'static str) {
        self.file(id, directory, FileType::Directory, 0o022, "0755");
        match self.root.names(directory) {
            Ok(names) => {
                for name in names {
                    let path = format!("{directory}/{name}");
                    let metadata = self.root.metadata(&path);
                    if let Ok(metadata) = metadata
                        && metadata.kind == FileType::RegularFile
                    {
                        let mode = if mode == "0755" { "0644" } else { mode };
                        self.rights(id, &path, metadata, forbidden, mode);
                    }
                }
            }
            Err(error) if is_absent(&error) => {}
            Err(error) => {
                self.findings
                    .missed(Area::Files, directory, error.to_string());
            }
        }
    }
}

fn name_of(kind: FileType) -> &'static str {
    match kind {
        FileType::Directory => "a directory",
        FileType::RegularFile => "a file",
        FileType::Symlink => "a link",
        _ => "a device, socket or pipe",
    }
}

/// What the daemon itself says of its configuration.
enum Checked {
    /// It takes it, with these warnings.
    Right(Vec<String>),
    /// It refuses it.
    Refused(String),
}

fn check_config() -> Option<Checked> {
    let program = ["/usr/sbin/secinfod", "/usr/bin/secinfod"]
        .into_iter()
        .find(|path| Path::new(path).exists())?;
    let output = Command::new(program)
        .args(["--check-config", "--config", CONFIG])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        return Some(Checked::Right(warnings(&text)));
    }
    let lines: Vec<_> = text.lines().map(visible).collect();
    let refused = format!("secinfod refuses it: {}", lines.join(" "));
    Some(Checked::Refused(refused))
}

/// The warnings of a check, as sentences.
fn warnings(said: &str) -> Vec<String> {
    let warnings = said
        .lines()
        .filter_map(|line| line.strip_prefix("warning: "));
    let sentence = |warning: &str| {
        let mut letters = warning.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        let ends = if warning.ends_with('?') { "" } else { "." };
        let sentence: String = first.into_iter().chain(letters).collect();
        visible(&sentence) + ends
    };
    warnings.map(sentence).collect()
}

#[cfg(test)]
mod tests {
    use super::warnings;

    #[test]
    fn what_the_daemon_warns_of_is_told_in_sentences() {
        let said =
            "/x is right.\nwarning: there is no group a\nwarning: there is none; did you mean b?\n";
        let told = ["There is no group a.", "There is none; did you mean b?"];
        assert_eq!(warnings(said), told);
    }
}
