//! Edits of `config.toml`.

use crate::draw::Draw;
use crate::visit::Way;
use secinfo_host_tests::Machine;
use std::fmt;

const CONFIG: &str = "/etc/secinfo/config.toml";

/// What becomes of the file, and how it comes into force.
#[derive(Debug, Clone)]
pub(crate) struct PolicyEdit {
    what: What,
    then: &'static str,
}

#[derive(Debug, Clone, Copy)]
enum What {
    /// A key of a section gets a value.
    Set(&'static str, &'static str, &'static str),
    /// The file is this.
    Is(&'static str),
    /// The file ends in the middle.
    Cut,
    /// The file is gone.
    Gone,
}

const KEYS: [(&str, &str, &str); 37] = [
    ("policy", "required", "3"),
    ("policy", "required", "10"),
    ("policy", "required", "-1"),
    ("policy", "required", "\"two\""),
    ("policy", "required", "1"),
    ("policy", "grace_days", "0"),
    ("policy", "grace_days", "9999"),
    ("policy", "allowed", "[]"),
    ("policy", "allowed", "[\"email\"]"),
    ("policy", "allowed", "[\"text\"]"),
    ("policy", "allowed", "[\"authenticator-ap\"]"),
    ("policy", "allowed", "[\"recovery-codes\"]"),
    ("policy", "first_method", "\"access-pass\""),
    ("policy", "requried", "1"),
    ("polcy", "required", "1"),
    ("policy.sign-in", "verify", "\"off\""),
    ("policy.sign-in", "verify", "\"of\""),
    ("policy.sign-in", "verify", "\"required\""),
    ("policy.sign-in", "remember", "\"25h\""),
    ("policy.sign-in", "exempt_groups", "[\"sudo\"]"),
    ("policy.sign-in", "exempt_groups", "[\"sduo\"]"),
    ("policy.authenticator-app", "digits", "7"),
    ("policy.authenticator-app", "drift", "11"),
    ("group.sudo", "required", "3"),
    ("group.sduo", "required", "2"),
    ("service.ssh", "verify", "\"off\""),
    ("service.sshd", "verify", "\"off\""),
    ("service.sudo", "verify", "\"required\""),
    ("service.sudo", "verify", "\"off\""),
    ("daemon", "master_key", "\"/nowhere\""),
    ("daemon", "state_directory", "\"/nowhere\""),
    ("daemon", "free_space_reserve", "\"1TiB\""),
    ("daemon", "sessions_in_all", "1"),
    ("daemon", "sign_in_socket", "\"/run/elsewhere\""),
    ("daemon", "break_glass_directory", "\"/nowhere\""),
    ("daemon", "authorization", "\"root\""),
    ("daemon", "bus_address", "\"unix:path=/nowhere\""),
];

impl PolicyEdit {
    /// Draws one.
    pub(crate) fn draw(draw: &mut Draw) -> Self {
        let what = match draw.below(10) {
            0 => draw.one_of(&[
                What::Is("required = \n"),
                What::Is(""),
                What::Is("\0\u{1}\n"),
            ]),
            1 => draw.one_of(&[What::Cut, What::Gone]),
            _ => {
                let (section, key, value) = draw.one_of(&KEYS);
                What::Set(section, key, value)
            }
        };
        Self {
            what,
            then: draw.one_of(&["reload", "restart"]),
        }
    }

    /// Makes it.
    pub(crate) fn make(&self, machine: &Machine) {
        match self.what {
            What::Set(section, key, value) => {
                let text = machine.run(["cat", CONFIG]).stdout;
                machine.write(CONFIG, set(&text, section, key, value), 0o644);
            }
            What::Is(text) => machine.write(CONFIG, text, 0o644),
            What::Cut => {
                let text = machine.run(["cat", CONFIG]).stdout;
                let half: String = text.chars().take(text.chars().count() * 2 / 3).collect();
                machine.write(CONFIG, half, 0o644);
            }
            What::Gone => drop(machine.run(["rm", "--force", CONFIG])),
        }
        // That the daemon refuses it is part of the mistake.
        machine.run(["systemctl", self.then, "secinfod"]);
    }

    /// Whether the administrator wants no second step there.
    pub(crate) fn switches_off(&self, way: Way) -> bool {
        match self.what {
            What::Set("policy.sign-in", "verify", "\"off\"") => true,
            What::Set("service.sshd", "verify", "\"off\"") => way == Way::Ssh,
            What::Set("policy.sign-in", "exempt_groups", "[\"sudo\"]")
            | What::Set("service.sudo", "verify", "\"off\"") => way == Way::Sudo,
            _ => false,
        }
    }
}

/// The text with a key in its section, in the place of one that is there.
fn set(text: &str, section: &str, key: &str, value: &str) -> String {
    let header = format!("[{section}]");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let begins = lines.iter().position(|line| line.trim() == header);
    let Some(begins) = begins else {
        lines.extend([header, format!("{key} = {value}")]);
        return lines.join("\n") + "\n";
    };
    let mut below = lines.iter().enumerate().skip(begins + 1);
    let is_set = |line: &str| {
        line.split('=')
            .next()
            .is_some_and(|name| name.trim() == key)
    };
    let there = below
        .by_ref()
        .take_while(|(_, line)| !line.starts_with('['))
        .find(|(_, line)| is_set(line))
        .map(|(at, _)| at);
    match there {
        Some(at) => lines[at] = format!("{key} = {value}"),
        None => lines.insert(begins + 1, format!("{key} = {value}")),
    }
    lines.join("\n") + "\n"
}

impl fmt::Display for PolicyEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, then } = self;
        match what {
            What::Set(section, key, value) => {
                write!(f, "config.toml: [{section}] {key} = {value}, {then}")
            }
            what => write!(f, "config.toml: {what:?}, {then}"),
        }
    }
}
