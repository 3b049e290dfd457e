//! Who is at the other end of a connection, as the kernel says it.

use crate::process::{
    ProcessId, is_of_this_host, is_running, is_service_beside, login_uid, real_uid,
};
use crate::service::SshConnection;
use nix::sys::socket::{getsockopt, sockopt::PeerPidfd};
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use tokio::net::UnixStream;

/// The process that connected.
pub(super) struct Peer {
    uid: u32,
    pid: Option<u32>,
    /// What pins the process, where the kernel has it (Linux 6.5).
    process: Option<OwnedFd>,
    account: u32,
}

impl Peer {
    /// The process at the other end.
    ///
    /// # Errors
    /// When the kernel does not say.
    pub(super) fn of(stream: &UnixStream) -> io::Result<Self> {
        let credentials = stream.peer_cred()?;
        let uid = credentials.uid();
        let mut peer = Self {
            uid,
            // None, or 0, for a process that cannot be seen from here.
            pid: credentials
                .pid()
                .and_then(|pid| u32::try_from(pid).ok())
                .filter(|pid| *pid > 0),
            process: getsockopt(stream, PeerPidfd).ok(),
            account: uid,
        };
        if uid == 0 {
            peer.account = peer.look(started_by).unwrap_or(0);
        }
        Ok(peer)
    }

    /// Its uid. Root's processes act for the user who signs in.
    pub(super) const fn uid(&self) -> u32 {
        self.uid
    }

    /// The account that the connection counts for: the account that started the process. Of `su` and
    /// `sudo`, which run as root, that is who called them.
    pub(super) const fn account(&self) -> u32 {
        self.account
    }

    /// The connection that it serves, where it is a process of root's that root has started as a service of this
    /// host: `sshd`, and neither `su` nor a program in a container or in a login session.
    pub(super) fn ssh_connection(&self) -> Option<SshConnection> {
        let served = |pid| {
            let status = status(pid)?;
            let groups = |of: &str| fs::read_to_string(format!("/proc/{of}/cgroup")).ok();
            let is_service = real_uid(&status)? == 0
                && is_of_this_host(&status)
                && is_service_beside(&groups("self")?, &groups(&pid.to_string())?);
            // sshd leads a session of processes for each connection.
            let leader = is_service.then(|| ProcessId::leader_of(pid))?;
            leader.map(SshConnection::served_by)
        };
        (self.uid == 0).then(|| self.look(served))?
    }

    /// The account that signed in, by whatever means its processes came to run as another one since; none where
    /// nobody did, or the kernel does not say.
    pub(super) fn login_uid(&self) -> Option<u32> {
        self.look(login_uid)
    }

    /// Looks at the process by its pid; none if that may be another process's by now.
    pub(super) fn look<T>(&self, at: impl FnOnce(u32) -> Option<T>) -> Option<T> {
        let seen = at(self.pid?)?;
        let same = self.process.as_ref().is_none_or(is_running);
        same.then_some(seen)
    }
}

/// The account that started a process of root's.
fn started_by(pid: u32) -> Option<u32> {
    real_uid(&status(pid)?)
}

/// What the kernel says of a process.
fn status(pid: u32) -> Option<String> {
    fs::read_to_string(format!("/proc/{pid}/status")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_kernel_says_who_connected() {
        let (stream, _other) = UnixStream::pair().unwrap();
        let peer = Peer::of(&stream).unwrap();
        assert_eq!(peer.uid(), rustix::process::getuid().as_raw());
        assert_eq!(peer.account(), peer.uid());
        assert_eq!(peer.look(Some), Some(std::process::id()));
    }

    #[tokio::test]
    async fn what_was_seen_of_a_process_that_has_ended_does_not_count() {
        let (stream, _other) = UnixStream::pair().unwrap();
        let mut peer = Peer::of(&stream).unwrap();
        let mut child = std::process::Command::new("sleep")
            .arg("600")
            .spawn()
            .unwrap();
        let pid = rustix::process::Pid::from_child(&child);
        let pidfd = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()).unwrap();
        peer.process = Some(pidfd);
        assert!(peer.look(Some).is_some());
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(peer.look(Some).is_none());
    }
}
