//! Whether the sandboxes of our units leave what they need.

use super::finding::{Area, Finding, Findings, Severity};
use secinfo_pam_stack::root::Root;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Where systemd looks for units; the first that has one counts, drop-ins of all are taken.
const DIRECTORIES: [&str; 7] = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/run/systemd/generator",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
    "/run/systemd/generator.late",
];

/// Where systemd looks for the sockets that it starts with the host, as far as administrators and packages
/// enable them.
const WANTED: [&str; 3] = [
    "/etc/systemd/system/sockets.target.wants",
    "/usr/lib/systemd/system/sockets.target.wants",
    "/lib/systemd/system/sockets.target.wants",
];

/// Exists where systemd runs the host.
const RUNS_HERE: &str = "/run/systemd/system";

/// The plugin that needs no network: it writes to a directory.
const WITHOUT_NETWORK: &str = "spool";

/// The settings of a unit that are looked at.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sandbox {
    families: Families,
    private_network: bool,
    plugin: Option<String>,
}

/// `RestrictAddressFamilies=` as the lines of all files leave it.
#[derive(Debug, Default, PartialEq, Eq)]
enum Families {
    #[default]
    All,
    Only(BTreeSet<String>),
    AllBut(BTreeSet<String>),
}

impl Families {
    /// One more line. The first says whether a list allows or forbids.
    fn line(&mut self, value: &str) {
        let (forbids, names) = match value.strip_prefix('~') {
            Some(names) => (true, names),
            None => (false, value),
        };
        let names: BTreeSet<String> = names
            .split_ascii_whitespace()
            .filter(|name| *name != "none")
            .map(str::to_owned)
            .collect();
        if value.is_empty() {
            *self = Self::All;
            return;
        }
        match (&mut *self, forbids) {
            (Self::All, true) => *self = Self::AllBut(names),
            (Self::All, false) => *self = Self::Only(names),
            (Self::Only(set), false) | (Self::AllBut(set), true) => set.extend(names),
            (Self::Only(set), true) | (Self::AllBut(set), false) => {
                set.retain(|name| !names.contains(name));
            }
        }
    }

    fn allow(&self, family: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.contains(family),
            Self::AllBut(names) => !names.contains(family),
        }
    }
}

/// Whether a socket is enabled.
pub(super) fn is_enabled(root: &Root, socket: &str) -> bool {
    let is_wanted = |directory: &&str| root.has(&format!("{directory}/{socket}"));
    WANTED.iter().any(is_wanted)
}

/// The sockets of channels that are enabled.
fn channel_sockets(root: &Root) -> BTreeSet<String> {
    let names = WANTED
        .iter()
        .flat_map(|directory| root.names(directory).unwrap_or_default());
    names
        .filter(|name| name.starts_with("secinfo-channel@"))
        .collect()
}

/// What systemd says of a unit, in a word; none where it says nothing.
fn active_state(unit: &str) -> Option<String> {
    let program = ["/usr/bin/systemctl", "/bin/systemctl"];
    let program = program.into_iter().find(|path| Path::new(path).exists())?;
    let output = Command::new(program).args(["is-active", unit]).output();
    let word = String::from_utf8(output.ok()?.stdout).ok()?;
    Some(word.trim().to_owned()).filter(|word| !word.is_empty())
}

/// Looks for channels that are enabled, and that nothing reaches.
fn sockets(root: &Root, findings: &mut Findings) {
    if !root.is_this_host() || !Path::new(RUNS_HERE).exists() {
        return;
    }
    for socket in channel_sockets(root) {
        let state = active_state(&socket);
        let Some(state) = state.filter(|state| state == "inactive" || state == "failed") else {
            continue;
        };
        findings.add(Finding {
            id: "channel-socket-inactive",
            severity: Severity::Warning,
            area: Area::Units,
            subject: socket.clone(),
            services: Vec::new(),
            what: format!("It is enabled and {state}, so nothing is sent through this channel."),
            remedy: format!("Run sudo systemctl start {socket}."),
            changes: Vec::new(),
        });
    }
}

/// Looks at the daemon's unit and at that of every channel.
pub(crate) fn check(root: &Root, findings: &mut Findings) {
    let mut any = false;
    if let Some(sandbox) = sandbox(root, "secinfod.service") {
        any = true;
        needs(&sandbox, "secinfod.service", &["AF_UNIX"], findings);
    }
    for channel in channels(root) {
        let unit = match &channel {
            Some(name) => format!("secinfo-channel@{name}.service"),
            None => "secinfo-channel@.service".to_owned(),
        };
        let Some(sandbox) = sandbox(root, &unit) else {
            continue;
        };
        any = true;
        let plugin = sandbox.plugin.as_deref().map(|plugin| match &channel {
            Some(name) => plugin.replace("%i", name),
            None => plugin.to_owned(),
        });
        if plugin.as_deref() == Some(WITHOUT_NETWORK) {
            needs(&sandbox, &unit, &["AF_UNIX"], findings);
            continue;
        }
        needs(
            &sandbox,
            &unit,
            &["AF_UNIX", "AF_INET", "AF_INET6"],
            findings,
        );
        if sandbox.private_network {
            findings.add(Finding {
                id: "unit-no-network",
                severity: Severity::Error,
                area: Area::Units,
                subject: unit.clone(),
                services: Vec::new(),
                what: "The channel has no network (PrivateNetwork=yes), so it can deliver nothing."
                    .to_owned(),
                remedy: format!("Run sudo systemctl edit {unit} and set PrivateNetwork=no."),
                changes: Vec::new(),
            });
        }
    }
    sockets(root, findings);
    if any {
        findings.saw(Area::Units, "sandboxes");
    } else {
        findings.missed(Area::Units, "units of secinfo", "none is installed");
    }
}

