//! Rolls sign-in back: the former files are kept, and a systemd timer restores them even if the process
//! that set it is gone. So does the next boot (`secinfo-setup-way-back.service`).

use super::super::host::Host;
use super::super::lock::Lock;
use super::super::program::Program;
use super::{COMMON_AUTH, UPDATE, is_on, ssh};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;
use std::fmt::Write;
use std::io;
use std::time::{Duration, Instant};

/// Where the former files are kept.
const DIRECTORY: &str = "/var/lib/secinfo-setup";
/// Exists as long as a rollback is pending; holds the token of the run that prepared it.
const READY: &str = "/var/lib/secinfo-setup/ready";
/// The former file of ours beside the configuration of the SSH server.
const FORMER_SSH: &str = "/var/lib/secinfo-setup/secinfo.conf";
/// Marks that PAM, and the SSH server, were to be changed.
const CHANGES_PAM: &str = "/var/lib/secinfo-setup/pam";
const CHANGES_SSH: &str = "/var/lib/secinfo-setup/ssh";
const FORMER_PAM: &str = "/var/lib/secinfo-setup/pam.d";
const PAM: &str = "/etc/pam.d";
const TIMER: &str = "secinfo-setup-take-back";
/// How much later the timer rolls back than the process that waits for an answer.
const MARGIN: u64 = 15;

/// A prepared rollback.
#[derive(Debug)]
pub(super) struct WayBack<'a> {
    host: &'a Host,
    token: String,
    /// When the answer is too late. The timer counts from the same time.
    pub(super) deadline: Instant,
}

impl<'a> WayBack<'a> {
    /// Whether an interrupted run has left one.
    pub(super) fn is_there(host: &Host) -> bool {
        host.has(READY)
    }

    /// Keeps the present files, and sets the timer.
    pub(super) fn prepare(
        host: &'a Host,
        pam: bool,
        ssh: bool,
        timeout: Duration,
    ) -> Result<Self, Failure> {
        let _lock = Lock::of_sign_in(host)?;
        if Self::is_there(host) {
            return Err(Failure::Refused(
                "another change of sign-in waits for a confirmation: run sudo secinfo setup --take-back, then sudo secinfo setup again".into(),
            ));
        }
        stop(host, &["timer", "service"])?;
        host.remove_directory(DIRECTORY)?;
        host.make_directory(DIRECTORY, 0o700)?;
        keep(host, pam, ssh)?;
        let token = new_token()?;
        host.write(READY, token.as_bytes(), 0o600)?;
        let deadline = Instant::now() + timeout;
        let set = set_timer(host, timeout);
        if set.is_err() {
            // Nothing was changed yet, so nothing has to be rolled back.
            host.remove(READY)?;
            host.remove_directory(DIRECTORY)?;
        }
        set.map(|()| Self {
            host,
            token,
            deadline,
        })
    }

    /// Makes a change of sign-in, unless it was rolled back meanwhile: nothing would undo the change
    /// then.
    pub(super) fn change<T>(
        &self,
        make: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let _lock = Lock::of_sign_in(self.host)?;
        if !self.is_ours()? {
            return Err(Failure::Refused(
                "it took so long that it was taken back meanwhile".into(),
            ));
        }
        make()
    }

    /// Cancels it, because sign-in works. Whether it was still pending, and ours.
    pub(super) fn forget(&self) -> Result<bool, Failure> {
        let host = self.host;
        let _lock = Lock::of_sign_in(host)?;
        if !self.is_ours()? {
            return Ok(false);
        }
        // From here on neither the timer nor a boot finds anything to do.
        host.remove(READY)?;
        tidy(host, &["timer", "service"]);
        Ok(true)
    }

    /// Rolls back, unless another process did.
    pub(super) fn go(&self) -> Result<(), Failure> {
        let _lock = Lock::of_sign_in(self.host)?;
        if self.is_ours()? {
            go_locked(self.host)?;
        }
        Ok(())
    }

    fn is_ours(&self) -> Result<bool, Failure> {
        let ready = self.host.bytes(READY)?;
        Ok(ready.is_some_and(|ready| ready.as_slice() == self.token.as_bytes()))
    }
}

