//! Changes to config.toml that keep everything else in it: order, comments, disabled settings.

use super::daemon::{Daemon, is_well};
use super::host::Host;
use super::program::Program;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::text::visible;
use secinfo_terminal::times::Clock;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use toml_edit::{DocumentMut, Item, Key, Table, TableLike, Value};

/// Where the configuration is.
pub(super) const CONFIG: &str = "/etc/secinfo/config.toml";

const UNIT: &str = "secinfod.service";

/// The outcome of applying a configuration.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Applied {
    /// It was written, and the daemon has restarted with it; the file with the former one.
    Written(String),
    /// It was written before, and now the daemon has restarted with it.
    InForce,
    /// The daemon runs with it already: nothing changed.
    Unchanged,
}

/// The configuration, before and after the changes.
#[derive(Debug, Clone)]
pub(super) struct Config {
    former: String,
    text: String,
}

impl Config {
    /// Reads it.
    pub(super) fn read(host: &Host) -> Result<Self, Failure> {
        let Some(bytes) = host.bytes(CONFIG)? else {
            return Err(Failure::Refused(format!(
                "{CONFIG} is not there: copy the config.toml that ships with secinfo there"
            )));
        };
        let text = String::from_utf8(bytes.to_vec())
            .map_err(|_| Failure::Refused(format!("{CONFIG} is not UTF-8: correct it")))?;
        let config = Self {
            former: text.clone(),
            text,
        };
        config.document()?;
        Ok(config)
    }

    #[cfg(test)]
    pub(super) fn of(text: &str) -> Self {
        Self {
            former: text.to_owned(),
            text: text.to_owned(),
        }
    }

    fn document(&self) -> Result<DocumentMut, Failure> {
        self.text.parse().map_err(|error: toml_edit::TomlError| {
            Failure::Refused(format!(
                "{CONFIG} is not TOML ({}): correct it, until secinfod --check-config says that it is right",
                visible(error.message())
            ))
        })
    }

    /// The present value, if any; sections as in a header, such as `policy.sign-in`.
    pub(super) fn get(&self, section: &[&str], key: &str) -> Option<Value> {
        let document = self.document().ok()?;
        let mut table = document.as_table() as &dyn TableLike;
        for name in section {
            table = table.get(name)?.as_table_like()?;
        }
        Some(undecorated(table.get(key)?.as_value()?.clone()))
    }

    /// The present value as text.
    pub(super) fn text_of(&self, section: &[&str], key: &str) -> Option<String> {
        self.get(section, key)?.as_str().map(str::to_owned)
    }

    /// The present value as a number.
    pub(super) fn number(&self, section: &[&str], key: &str) -> Option<i64> {
        self.get(section, key)?.as_integer()
    }

    /// The names of the sections below one, such as those of channels.
    pub(super) fn sections(&self, parent: &str) -> Vec<String> {
        let document = self.document().ok();
        let table = document
            .as_ref()
            .and_then(|document| document.get(parent)?.as_table_like());
        table.map_or_else(Vec::new, |table| {
            table.iter().map(|(name, _)| name.to_owned()).collect()
        })
    }

    /// Sets a value, in the place of the one that stands there or is commented out there.
    pub(super) fn set(
        &mut self,
        section: &[&str],
        key: &str,
        value: impl Into<Value>,
    ) -> Result<(), Failure> {
        let value = undecorated(value.into());
        let same = |now: &Value| now.to_string() == value.to_string();
        if self.get(section, key).is_some_and(|now| same(&now)) {
            return Ok(());
        }
        if self.get(section, key).is_none() {
            let header = Self::header(section);
            let text = uncommented(&self.text, &header, key, &value);
            let text = text.or_else(|| self.at_the_end(section, &header, key, &value));
            let former = self.text.clone();
            if let Some(text) = text {
                self.text = text;
            }
            if self.get(section, key).is_some_and(|now| same(&now)) {
                return Ok(());
            }
            // A comment that only looked like a setting.
            self.text = former;
        }
        let mut document = self.document()?;
        let mut table: &mut dyn TableLike = document.as_table_mut();
        for (depth, name) in section.iter().enumerate() {
            let mut new = Table::new();
            new.set_implicit(depth + 1 < section.len());
            let wrong = || {
                Failure::Refused(format!(
                    "{} in {CONFIG} is no section: correct it",
                    section.join(".")
                ))
            };
            table = table
                .entry(name)
                .or_insert(Item::Table(new))
                .as_table_like_mut()
                .ok_or_else(wrong)?;
        }
        match table.get_mut(key).and_then(Item::as_value_mut) {
            Some(present) => {
                let decor = present.decor().clone();
                *present = value;
                *present.decor_mut() = decor;
            }
            None => {
                table.insert(key, Item::Value(value));
            }
        }
        self.text = document.to_string();
        Ok(())
    }