fn needs(sandbox: &Sandbox, unit: &str, families: &[&str], findings: &mut Findings) {
    let missing: Vec<&str> = families
        .iter()
        .copied()
        .filter(|family| !sandbox.families.allow(family))
        .collect();
    if missing.is_empty() {
        return;
    }
    let list = missing.join(" ");
    findings.add(Finding {
        id: "unit-address-family",
        severity: Severity::Error,
        area: Area::Units,
        subject: unit.to_owned(),
        services: Vec::new(),
        what: format!("Its sandbox forbids {list}, without which it cannot work."),
        remedy: format!("Run sudo systemctl edit {unit} and add RestrictAddressFamilies={list}."),
        changes: Vec::new(),
    });
}

/// The channels that have settings or a unit of their own; without any, the template.
fn channels(root: &Root) -> Vec<Option<String>> {
    let settings = root.names("/etc/secinfo/channels").unwrap_or_default();
    let named = settings
        .iter()
        .filter_map(|name| name.strip_suffix(".toml").map(str::to_owned));
    let units = DIRECTORIES
        .iter()
        .flat_map(|directory| root.names(directory).unwrap_or_default());
    let own = units.filter_map(|name| {
        let rest = name.strip_prefix("secinfo-channel@")?;
        let instance = rest
            .strip_suffix(".service")
            .or_else(|| rest.strip_suffix(".service.d"))?;
        (!instance.is_empty()).then(|| instance.to_owned())
    });
    let all: BTreeSet<String> = named.chain(own).collect();
    if all.is_empty() {
        vec![None]
    } else {
        all.into_iter().map(Some).collect()
    }
}

/// The settings of a unit: its file, then its drop-ins in the order of their names.
fn sandbox(root: &Root, unit: &str) -> Option<Sandbox> {
    let names = names_of(unit);
    let file = names.iter().find_map(|name| {
        DIRECTORIES
            .iter()
            .map(|directory| format!("{directory}/{name}"))
            .find_map(|path| root.text(&path).ok())
    })?;
    let mut sandbox = Sandbox::default();
    sandbox.read(&file);
    let mut seen = BTreeSet::new();
    let mut drop_ins = Vec::new();
    for name in names.iter().chain([&"service".to_owned()]) {
        for directory in DIRECTORIES {
            let directory = format!("{directory}/{name}.d");
            for file in root.names(&directory).unwrap_or_default() {
                if file.strip_suffix(".conf").is_some() && seen.insert(file.clone()) {
                    drop_ins.push((file.clone(), format!("{directory}/{file}")));
                }
            }
        }
    }
    drop_ins.sort();
    for (_, path) in drop_ins {
        sandbox.read(&root.text(&path).unwrap_or_default());
    }
    Some(sandbox)
}

/// The names under which the files of a unit lie: its own, its template's.
fn names_of(unit: &str) -> Vec<String> {
    let template = unit
        .split_once('@')
        .map(|(name, _)| format!("{name}@.service"));
    let mut names = vec![unit.to_owned()];
    names.extend(template.filter(|template| template != unit));
    names
}

impl Sandbox {
    fn read(&mut self, text: &str) {
        let mut section = String::new();
        for line in text.replace("\\\n", " ").lines() {
            let line = line.trim();
            if line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(name) = line.strip_prefix('[') {
                name.trim_end_matches(']').clone_into(&mut section);
            }
            let Some((key, value)) = line.split_once('=').filter(|_| section == "Service") else {
                continue;
            };
            let value = value.trim();
            match key.trim() {
                "RestrictAddressFamilies" => self.families.line(value),
                "PrivateNetwork" => {
                    self.private_network = matches!(value, "yes" | "true" | "on" | "1");
                }
                "Environment" => {
                    let mut pairs = value.split_ascii_whitespace();
                    let plugin = pairs
                        .find_map(|pair| pair.trim_matches(['"', '\'']).strip_prefix("PLUGIN="));
                    if let Some(plugin) = plugin {
                        self.plugin = Some(plugin.to_owned());
                    }
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn families(lines: &[&str]) -> Families {
        let mut families = Families::default();
        for line in lines {
            families.line(line);
        }
        families
    }

    #[test]
    fn lines_add_up_as_in_systemd() {
        assert!(families(&[]).allow("AF_INET"));
        assert!(!families(&["AF_UNIX"]).allow("AF_INET"));
        assert!(families(&["AF_UNIX", "AF_INET"]).allow("AF_INET"));
        assert!(!families(&["AF_UNIX AF_INET", "~AF_INET"]).allow("AF_INET"));
        assert!(families(&["~AF_INET"]).allow("AF_UNIX"));
        assert!(families(&["AF_UNIX", ""]).allow("AF_INET"));
        assert!(!families(&["none"]).allow("AF_UNIX"));
    }
}
