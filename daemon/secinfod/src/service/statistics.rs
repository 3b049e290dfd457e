//! Numbers for monitoring: nothing in them says who.

use super::Service;
use crate::channels::ChannelStatus;
use crate::core::Counted;
use secinfo_ledger::LedgerError;
use std::fs;
use std::path::Path;

/// The daemon in numbers.
pub struct Statistics {
    /// What has happened since it started, and how many users there are.
    pub counted: Counted,
    /// How many events the log holds.
    pub log_events: u64,
    /// What the log takes on disk, in bytes.
    pub log_bytes: u64,
    /// How many enrollments are going on.
    pub enrollments: u64,
    /// How many verifications are going on.
    pub verifications: u64,
    /// How many sign-ins are going on.
    pub sign_ins: u64,
    /// How each channel is.
    pub channels: Vec<ChannelStatus>,
    /// The memory of the daemon that is resident, in bytes.
    pub memory: u64,
    /// Why the log cannot be written at the moment.
    pub problem: Option<String>,
}

impl Statistics {
    /// How many events the journal was not told of yet.
    pub const fn journal_behind(&self) -> u64 {
        self.log_events.saturating_sub(self.counted.journal_next)
    }
}

impl Service {
    /// The daemon in numbers. It looks at the files of the log, so call it where that may take a
    /// moment.
    pub fn statistics(&self) -> Statistics {
        let (core, state) = (&self.core, self.core.state());
        Statistics {
            counted: core.published().counters().counted(&state, core.now()),
            log_events: state.events(),
            log_bytes: bytes_below(&core.reader().log_directory()),
            enrollments: self.enrollments.sessions().count(),
            verifications: self.verifications.sessions().count(),
            sign_ins: self.sign_ins.sessions().count(),
            channels: self.deliveries.channels(),
            memory: resident_memory(),
            problem: core.problem(),
        }
    }

    /// A signed checkpoint of the log as it is on disk, for an auditor to keep.
    pub fn checkpoint(&self) -> Result<String, LedgerError> {
        let note = self.core.reader().proofs.checkpoint()?;
        // C2SP tlog-checkpoint: the second line is the size.
        if let Some(size) = note.lines().nth(1).and_then(|line| line.parse().ok()) {
            let counters = self.core.published().counters();
            counters.checkpoint(size, self.core.now());
        }
        Ok(note)
    }
}

/// What the files below a directory take on disk. One that goes away meanwhile takes nothing.
fn bytes_below(directory: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let Ok(entries) = fs::read_dir(directory) else {
        return 0;
    };
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(about) if about.is_dir() => bytes_below(&entry.path()),
        Ok(about) if about.is_file() => about.blocks() * 512,
        _ => 0,
    };
    entries.flatten().map(size).sum()
}

/// What `/proc/self/status` gives as `VmRSS` (proc(5)), in bytes; 0 where it cannot be read.
fn resident_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.unwrap_or_default() * 1024
}