    fn header(section: &[&str]) -> String {
        let names = section.iter().map(|name| Key::new(*name).to_string());
        format!("[{}]", names.collect::<Vec<_>>().join("."))
    }

    /// The text with a new section, behind all comments.
    fn at_the_end(
        &self,
        section: &[&str],
        header: &str,
        key: &str,
        value: &Value,
    ) -> Option<String> {
        let (name, parents) = section.split_last()?;
        let document = self.document().ok()?;
        let mut table = Some(document.as_table() as &dyn TableLike);
        for parent in parents {
            table = table.and_then(|table| table.get(parent)?.as_table_like());
        }
        if table.is_some_and(|table| table.contains_key(name)) {
            return None;
        }
        let text = self.text.trim_end();
        Some(format!("{text}\n\n{header}\n{key} = {value}\n"))
    }

    /// Has the daemon's own check look at it, as it would be; a refusal says what is wrong.
    pub(super) fn check(&self, host: &Host) -> Result<(), Failure> {
        if !self.is_changed() {
            return Ok(());
        }
        let staged = self.stage(host)?;
        let checked = host.run(&check_of(&staged));
        // It is not in effect, and the next one is written anew.
        let _ = std::fs::remove_file(&staged);
        let checked = checked?;
        if checked.well {
            return Ok(());
        }
        Err(Failure::Usage(visible(&mistakes(&checked.errors, &staged))))
    }

    /// Writes it beside the present one.
    fn stage(&self, host: &Host) -> Result<PathBuf, Failure> {
        host.stage(CONFIG, self.text.as_bytes(), mode(host))
    }

    /// Whether anything was changed.
    pub(super) fn is_changed(&self) -> bool {
        self.text != self.former
    }

    /// Puts this text in force again, in place of what was put in force since.
    pub(super) async fn take_back(&self, host: &Host, daemon: &impl Daemon) -> Result<(), Failure> {
        let mut back = Self {
            text: self.text.clone(),
            ..Self::read(host)?
        };
        back.apply(host, daemon).await.map(|_| ())
    }

    /// Applies it: has the daemon check it, writes it, keeps the former one beside it, and restarts the
    /// daemon.
    ///
    /// A reload is not enough: systemd does not learn its outcome, and the daemon reloads nothing after
    /// a change of a key that needs a restart. So the daemon is restarted whenever the file was changed
    /// since its start, also by an interrupted run.
    pub(super) async fn apply(
        &mut self,
        host: &Host,
        daemon: &impl Daemon,
    ) -> Result<Applied, Failure> {
        if !self.is_changed() {
            if daemon.status().await?.started > host.changed(CONFIG)? {
                return Ok(Applied::Unchanged);
            }
            host.succeed(&Program::new("secinfod", ["--check-config"]))?;
            start_anew(host, daemon).await.map_err(|why| {
                Failure::Refused(format!(
                    "{CONFIG} was changed since secinfod had started, and it does not start with it: {why}. See sudo journalctl -u secinfod"
                ))
            })?;
            return Ok(Applied::InForce);
        }
        let mode = mode(host);
        let staged = self.stage(host)?;
        if let Err(refusal) = host.succeed(&check_of(&staged)) {
            // It is not in effect, and the next run writes it again.
            let _ = std::fs::remove_file(&staged);
            return Err(Failure::Refused(format!(
                "{CONFIG} is as it was, because secinfod would refuse the change: {refusal}"
            )));
        }
        let kept = format!("{CONFIG}.bak-{}", Clock::of_process().file_stamp());
        host.write(&kept, self.former.as_bytes(), mode)?;
        host.put(&staged, CONFIG)?;
        if let Err(why) = start_anew(host, daemon).await {
            host.write(CONFIG, self.former.as_bytes(), mode)?;
            // It may have failed so often that systemd would not start it.
            let _ = host.run(&Program::new("systemctl", ["reset-failed", UNIT]));
            let again = match start_anew(host, daemon).await {
                Ok(()) => "secinfod runs with it again",
                Err(_) => "secinfod does not start with it either: see sudo journalctl -u secinfod",
            };
            return Err(Failure::Refused(format!(
                "{CONFIG} is as it was, because secinfod did not start with the change ({why}); {again}"
            )));
        }
        self.former.clone_from(&self.text);
        Ok(Applied::Written(kept))
    }
}

fn mode(host: &Host) -> u32 {
    host.mode(CONFIG).unwrap_or(0o644)
}