/// Copies the files that will be changed.
fn keep(host: &Host, pam: bool, ssh: bool) -> Result<(), Failure> {
    host.make_directory(FORMER_PAM, 0o700)?;
    if pam {
        for name in host
            .names(PAM)?
            .iter()
            .filter(|name| name.starts_with("common-"))
        {
            if let Some(content) = host.bytes(&format!("{PAM}/{name}"))? {
                host.write(&format!("{FORMER_PAM}/{name}"), &content, 0o600)?;
            }
        }
        host.write(CHANGES_PAM, b"", 0o600)?;
    }
    if ssh {
        if let Some(former) = host.bytes(ssh::FILE)? {
            host.write(FORMER_SSH, &former, 0o600)?;
        }
        host.write(CHANGES_SSH, b"", 0o600)?;
    }
    Ok(())
}

fn new_token() -> Result<String, Failure> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    Ok(random.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

fn set_timer(host: &Host, timeout: Duration) -> Result<(), Failure> {
    let seconds = timeout.as_secs() + MARGIN;
    // Not the file that runs now: an upgrade may have replaced it by then.
    let program = host.program("secinfo").ok_or_else(|| {
        Failure::Refused(
            "secinfo is not installed where systemd could run it: install the package secinfo"
                .into(),
        )
    })?;
    host.succeed(&Program::new(
        "systemd-run",
        [
            "--quiet".into(),
            "--collect".into(),
            format!("--unit={TIMER}").into(),
            format!("--on-active={seconds}s").into(),
            "--timer-property=AccuracySec=1s".into(),
            // Until what runs is as before.
            "--property=Restart=on-failure".into(),
            "--property=RestartSec=10s".into(),
            program.into_os_string(),
            "setup".into(),
            "--take-back".into(),
        ],
    ))?;
    Ok(())
}

/// Stops the timer, and the service that it has started, which does nothing without the lock that is
/// held here.
fn stop(host: &Host, kinds: &[&str]) -> Result<(), Failure> {
    let units = kinds.iter().map(|kind| format!("{TIMER}.{kind}"));
    let words: Vec<String> = std::iter::once("stop".to_owned()).chain(units).collect();
    // It says no where there is none.
    host.run(&Program::new("systemctl", words))?;
    Ok(())
}

/// Removes leftovers. Any that stay do no harm.
fn tidy(host: &Host, kinds: &[&str]) {
    let _ = stop(host, kinds);
    let _ = host.remove_directory(DIRECTORY);
}

/// Rolls back what a run has left; whether there was anything.
pub(super) fn go(host: &Host) -> Result<bool, Failure> {
    let _lock = Lock::of_sign_in(host)?;
    let is_there = WayBack::is_there(host);
    if is_there {
        go_locked(host)?;
    }
    Ok(is_there)
}

/// Restores the SSH server first: without PAM behind them, prompts would let in by password. Each part
/// is tried even if the one before failed.
fn go_locked(host: &Host) -> Result<(), Failure> {
    let ssh = if host.has(CHANGES_SSH) {
        ssh_back(host)
    } else {
        Ok(())
    };
    let pam = if host.has(CHANGES_PAM) {
        pam_back(host)
    } else {
        Ok(())
    };
    ssh.and(pam)?;
    host.remove(READY)?;
    // Not the service: it may be the one that goes back here.
    tidy(host, &["timer"]);
    Ok(())
}

fn ssh_back(host: &Host) -> Result<(), Failure> {
    match host.bytes(FORMER_SSH)? {
        Some(former) => host.write(ssh::FILE, &former, 0o644)?,
        None => host.remove(ssh::FILE)?,
    }
    ssh::reload(host)
}

fn pam_back(host: &Host) -> Result<(), Failure> {
    let ran = host.run(&Program::new(UPDATE, ["--disable", "secinfo"]));
    if ran.is_ok_and(|ran| ran.well) && !is_on(host)? {
        return Ok(());
    }
    // It would not: then the files themselves.
    for name in host.names(FORMER_PAM)? {
        if let Some(former) = host.bytes(&format!("{FORMER_PAM}/{name}"))? {
            host.write(&format!("{PAM}/{name}"), &former, 0o644)?;
        }
    }
    if is_on(host)? {
        return Err(Failure::Refused(format!(
            "{COMMON_AUTH} still has the line of pam_secinfo.so: remove it there"
        )));
    }
    Ok(())
}

/// `secinfo setup --take-back`: run by the timer, at boot, and by an administrator who does not wait.
pub(crate) fn take_back(screen: &Screen, host: &Host) -> Result<(), Failure> {
    if !go(host)? {
        return Err(Failure::Refused(
            "there is nothing to take back: no run of secinfo setup waits for a confirmation"
                .into(),
        ));
    }
    screen.json(&serde_json::json!({"taken_back": true}))?;
    screen.paragraph("Sign-in is as it was before.")
}
