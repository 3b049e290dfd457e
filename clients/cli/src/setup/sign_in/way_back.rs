//! How sign-in becomes as it was before: what was there is kept, and a timer of systemd's goes back
//! by itself, whatever has become of the process that set it.

use super::super::host::Host;
use super::super::program::Program;
use super::{COMMON_AUTH, UPDATE, is_on, ssh};
use crate::failure::Failure;
use crate::screen::Screen;
use std::time::Duration;

/// Where it is kept what was there. It is gone after a start of the host, as the timer is.
const DIRECTORY: &str = "/run/secinfo-setup";
const READY: &str = "/run/secinfo-setup/ready";
/// The former file of ours beside the configuration of the SSH server.
const FORMER_SSH: &str = "/run/secinfo-setup/secinfo.conf";
/// That PAM, and the SSH server, were to be changed.
const CHANGES_PAM: &str = "/run/secinfo-setup/pam";
const CHANGES_SSH: &str = "/run/secinfo-setup/ssh";
const FORMER_PAM: &str = "/run/secinfo-setup/pam.d";
const PAM: &str = "/etc/pam.d";
const TIMER: &str = "secinfo-setup-take-back";
/// How much later the timer goes back than the process that waits for an answer.
const MARGIN: u64 = 15;

/// A way back that is prepared.
#[derive(Debug)]
pub(super) struct WayBack<'a> {
    host: &'a Host,
}

impl<'a> WayBack<'a> {
    /// Whether one was left by a run that was cut short.
    pub(super) fn is_there(host: &Host) -> bool {
        host.has(READY)
    }

    /// Keeps what is there, and sets the timer.
    pub(super) fn prepare(
        host: &'a Host,
        pam: bool,
        ssh: bool,
        timeout: Duration,
    ) -> Result<Self, Failure> {
        stop_timer(host)?;
        host.remove_directory(DIRECTORY)?;
        host.make_directory(DIRECTORY, 0o700)?;
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
        host.write(READY, b"", 0o600)?;
        let seconds = timeout.as_secs() + MARGIN;
        let program = std::env::current_exe()?;
        let set = host.succeed(&Program::new(
            "systemd-run",
            [
                "--quiet".into(),
                "--collect".into(),
                format!("--unit={TIMER}").into(),
                format!("--on-active={seconds}s").into(),
                "--timer-property=AccuracySec=1s".into(),
                program.into_os_string(),
                "setup".into(),
                "--take-back".into(),
            ],
        ));
        if set.is_err() {
            // Nothing was changed yet, so there is nothing to go back from.
            host.remove_directory(DIRECTORY)?;
        }
        set.map(|_| Self { host })
    }

    /// Forgets it, because all is well. Whether it was still there.
    pub(super) fn forget(self) -> Result<bool, Failure> {
        let host = self.host;
        if !Self::is_there(host) {
            return Ok(false);
        }
        stop_timer(host)?;
        let was_there = Self::is_there(host);
        host.remove_directory(DIRECTORY)?;
        Ok(was_there)
    }
}

fn stop_timer(host: &Host) -> Result<(), Failure> {
    let timer = format!("{TIMER}.timer");
    // It says no where there is none.
    host.run(&Program::new("systemctl", ["stop", &timer]))?;
    Ok(())
}

/// Goes back. The SSH server first: without PAM behind it, prompts would be a way in by password.
/// Each part is tried whatever became of the one before.
pub(super) fn go(host: &Host) -> Result<(), Failure> {
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
    let stopped = stop_timer(host);
    host.remove_directory(DIRECTORY)?;
    stopped
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

/// `secinfo setup --take-back`: what the timer runs, and whoever cannot wait for it.
pub(crate) fn take_back(screen: &Screen, host: &Host) -> Result<(), Failure> {
    if !WayBack::is_there(host) {
        return Err(Failure::Refused(
            "there is nothing to take back: no run of secinfo setup waits for a confirmation"
                .into(),
        ));
    }
    go(host)?;
    screen.json(&serde_json::json!({"taken_back": true}))?;
    screen.paragraph("Sign-in is as it was before.")
}
