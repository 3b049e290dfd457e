//! systemd as the first process of a container: starting it, entering it and ending it.

use secinfo_test_person::Process;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a container may take to start or to stop before a test gives up.
const PATIENCE: Duration = Duration::from_mins(2);

/// Starts the container `$2` from the root file system `$1` with the empty directory `$4` for its
/// own use; if `$3` is `copy`, so that the root file system stays as it is.
///
/// All mounts, and what is written to the copy, go with the processes, because they are in a mount
/// namespace of their own, and all processes go with the shell, because it is the first one of a
/// namespace of processes: systemd would outlive a nspawn that is killed. A control group of its own keeps two systemds from taking each other's
/// processes for their own.
///
/// Without all capabilities and `bpf()`, `IPAddressDeny=` is silently not enforced.
const START: &str = r#"set -e
root=$1
if [ "$3" = copy ]; then
    mount -t tmpfs -o mode=755 tmpfs "$4"
    root=$4/root
    mkdir "$4/changes" "$4/work" "$root"
    mount -t overlay -o "lowerdir=$1,upperdir=$4/changes,workdir=$4/work" overlay "$root" ||
        cp --archive "$1/." "$root"
fi
mkdir -p "$4/groups"
mount -t cgroup2 cgroup2 "$4/groups"
mkdir "$4/groups/$2"
echo $$ >"$4/groups/$2/cgroup.procs"
umount "$4/groups"
export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
systemd-nspawn --directory="$root" --boot --machine="$2" --private-network \
    --keep-unit --register=no --capability=all --system-call-filter=bpf --console=pipe
"#;

/// Whether what happens in a container changes the root file system that it is started from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Changes {
    Kept,
    Lost,
}

/// A running container. Killed with this value, and with the thread that started it.
pub(crate) struct Container {
    name: String,
    process: Child,
    leader: u32,
    directory: TempDir,
}

impl Container {
    /// Starts one.
    pub(crate) fn start(root: &Path, changes: Changes) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("secinfo-test-{}-{number}", std::process::id());
        let directory = tempfile::Builder::new()
            .prefix("secinfo-host-")
            .tempdir()
            .unwrap();
        let place = directory.path().join("mounts");
        fs::create_dir(&place).unwrap();
        let console = File::create(directory.path().join("console")).unwrap();
        let changes = if changes == Changes::Lost {
            "copy"
        } else {
            "itself"
        };
        let process = Command::new("setpriv")
            .args(["--pdeathsig", "KILL"])
            .args(["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"])
            .args(["sh", "-c", START, "sh"])
            .arg(root)
            .args([&name, changes])
            .arg(&place)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(console.try_clone().unwrap())
            .stderr(console)
            .spawn()
            .expect("setpriv is installed (Debian package util-linux)");
        let mut container = Self {
            name,
            process,
            leader: 0,
            directory,
        };
        container.find_leader();
        container
    }

    /// Waits for the first process in the container.
    fn find_leader(&mut self) {
        let begun = Instant::now();
        loop {
            if let Some(leader) = leader_below(self.process.id()) {
                self.leader = leader;
                return;
            }
            let ended = self.process.try_wait().unwrap();
            assert!(
                ended.is_none() && begun.elapsed() < PATIENCE,
                "systemd-nspawn (Debian package systemd-container) starts no machine; this takes \
                 root and the right to mount ({ended:?}): {}",
                self.console()
            );
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The first process in the container, as the outside sees it.
    pub(crate) fn leader(&self) -> u32 {
        self.leader
    }

    /// Its root file system with all that is mounted there, as the outside sees it.
    pub(crate) fn root(&self) -> PathBuf {
        format!("/proc/{}/root", self.leader).into()
    }

    /// A directory of its own outside of the container, which goes with it.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A command in the container, in all respects.
    pub(crate) fn command(&self) -> Command {
        let mut command = self.entering(&["-m", "-u", "-i", "-n", "-p", "-C", "-r"]);
        command
            .env_clear()
            .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin")
            .env("HOME", "/root")
            .env("LANG", "C.UTF-8");
        command
    }

    /// A command of the outside on the container's network.
    pub(crate) fn command_on_its_network(&self) -> Command {
        self.entering(&["-n"])
    }

    fn entering(&self, namespaces: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        command
            .args(["-t", &self.leader.to_string()])
            .args(namespaces)
            .arg("--");
        command
    }

    /// What systemd and nspawn have said.
    pub(crate) fn console(&self) -> String {
        let bytes = fs::read(self.directory.path().join("console")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Waits until it has stopped, after it was asked to.
    pub(crate) fn wait_stopped(&mut self) {
        let begun = Instant::now();
        while self.process.try_wait().unwrap().is_none() {
            assert!(
                begun.elapsed() < PATIENCE,
                "the machine does not stop: {}",
                self.console()
            );
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// The control groups, which do not go by themselves: in the hierarchy that was asked for, and
    /// in that of systemd's own where the machine has both.
    fn control_groups(&self) -> Vec<PathBuf> {
        ["", "unified", "systemd"]
            .iter()
            .map(|hierarchy| Path::new("/sys/fs/cgroup").join(hierarchy).join(&self.name))
            .filter(|path| path.is_dir())
            .collect()
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let begun = Instant::now();
        for group in self.control_groups() {
            // Busy until the last process is gone.
            while remove_groups(&group).is_err() && begun.elapsed() < Duration::from_secs(10) {
                thread::sleep(Duration::from_millis(10));
            }
        }
    }
}

/// The first systemd among what a process has started, and what that has.
fn leader_below(process: u32) -> Option<u32> {
    Process::children_of(process).iter().find_map(|child| {
        let name = fs::read_to_string(format!("/proc/{}/comm", child.pid));
        if name.is_ok_and(|name| name == "systemd\n") {
            Some(child.pid)
        } else {
            leader_below(child.pid)
        }
    })
}

fn remove_groups(group: &Path) -> io::Result<()> {
    for entry in fs::read_dir(group)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove_groups(&entry.path())?;
        }
    }
    fs::remove_dir(group)
}
