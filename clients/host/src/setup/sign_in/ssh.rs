//! A file beside the SSH server's configuration that makes it show prompts.

use super::super::arguments::SshChoice;
use super::super::host::Host;
use super::super::program::Program;
use super::super::questions::Questions;
use super::super::report::Report;
use crate::doctor::sshd::{KEY_SUFFICES, SETTINGS_OF_SETUP, listeners};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::text::visible;
use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

/// Our file. The server takes the first value that it reads, and reads these before its own.
pub(super) const FILE: &str = SETTINGS_OF_SETUP;
const HEADER: &str = "# Written by secinfo setup; secinfo setup --pam disable removes it.\n";
/// A key, and then the prompts of PAM.
const KEY_FIRST: &str = "publickey,keyboard-interactive";
/// Seconds that suffice to set up a method while signing in.
const TIME: u32 = 300;
/// How long a server may take to read its settings, after how long it is asked again, and how often it is
/// looked at.
const PATIENCE: Duration = Duration::from_secs(20);
const AGAIN: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(20);

/// The content of the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ssh {
    content: String,
    /// The settings that must result, as the server prints them.
    expected: Vec<(&'static str, String)>,
}

impl Ssh {
    /// The file to write; `None` if none is needed.
    pub(super) fn plan(
        host: &Host,
        questions: &Questions<'_>,
        choice: Option<SshChoice>,
        report: &Report<'_>,
    ) -> Result<Option<Self>, Failure> {
        if choice == Some(SshChoice::Keep) || host.program("sshd").is_none() {
            return Ok(None);
        }
        let now = in_force(host)?;
        let is = |key: &str, value: &str| now.get(key).is_some_and(|is| is == value);
        let prompts = is("kbdinteractiveauthentication", "yes") && is("usepam", "yes");
        let choice = match choice {
            Some(choice) => choice,
            // The server shows prompts already: what it demands is the administrator's choice.
            None if prompts => return Ok(None),
            None => choose(questions, is("passwordauthentication", "yes"), report)?,
        };
        let mut wanted = vec![
            ("usepam", "yes".to_owned()),
            ("kbdinteractiveauthentication", "yes".to_owned()),
        ];
        match choice {
            SshChoice::Keep => return Ok(None),
            SshChoice::PasswordAndCode => {}
            SshChoice::KeyAndCode => wanted.push(("authenticationmethods", KEY_FIRST.to_owned())),
        }
        if wanted.iter().all(|(key, value)| is(key, value)) {
            return Ok(None);
        }
        if host.has(FILE) && !is_ours(host)? {
            return Err(Failure::Refused(format!(
                "{FILE} is not what secinfo setup has written, and it would be overwritten: give it another name, or write into it what docs/how-to/pam.md says and add --ssh keep"
            )));
        }
        let time = now
            .get("logingracetime")
            .and_then(|time| time.parse::<u32>().ok());
        if time.is_some_and(|time| time > 0 && time < TIME) {
            wanted.push(("logingracetime", TIME.to_string()));
        }
        let lines = wanted
            .iter()
            .map(|(key, value)| format!("{} {value}\n", keyword(key)));
        let mut content = HEADER.to_owned();
        if choice == SshChoice::PasswordAndCode {
            content.extend([KEY_SUFFICES, "\n"]);
        }
        content.extend(lines);
        Ok(Some(Self {
            content,
            expected: wanted,
        }))
    }

    /// Writes the file, and reloads the server if it accepts it.
    pub(super) fn switch_on(&self, host: &Host) -> Result<(), Failure> {
        host.write(FILE, self.content.as_bytes(), 0o644)?;
        host.succeed(&Program::new("sshd", ["-t"]))?;
        let now = in_force(host)?;
        for (key, value) in &self.expected {
            if now.get(*key) != Some(value) {
                return Err(Failure::Refused(format!(
                    "another file of the SSH server overrules {} in {FILE}: set it to {value} where it stands",
                    keyword(key)
                )));
            }
        }
        reload(host)
    }
}

