//! Statistics, memory, and the baseline of every append: writing and syncing the same bytes to a
//! file.

use crate::failure::{Context, Result};
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// The median; 0 without samples.
pub(crate) fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    let middle = samples.len() / 2;
    match samples.len() {
        0 => 0.0,
        length if length % 2 == 1 => samples[middle],
        _ => f64::midpoint(samples[middle - 1], samples[middle]),
    }
}

/// The value below which this percentage of the samples lies.
pub(crate) fn percentile(mut samples: Vec<f64>, percent: usize) -> f64 {
    samples.sort_by(f64::total_cmp);
    let last = samples.len().saturating_sub(1);
    samples
        .get(last * percent / 100)
        .copied()
        .unwrap_or_default()
}

/// The mean number of things in each of `by` groups.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
pub(crate) fn mean(things: usize, by: usize) -> f64 {
    things as f64 / by as f64
}

/// A duration in microseconds.
pub(crate) fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

/// A rate per second.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
pub(crate) fn per_second(count: usize, duration: Duration) -> f64 {
    count as f64 / duration.as_secs_f64()
}

/// The baseline: files that get the same bytes as the log, synced after each write.
pub(crate) struct BareWrites {
    /// Grows with each write, so that the file system must also write its new size.
    growing: File,
    /// Has a fixed size, so that only the bytes themselves must reach the disk, as in the journal of the log: it
    /// shows the limit of the disk.
    fixed: File,
    place: u64,
}

/// How long each write took, in microseconds.
#[derive(Clone, Copy)]
pub(crate) struct BareTimes {
    pub(crate) growing: f64,
    pub(crate) fixed: f64,
}

/// The size of the file that does not grow.
const FIXED: usize = 4 << 20;

impl BareWrites {
    /// Creates the files in this directory, which must be on the same file system as the log.
    pub(crate) fn create(directory: &Path) -> Result<Self> {
        let create = |name: &str| {
            let path = directory.join(name);
            let file = File::create(&path);
            file.context(|| format!("create {}", path.display()))
        };
        let (growing, mut fixed) = (create("growing")?, create("fixed")?);
        fixed
            .write_all(&vec![0; FIXED])
            .and_then(|()| fixed.sync_all())
            .context(|| "write the bare file".into())?;
        Ok(Self {
            growing,
            fixed,
            place: 0,
        })
    }

    /// Writes the bytes durably to one file and then to the other.
    pub(crate) fn write_durably(&mut self, bytes: &[u8]) -> Result<BareTimes> {
        let begun = Instant::now();
        let growing = self
            .growing
            .write_all(bytes)
            .and_then(|()| self.growing.sync_data());
        let between = Instant::now();
        if self.place + bytes.len() as u64 > FIXED as u64 {
            self.place = 0;
        }
        let fixed = self
            .fixed
            .write_all_at(bytes, self.place)
            .and_then(|()| self.fixed.sync_data());
        let ended = Instant::now();
        self.place += bytes.len() as u64;
        growing
            .and(fixed)
            .context(|| "write the bare file".into())?;
        Ok(BareTimes {
            growing: micros(between - begun),
            fixed: micros(ended - between),
        })
    }
}

/// The memory of a process, in bytes.
#[derive(Clone, Copy)]
pub(crate) struct Resident {
    /// Current resident memory.
    pub(crate) now: f64,
    /// Peak resident memory.
    pub(crate) most: f64,
    /// The part of the resident memory that is mapped from files, mainly the program.
    pub(crate) files: f64,
}

impl Resident {
    /// The memory of the process with this id, or of `self`.
    pub(crate) fn of(process: &str) -> Result<Self> {
        let path = format!("/proc/{process}/status");
        let status = std::fs::read_to_string(&path).context(|| format!("read {path}"))?;
        let bytes = |field: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(field));
            let kibibytes = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
            kibibytes.map_or(0.0, |kibibytes: f64| kibibytes * 1024.0)
        };
        Ok(Self {
            now: bytes("VmRSS:"),
            most: bytes("VmHWM:"),
            files: bytes("RssFile:"),
        })
    }
}

/// The CPU time of this thread, which does not depend on the load of the machine.
pub(crate) fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    let nanos = u32::try_from(time.tv_nsec).unwrap_or_default();
    Duration::new(seconds, nanos)
}
