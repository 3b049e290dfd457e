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

/// The account that signed in, by whatever means its processes came to run as another one since
/// (`/proc/<pid>/loginuid`); none where nobody did, or the kernel does not say.
pub(crate) fn login_uid(pid: u32) -> Option<u32> {
    let text = fs::read_to_string(format!("/proc/{pid}/loginuid")).ok()?;
    text.trim().parse().ok().filter(|uid| *uid != u32::MAX)
}

/// Whether it is the status of a process in the pid namespace that `/proc` shows, and of none below that, as
/// containers have.
pub(crate) fn is_of_this_host(status: &str) -> bool {
    let ids = status.lines().find_map(|line| line.strip_prefix("NSpid:"));
    ids.is_none_or(|ids| ids.split_whitespace().count() == 1)
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

/// Whether a `/proc/<pid>/cgroup` is that of a service of the host on which the process with `own` is one: of a
/// unit beside its own, or, where no service manager has sorted them, of the same group. Containers and login
/// sessions have groups of their own, and so has what a service keeps apart from itself.
pub(crate) fn is_service_beside(own: &str, other: &str) -> bool {
    let (own, other) = (control_groups(own), control_groups(other));
    let (own, other): (Vec<_>, Vec<_>) = (own.collect(), other.collect());
    let mut pairs = own.iter().zip(&other);
    !own.is_empty()
        && own.len() == other.len()
        && pairs.all(|(own, other)| own == other || is_unit_beside(own, other))
}

fn is_unit_beside(own: &str, other: &str) -> bool {
    const SERVICES: &str = "/system.slice/";
    let services = own.rfind(SERVICES).map(|at| &own[..at + SERVICES.len()]);
    let unit = services.and_then(|services| other.strip_prefix(services));
    unit.is_some_and(|unit| {
        let (slices, unit) = unit.rsplit_once('/').unwrap_or(("", unit));
        let mut slices = slices.split('/').filter(|slice| !slice.is_empty());
        let is = |name: &str, kind| name.strip_suffix(kind).is_some();
        slices.all(|slice| is(slice, ".slice")) && is(unit, ".service")
    })
}

/// A process, told from a later one that has its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ProcessId {
    pid: u32,
    /// When it was started, in ticks since the host was.
    started: u64,
}

impl ProcessId {
    /// The process that leads the session of another, as setsid(2) makes one; none where it has ended.
    pub(crate) fn leader_of(pid: u32) -> Option<Self> {
        Self::of(stat(pid)?.session)
    }

    /// Whether it has not ended.
    pub(crate) fn is_there(self) -> bool {
        Self::of(self.pid) == Some(self)
    }

    fn of(pid: u32) -> Option<Self> {
        let Stat { started, .. } = stat(pid)?;
        Some(Self { pid, started })
    }
}

/// What `/proc/<pid>/stat` says of a process; see proc(5).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stat {
    /// The session that it is in, by the pid of its leader.
    pub(crate) session: u32,
    /// The device number of its controlling terminal; 0 for none.
    pub(crate) terminal: i32,
    /// When it started, in clock ticks since boot.
    pub(crate) started: u64,
}

