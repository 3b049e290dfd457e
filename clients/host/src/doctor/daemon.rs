//! Checks that the daemon answers, is trusted and is healthy.

use super::finding::{Area, Finding, Findings, Severity};
use super::pam::Protection;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, UnixAddr, connect, socket};
use secinfo_pam_stack::root::Root;
use secinfo_terminal::text::visible;
use secinfo_wire::names::disk_room;
use secinfo_wire::{Error, ManagerProxy, Status};
use std::fs;
use std::os::fd::AsRawFd as _;
use std::path::Path;
use std::time::Duration;

/// The default timeout of the PAM module: a slower daemon verifies no user.
const PATIENCE: Duration = Duration::from_secs(20);

/// The daemon's unit.
const SERVICE: &str = "secinfod.service";
/// What undoes that its units are masked.
const UNMASK: &str = "Run sudo systemctl unmask secinfod.service secinfod.socket, then run sudo systemctl start secinfod.socket \
                      secinfod.service.";

/// Whether an administrator has masked a unit, for good or until the host starts again.
fn is_masked(unit: &str) -> bool {
    ["/etc/systemd/system", "/run/systemd/system"]
        .iter()
        .any(|directory| {
            let target = fs::read_link(format!("{directory}/{unit}"));
            target.is_ok_and(|target| target == Path::new("/dev/null"))
        })
}

/// Asks the daemon for its status.
pub(crate) async fn check(root: &Root, address: Option<&str>, findings: &mut Findings) {
    if !root.is_this_host() {
        findings.missed(Area::Daemon, "the daemon", "it is not that of this host");
        return;
    }
    findings.saw(Area::Daemon, "its bus and its status");
    let asked = tokio::time::timeout(PATIENCE, ask(address)).await;
    let (id, what, remedy) = match asked {
        Ok(Ok(status)) if status.healthy => {
            if status.room != disk_room::ENOUGH {
                findings.add(nearly_full());
            }
            return;
        }
        Ok(Ok(status)) => (
            "daemon-unhealthy",
            format!(
                "secinfod accepts nothing now: {}",
                visible(if status.problem.is_empty() {
                    "it does not say why."
                } else {
                    &status.problem
                })
            ),
            "See sudo journalctl -u secinfod. Until then only break-glass codes let in whom policy \
             covers.",
        ),
        Ok(Err(Error::Untrusted { uid })) => (
            "daemon-untrusted",
            format!("Another than secinfod owns its name on the bus: uid {uid}."),
            "Find out what runs there, and install the bus policy of secinfo, which reserves the \
             name.",
        ),
        Ok(Err(_)) if is_masked(SERVICE) => (
            "daemon-unreachable",
            format!("{SERVICE} is masked: nothing starts secinfod, so nobody can be verified."),
            UNMASK,
        ),
        Ok(Err(error)) => (
            "daemon-unreachable",
            format!(
                "secinfod does not answer, so nobody can be verified: {}",
                visible(&error.to_string())
            ),
            "Run systemctl status secinfod, then sudo journalctl -u secinfod.",
        ),
        Err(_) => (
            "daemon-hangs",
            "secinfod has not answered for 20 seconds.".to_owned(),
            "Run sudo systemctl restart secinfod, then sudo journalctl -u secinfod.",
        ),
    };
    findings.add(Finding {
        id,
        severity: Severity::Error,
        area: Area::Daemon,
        subject: "secinfod".to_owned(),
        services: Vec::new(),
        what,
        remedy: remedy.to_owned(),
        changes: Vec::new(),
    });
}

/// Looks whether programs that sign users in reach the daemon where the PAM module looks for it.
pub(crate) fn sockets(root: &Root, protection: &Protection, findings: &mut Findings) {
    if !root.is_this_host() {
        return;
    }
    for path in &protection.sockets {
        let Err(error) = reach(path) else {
            findings.saw(Area::Daemon, path.clone());
            continue;
        };
        findings.add(Finding::of_host(
            Area::Daemon,
            "sign-in-socket-unreachable",
            Severity::Error,
            path,
            &format!(
                "Programs that sign users in do not reach secinfod here, so nobody gets in but by a break-glass code: \
                 {error}."
            ),
            if is_masked(SERVICE) || is_masked("secinfod.socket") {
                UNMASK
            } else {
                "Run sudo systemctl restart secinfod.socket secinfod.service. It stays so if the socket's unit, or \
                 sign_in_socket in config.toml, names another path."
            },
        ));
    }
}

/// Connects to the socket at a path, and does not wait where too many programs do.
fn reach(path: &str) -> nix::Result<()> {
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let socket = socket(AddressFamily::Unix, SockType::Stream, flags, None)?;
    connect(socket.as_raw_fd(), &UnixAddr::new(path)?)
}

/// What is left of the disk is kept for sign-ins.
fn nearly_full() -> Finding {
    Finding {
        id: "disk-nearly-full",
        severity: Severity::Warning,
        area: Area::Daemon,
        subject: "secinfod".to_owned(),
        services: Vec::new(),
        what: "The disk of the log is nearly full: what is left is kept for sign-ins, and nothing else is changed."
            .to_owned(),
        remedy: "Make room on the file system of /var/lib/secinfo; see df and df -i.".to_owned(),
        changes: Vec::new(),
    }
}

async fn ask(address: Option<&str>) -> Result<Status, Error> {
    let connection = secinfo_wire::connect(address).await?;
    ManagerProxy::new(&connection).await?.get_status().await
}