/// The daemon's check of a file.
fn check_of(file: &Path) -> Program {
    Program::new(
        "secinfod",
        [
            "--check-config".as_ref(),
            "--config".as_ref(),
            file.as_os_str(),
        ],
    )
}

/// What the daemon's check of a file says is wrong, and what to write, without the places in the file.
fn mistakes(said: &str, file: &Path) -> String {
    let place = format!("{}:", file.display());
    let told = said.lines().filter_map(|line| {
        let remedy = line.trim_start().strip_prefix("= ");
        let mistake = || {
            let (_, behind) = line.split_once(&place)?;
            // The line and the column come first.
            behind.splitn(3, ':').nth(2)
        };
        remedy.or_else(mistake).map(str::trim)
    });
    let told: Vec<_> = told.collect();
    if told.is_empty() {
        return said.trim().to_owned();
    }
    told.join("; ")
}

/// Restarts the daemon with the file as it is now; says why if it is not healthy then.
async fn start_anew(host: &Host, daemon: &impl Daemon) -> Result<(), String> {
    let in_words = |failure: Failure| failure.to_string();
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.unwrap_or_default().as_secs();
    if now == host.changed(CONFIG).map_err(in_words)? {
        // It tells the second of its start, which shall be a later one.
        daemon.pass(Duration::from_secs(1)).await;
    }
    let restart = Program::new("systemctl", ["restart", UNIT]);
    host.succeed(&restart).map_err(in_words)?;
    is_well(daemon).await
}

fn undecorated(mut value: Value) -> Value {
    value.decor_mut().clear();
    value
}