fn choose(
    questions: &Questions<'_>,
    has_passwords: bool,
    report: &Report<'_>,
) -> Result<SshChoice, Failure> {
    let words = [
        "A password and a code; a user with a key gets in with it alone",
        "A key, and then a password and a code",
        "What it asks for now",
    ];
    let choices = [
        SshChoice::PasswordAndCode,
        SshChoice::KeyAndCode,
        SshChoice::Keep,
    ];
    if has_passwords {
        if !questions.are_asked() {
            return Ok(SshChoice::PasswordAndCode);
        }
        report.tell("The SSH server must show the prompts of PAM (KbdInteractiveAuthentication). A file of its own beside its configuration says so.")?;
        return Ok(choices[questions.choice("What the SSH server shall ask for", &words, Some(0))?]);
    }
    if !questions.are_asked() {
        return Err(Failure::Usage(
            "the SSH server takes no passwords now, and to show prompts it would have to: add --ssh key-and-code to demand a key first, or --ssh password-and-code, or --ssh keep".into(),
        ));
    }
    report.tell("The SSH server takes keys only. To ask for a code it must show the prompts of PAM, of which the password is one. With a key demanded first, nobody gets in with less than now; root with \"PermitRootLogin prohibit-password\" and programs that have a key then get in no more.")?;
    Ok(choices[questions.choice("What the SSH server shall ask for", &words, Some(1))?])
}

/// The settings in effect outside of `Match`, as the server prints them: keywords in lower case.
fn in_force(host: &Host) -> Result<BTreeMap<String, String>, Failure> {
    // The server requires it, and its unit creates it only when it starts.
    host.make_directory("/run/sshd", 0o755)?;
    let ran = host.succeed(&Program::new("sshd", ["-T"]))?;
    let text = ran.text();
    let lines = text.lines().filter_map(|line| line.split_once(' '));
    Ok(lines
        .map(|(key, value)| (key.to_owned(), value.trim().to_owned()))
        .collect())
}

fn keyword(key: &str) -> &str {
    match key {
        "usepam" => "UsePAM",
        "kbdinteractiveauthentication" => "KbdInteractiveAuthentication",
        "authenticationmethods" => "AuthenticationMethods",
        "logingracetime" => "LoginGraceTime",
        other => other,
    }
}

/// Whether our file is there, and ours.
pub(super) fn is_ours(host: &Host) -> Result<bool, Failure> {
    Ok(host.text(FILE)?.starts_with(HEADER))
}

/// Removes our file.
pub(super) fn switch_off(host: &Host) -> Result<(), Failure> {
    host.remove(FILE)?;
    reload(host)
}

/// Reloads the server's configuration, if it runs. Sessions are kept.
pub(super) fn reload(host: &Host) -> Result<(), Failure> {
    let places = [
        "/etc/systemd/system",
        "/usr/lib/systemd/system",
        "/lib/systemd/system",
    ];
    let has = |unit: &str| {
        places
            .iter()
            .any(|place| host.has(&format!("{place}/{unit}")))
    };
    // Debian's name, then that of other distributions.
    let unit = if has("ssh.service") {
        "ssh.service"
    } else {
        "sshd.service"
    };
    let asked = host.run(&Program::new("systemctl", ["is-active", unit]))?;
    // Its exit status is the same where it cannot tell. What it prints is not.
    match asked.text().trim() {
        "active" | "activating" | "reloading" | "refreshing" => reload_running(host, unit)?,
        // It reads the file when it is started. While the host boots, a job for a server that is ordered
        // after us would deadlock.
        "inactive" | "deactivating" | "failed" | "maintenance" => {}
        _ => {
            return Err(Failure::Refused(format!(
                "it is not known whether the SSH server uses {FILE} as it is now, because systemd does not tell whether {unit} runs: run sudo systemctl try-reload-or-restart {unit}. {}",
                visible(asked.errors.trim())
            )));
        }
    }
    Ok(())
}

/// Reloads a server that runs, until it has read its settings. While it reads them it ignores a further request,
/// such as that of the way back from a change a moment ago.
fn reload_running(host: &Host, unit: &str) -> Result<(), Failure> {
    let pid_file = in_force(host)?.remove("pidfile");
    let read_at = || {
        let pid_file = host.path(pid_file.as_ref()?);
        let listeners = listeners();
        listeners.iter().find_map(|one| one.read_at(&pid_file))
    };
    let before = read_at();
    let deadline = Instant::now() + PATIENCE;
    loop {
        // Its place in the order of units counts when it starts: the unit of the way back stands before it, and
        // would wait here for a job that waits for it.
        let reload = [
            "--job-mode=ignore-dependencies",
            "try-reload-or-restart",
            unit,
        ];
        host.succeed(&Program::new("systemctl", reload))?;
        // Where it writes no such file, it cannot be told.
        if before.is_none() {
            return Ok(());
        }
        let again = Instant::now() + AGAIN;
        while Instant::now() < again {
            if read_at() != before {
                return Ok(());
            }
            thread::sleep(PAUSE);
        }
        if Instant::now() > deadline {
            return Err(Failure::Refused(format!(
                "the SSH server goes on with its former settings, though it was told to read {FILE} anew: run sudo systemctl restart {unit}"
            )));
        }
    }
}
