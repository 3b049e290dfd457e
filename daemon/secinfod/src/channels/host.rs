//! The process of a channel: started, or connected to, and ended.

use super::fault::Fault;
use super::frames::{Incoming, Outgoing};
use super::lines::Lines;
use super::plan::Plan;
use crate::config::Launch;
use rustix::process::{Pid, Signal, geteuid, kill_process_group};
use secinfo_domain::UserName;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::net::UnixStream;
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// The environment variables that a host gets. Others, such as where systemd put the daemon's own
/// credentials, it does not get.
const ENVIRONMENT: [&str; 4] = ["PATH", "TZ", "LANG", "SECINFO_LOG"];

/// How long a process that was killed may take to be gone.
const GONE_WITHIN: Duration = Duration::from_secs(5);

/// The process of a channel.
pub(super) struct HostProcess {
    pub(super) incoming: Incoming,
    pub(super) outgoing: Outgoing,
    pub(super) process: Process,
}

/// What of it is ours to end.
pub(super) struct Process {
    child: Option<Child>,
    stderr: Option<JoinHandle<()>>,
}

impl HostProcess {
    pub(super) async fn start(plan: &Plan) -> Result<Self, Fault> {
        let (stream, process) = match &plan.config.launch {
            Launch::Elsewhere { socket, user } => (
                connect(socket, user.as_ref()).await?,
                Process {
                    child: None,
                    stderr: None,
                },
            ),
            Launch::Daemon { user } if geteuid().is_root() => {
                spawn(plan, user).map_err(Fault::Launch)?
            }
            Launch::Daemon { .. } => return Err(Fault::SharedUser),
        };
        let (read, write) = stream.into_split();
        Ok(Self {
            incoming: Incoming::new(read),
            outgoing: Outgoing::new(write),
            process,
        })
    }
}

fn spawn(plan: &Plan, user: &UserName) -> io::Result<(UnixStream, Process)> {
    let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    // The command holds their end, so it must not live longer than this function.
    let mut child = command(plan, user, theirs.into()).spawn()?;
    let lines = Lines::new(plan.config.name.clone());
    let stderr = child
        .stderr
        .take()
        .map(|stderr| tokio::spawn(lines.drain(stderr)));
    let process = Process {
        child: Some(child),
        stderr,
    };
    Ok((UnixStream::from_std(ours)?, process))
}

fn command(plan: &Plan, user: &UserName, socket: OwnedFd) -> Command {
    let config = &plan.config;
    let mut command = Command::new(&plan.hosts.program);
    command.arg0("secinfod").arg("channel-host");
    command.arg("--plugin").arg(&plan.library);
    if let Some(settings) = &config.settings {
        command.arg("--settings").arg(settings);
    }
    command.arg("--user").arg(user.as_str());
    command.arg("--memory").arg(config.memory.to_string());
    for directory in &config.writable {
        command.arg("--writable").arg(directory);
    }
    for path in &config.readable {
        command.arg("--readable").arg(path);
    }
    command.arg("--").arg(config.name.as_str());
    command.env_clear();
    command.envs(ENVIRONMENT.into_iter().filter_map(|name| {
        let value = std::env::var_os(name)?;
        Some((name, value))
    }));
    command
        .current_dir("/")
        .stdin(Stdio::from(socket))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        // What it starts in turn is ended together with it.
        .process_group(0)
        .kill_on_drop(true);
    command
}

/// Connects to a host that the daemon does not start, and checks the uid that listens: codes go there. Of a
/// socket of systemd's, that is root, who listens.
async fn connect(path: &Path, user: Option<&UserName>) -> Result<UnixStream, Fault> {
    let unreachable = |source| Fault::Connect {
        path: path.to_owned(),
        source,
    };
    let stream = UnixStream::connect(path).await.map_err(unreachable)?;
    let peer = stream.peer_cred().map_err(unreachable)?.uid();
    let is_expected = match user {
        _ if peer == 0 => true,
        Some(user) => peer != geteuid().as_raw() && is_uid_of(user, peer).await,
        None => false,
    };
    if is_expected {
        Ok(stream)
    } else {
        Err(Fault::Stranger(peer))
    }
}

async fn is_uid_of(user: &UserName, uid: u32) -> bool {
    let user = user.as_str().to_owned();
    // Who knows the accounts may be somewhere on the network.
    let found = tokio::task::spawn_blocking(move || nix::unistd::User::from_name(&user)).await;
    matches!(found, Ok(Ok(Some(user))) if user.uid.as_raw() == uid)
}

impl Process {
    /// Kills it, and all that it started, if it is ours.
    pub(super) fn kill(&self) {
        // The id is its own until it is waited for, which `gone` alone does.
        let id = self.child.as_ref().and_then(Child::id);
        let group = id.and_then(|id| Pid::from_raw(id.cast_signed()));
        if let Some(group) = group
            && let Err(error) = kill_process_group(group, Signal::KILL)
        {
            tracing::warn!(%error, "a channel's process cannot be killed");
        }
    }

    /// Waits until it is gone. It was killed before.
    pub(super) async fn gone(self) {
        if let Some(mut child) = self.child
            && timeout(GONE_WITHIN, child.wait()).await.is_err()
        {
            tracing::warn!("a channel's process was killed and is still there");
        }
        if let Some(stderr) = self.stderr {
            // Its last words are there already; who else may hold the pipe is not waited for.
            let abort = stderr.abort_handle();
            if timeout(Duration::from_secs(1), stderr).await.is_err() {
                abort.abort();
            }
        }
    }
}