/// The text with a setting that is commented out (`#key = …`, without a space behind the `#`)
/// replaced; `None` where there is none in the section.
fn uncommented(text: &str, header: &str, key: &str, value: &Value) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let start = lines.iter().position(|line| line.trim() == header)? + 1;
    let rest = &lines[start..];
    let is_header = |line: &&str| line.starts_with('[') || line.starts_with("#[");
    let end = rest.iter().position(is_header).unwrap_or(rest.len());
    let setting = format!("#{key} = ");
    let first = start
        + rest[..end]
            .iter()
            .position(|line| line.starts_with(&setting))?;
    // A list over several lines ends with the bracket below its name.
    let length = if lines[first].trim_end().ends_with('[') {
        1 + lines[first..]
            .iter()
            .position(|line| line.trim_end() == "#]")?
    } else {
        1
    };
    let mut text = lines[..first].concat();
    for piece in [key, " = ", &value.to_string(), "\n"] {
        text.push_str(piece);
    }
    text.push_str(&lines[first + length..].concat());
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{FakeDaemon, Fixture, STARTED, WELL};
    use super::*;
    use toml_edit::Array;

    const SHIPPED: &str = include_str!("../../../../config.toml");

    #[test]
    fn what_is_commented_out_gets_its_value_there_and_nothing_else_changes() {
        let mut config = Config::of(SHIPPED);
        config.set(&["daemon"], "organization", "Example").unwrap();
        config.set(&["policy"], "required", 1).unwrap();
        let kinds: Array = ["authenticator-app", "text"].into_iter().collect();
        config.set(&["policy"], "allowed", kinds).unwrap();
        let changed: Vec<_> = config
            .text
            .lines()
            .filter(|line| !SHIPPED.lines().any(|shipped| shipped == *line))
            .collect();
        assert_eq!(
            changed,
            [
                "organization = \"Example\"",
                "allowed = [\"authenticator-app\", \"text\"]",
                "required = 1"
            ]
        );
        let gone = SHIPPED
            .lines()
            .filter(|line| !config.text.lines().any(|kept| kept == *line));
        let gone: Vec<_> = gone.map(str::trim).collect();
        assert_eq!(gone.first(), Some(&"#organization = \"\""));
        // The list of kinds, of which "recovery-codes" stands in an example of a group, too.
        assert!(gone.iter().all(|line| line.starts_with('#')), "{gone:?}");
        let comments = |text: &str| {
            text.lines()
                .filter(|line| line.starts_with("# ") && !line.starts_with("#  "))
                .count()
        };
        assert_eq!(comments(&config.text), comments(SHIPPED));
    }

    #[test]
    fn new_sections_go_to_the_end_and_a_value_that_is_there_is_replaced() {
        let mut config = Config::of("[daemon]\norganization = \"A\" # ours\n");
        config.set(&["daemon"], "organization", "B").unwrap();
        config.set(&["group", "sudo"], "required", 1).unwrap();
        config
            .set(&["channel", "text-main"], "kind", "text")
            .unwrap();
        assert_eq!(
            config.text,
            "[daemon]\norganization = \"B\" # ours\n\n[group.sudo]\nrequired = 1\n\n[channel.text-main]\nkind = \"text\"\n"
        );
        let before = config.text.clone();
        config.set(&["group", "sudo"], "required", 1).unwrap();
        assert_eq!(config.text, before);
        assert_eq!(config.sections("channel"), ["text-main"]);
        assert_eq!(config.number(&["group", "sudo"], "required"), Some(1));
    }

    #[tokio::test]
    async fn the_former_one_is_kept_and_one_that_the_daemon_refuses_is_not_put_in_place() {
        let fixture = Fixture::new();
        fixture.write(CONFIG, "[policy]\n#required = 0\n");
        fixture.program(
            "secinfod",
            "grep -q 'required = 11' \"$3\" && { echo wrong >&2; exit 1; }; exit 0",
        );
        fixture.program("systemctl", &fixture.note("systemctl"));
        fixture.write(WELL, "");
        let daemon = FakeDaemon { fixture: &fixture };
        let mut config = Config::read(&fixture.host).unwrap();
        config.set(&["policy"], "required", 11).unwrap();
        let refusal = config.apply(&fixture.host, &daemon).await.unwrap_err();
        let refusal = refusal.to_string();
        assert!(
            refusal.contains("is as it was") && refusal.contains("wrong"),
            "{refusal}"
        );
        assert_eq!(fixture.read(CONFIG), "[policy]\n#required = 0\n");
        assert_eq!(fixture.host.names("/etc/secinfo").unwrap(), ["config.toml"]);

        config.set(&["policy"], "required", 1).unwrap();
        let applied = config.apply(&fixture.host, &daemon).await.unwrap();
        let Applied::Written(kept) = applied else {
            panic!("{applied:?}");
        };
        assert_eq!(fixture.read(CONFIG), "[policy]\nrequired = 1\n");
        assert_eq!(fixture.read(&kept), "[policy]\n#required = 0\n");
        assert_eq!(fixture.noted("systemctl"), ["restart secinfod.service"]);
        let applied = config.apply(&fixture.host, &daemon).await.unwrap();
        assert_eq!(applied, Applied::Unchanged);
        assert!(fixture.noted("systemctl").is_empty());

        // It was written, perhaps by a run that was cut off, and the daemon has started before.
        fixture.write(STARTED, "1");
        let applied = config.apply(&fixture.host, &daemon).await.unwrap();
        assert_eq!(applied, Applied::InForce);
        assert_eq!(fixture.noted("systemctl"), ["restart secinfod.service"]);
    }

    #[tokio::test]
    async fn a_change_that_the_daemon_does_not_start_with_is_undone() {
        let fixture = Fixture::new();
        let former = "[policy]\nrequired = 0\n";
        fixture.write(CONFIG, former);
        fixture.program("secinfod", "exit 0");
        let script = format!(
            "{}\ntest $1 = restart && grep -q 'required = 1' \"$root{CONFIG}\" && exit 1; exit 0",
            fixture.note("systemctl")
        );
        fixture.program("systemctl", &script);
        fixture.write(WELL, "");
        let mut config = Config::read(&fixture.host).unwrap();
        config.set(&["policy"], "required", 1).unwrap();
        let daemon = FakeDaemon { fixture: &fixture };
        let refusal = config.apply(&fixture.host, &daemon).await.unwrap_err();
        let refusal = refusal.to_string();
        assert!(refusal.contains("runs with it again"), "{refusal}");
        assert_eq!(fixture.read(CONFIG), former);
        assert_eq!(fixture.noted("systemctl").len(), 3);
    }

    #[test]
    fn a_mistake_is_told_without_its_place_in_a_file_that_is_not_kept() {
        let said = "secinfod: /etc/x.new:2:14: `organization`: it holds a colon\n  |\n\
            2 | organization=\"a:b\"\n  |              ^^^^^\n  = write 1 to 64 characters\n";
        assert_eq!(
            mistakes(said, Path::new("/etc/x.new")),
            "`organization`: it holds a colon; write 1 to 64 characters"
        );
        assert_eq!(mistakes("killed\n", Path::new("/x")), "killed");
    }

    #[test]
    fn a_configuration_that_is_none_is_refused() {
        let fixture = Fixture::new();
        assert!(Config::read(&fixture.host).is_err());
        fixture.write(CONFIG, "[daemon\n");
        assert!(
            Config::read(&fixture.host)
                .unwrap_err()
                .to_string()
                .contains("not TOML")
        );
    }
}
