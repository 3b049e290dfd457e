//! Processes that were started by other processes.

use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::time::{Duration, Instant};

/// How long a process may take to end.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A process, identified by its id and start time, because an id can be reused after its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its id.
    pub pid: u32,
    /// Its command line.
    pub arguments: Vec<String>,
    started: u64,
}

impl Process {
    /// The children of a process, including zombies.
    pub fn children_of(parent: u32) -> Vec<Self> {
        fs::read_dir("/proc")
            .unwrap()
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .filter_map(|pid| {
                let (of, started) = stat(pid)?;
                (of == parent).then(|| Self {
                    pid,
                    arguments: arguments(pid),
                    started,
                })
            })
            .collect()
    }

    /// Whether it has ended and been reaped.
    pub fn is_gone(&self) -> bool {
        stat(self.pid).is_none_or(|(_, started)| started != self.started)
    }

    /// Whether it has ended but not been reaped.
    pub fn is_zombie(&self) -> bool {
        fields(self.pid).is_some_and(|fields| fields[0] == "Z") && !self.is_gone()
    }

    /// Kills it.
    pub fn kill(&self) {
        assert!(!self.is_gone(), "{self:?} has ended");
        let pid = Pid::from_raw(self.pid.cast_signed()).unwrap();
        kill_process(pid, Signal::KILL).unwrap();
    }

    /// Waits for its end.
    pub fn wait_gone(&self) {
        let begun = Instant::now();
        while !self.is_gone() {
            assert!(begun.elapsed() < TIMEOUT, "{self:?} does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// The peak resident memory of a process, in KiB.
pub fn peak_memory(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let words: Vec<_> = line.unwrap().split_whitespace().collect();
    words[1].parse().unwrap()
}

fn arguments(pid: u32) -> Vec<String> {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes)
        .split_terminator('\0')
        .map(str::to_owned)
        .collect()
}

/// The fields of `/proc/PID/stat`, starting with the third, the state.
fn fields(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before them may contain any characters.
    let (_, rest) = text.rsplit_once(") ")?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

/// The parent's id and the start time of a process.
fn stat(pid: u32) -> Option<(u32, u64)> {
    let fields = fields(pid)?;
    Some((fields[1].parse().ok()?, fields[19].parse().ok()?))
}
