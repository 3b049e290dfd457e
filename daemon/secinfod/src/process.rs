//! What proc(5) says of processes.

use std::fs;
use std::os::fd::{AsFd, AsRawFd};

/// The effective uid in a `/proc/<pid>/status`: the second of the four on its `Uid:` line.
pub(crate) fn effective_uid(status: &str) -> Option<u32> {
    uid_in(status, 1)
}

/// The real uid in it.
pub(crate) fn real_uid(status: &str) -> Option<u32> {
    uid_in(status, 0)
}

fn uid_in(status: &str, place: usize) -> Option<u32> {
    let uids = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    uids.split_whitespace().nth(place)?.parse().ok()
}

/// The control groups in a `/proc/<pid>/cgroup` that systemd decides: that of version 2, and that of its own
/// hierarchy of version 1.
pub(crate) fn control_groups(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let (_, controllers_and_path) = line.split_once(':')?;
        let (controllers, path) = controllers_and_path.split_once(':')?;
        matches!(controllers, "" | "name=systemd").then_some(path)
    })
}

/// Whether the process behind a pidfd has not ended.
pub(crate) fn is_running(pidfd: &impl AsFd) -> bool {
    let pidfd = pidfd.as_fd().as_raw_fd();
    fs::read_to_string(format!("/proc/self/fdinfo/{pidfd}")).is_ok_and(|info| {
        info.lines()
            .find_map(|line| line.strip_prefix("Pid:"))
            .and_then(|pid| pid.trim().parse::<i64>().ok())
            .is_some_and(|pid| pid > 0)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::{effective_uid, is_running};

    #[test]
    fn the_effective_uid_is_the_second_one() {
        assert_eq!(effective_uid("Name:\tsudo\nUid:\t1000\t0\t0\t0\n"), Some(0));
        assert_eq!(effective_uid("Name:\tUid:\n"), None);
    }

    #[test]
    fn a_pinned_process_that_ended_is_noticed() {
        let mut child = std::process::Command::new("sleep")
            .arg("600")
            .spawn()
            .unwrap();
        let pid = rustix::process::Pid::from_child(&child);
        let pidfd = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()).unwrap();
        assert!(is_running(&pidfd));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!is_running(&pidfd));
    }
}