/// What is said of the process that has this id.
pub(crate) fn stat(pid: u32) -> Option<Stat> {
    parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

fn parse(stat: &str) -> Option<Stat> {
    // The name of the program stands in parentheses, and may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<_> = rest.split_whitespace().collect();
    Some(Stat {
        session: fields.get(3)?.parse().ok()?,
        terminal: fields.get(4)?.parse().ok()?,
        started: fields.get(19)?.parse().ok()?,
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
    use super::*;
    use std::process::Command;

    #[test]
    fn the_effective_uid_is_the_second_one() {
        assert_eq!(effective_uid("Name:\tsudo\nUid:\t1000\t0\t0\t0\n"), Some(0));
        assert_eq!(effective_uid("Name:\tUid:\n"), None);
    }

    #[test]
    fn a_process_in_a_container_has_several_ids() {
        assert!(is_of_this_host("Name:\tsshd\nNSpid:\t811\n"));
        assert!(is_of_this_host("Name:\tsshd\n"), "a kernel without them");
        assert!(!is_of_this_host("Name:\tsshd\nNSpid:\t811\t7\n"));
    }

    #[test]
    fn a_service_of_this_host_is_told_from_containers_and_sessions_by_its_control_group() {
        let own = "0::/system.slice/secinfod.service\n";
        for service in [
            "0::/system.slice/ssh.service\n",
            "0::/system.slice/system-sshd.slice/sshd@4-10.0.0.1:22-10.0.0.2:5.service\n",
        ] {
            assert!(is_service_beside(own, service), "{service}");
        }
        for other in [
            "0::/\n",
            "0::/system.slice\n",
            "0::/system.slice/docker-3f1.scope\n",
            "0::/system.slice/docker.service/docker/3f1\n",
            "0::/system.slice/docker-3f1.scope/system.slice/ssh.service\n",
            "0::/machine.slice/libpod-3f1.scope/container\n",
            "0::/kubepods.slice/pod.slice/cri-3f1.scope\n",
            "0::/user.slice/user-0.slice/session-3.scope\n",
            "0::/user.slice/user-1000.slice/user@1000.service\n",
            "0::/../ssh.service\n",
            "5:cpu:/system.slice/ssh.service\n",
            "",
        ] {
            assert!(!is_service_beside(own, other), "{other}");
        }
        // Without a service manager, within another host, and with two hierarchies.
        assert!(is_service_beside("0::/\n", "0::/\n"));
        assert!(!is_service_beside("0::/\n", "0::/docker/3f1\n"));
        let within = "0::/lxc/a/system.slice/secinfod.service\n";
        assert!(is_service_beside(
            within,
            "0::/lxc/a/system.slice/ssh.service\n"
        ));
        assert!(!is_service_beside(
            within,
            "0::/lxc/b/system.slice/ssh.service\n"
        ));
        let both = "3:cpu:/\n1:name=systemd:/system.slice/secinfod.service\n0::/\n";
        assert!(is_service_beside(
            both,
            "3:cpu:/a\n1:name=systemd:/system.slice/ssh.service\n0::/\n"
        ));
        assert!(!is_service_beside(
            both,
            "1:name=systemd:/docker/3f1\n0::/\n"
        ));
        assert!(!is_service_beside("", ""));
    }

    #[test]
    fn a_session_of_processes_is_known_by_who_leads_it() {
        let own = ProcessId::leader_of(std::process::id());
        let spawn = |command: &mut Command| command.arg("600").spawn().unwrap();
        let mut within = spawn(&mut Command::new("sleep"));
        assert_eq!(ProcessId::leader_of(within.id()), own);
        let mut leading = spawn(Command::new("setsid").arg("sleep"));
        let leads = || ProcessId::leader_of(leading.id()).filter(|leader| Some(*leader) != own);
        let begun = std::time::Instant::now();
        while leads().is_none() {
            assert!(begun.elapsed().as_secs() < 60);
            std::thread::yield_now();
        }
        let leader = leads().unwrap();
        assert!(leader.is_there());
        for child in [&mut within, &mut leading] {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        assert!(!leader.is_there());
    }

    #[test]
    fn the_fields_are_found_behind_any_name() {
        for name in ["bash", "a) S 1 2 3 4", "x y (z)", ""] {
            let stat = format!(
                "4242 ({name}) S 4241 4242 4200 34817 4242 4194304 1 0 0 0 2 1 0 0 20 0 1 0 998877 \
                 1 2 3"
            );
            let parsed = Stat {
                session: 4200,
                terminal: 34817,
                started: 998_877,
            };
            assert_eq!(parse(&stat), Some(parsed), "{name:?}");
        }
        for text in ["", "1 (x", "1 (x) S 1 2 3", "1 (x) S a b c d"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn this_very_process_is_found() {
        let process = stat(std::process::id()).unwrap();
        assert!(process.started > 0);
    }

    #[test]
    fn a_pinned_process_that_ended_is_noticed() {
        let mut child = Command::new("sleep").arg("600").spawn().unwrap();
        let pid = rustix::process::Pid::from_child(&child);
        let pidfd = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()).unwrap();
        assert!(is_running(&pidfd));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!is_running(&pidfd));
    }
}
