//! Taking times, and the yardstick of every append: the same bytes, written and synced by nobody
//! but the system.

use crate::failure::{Context, Result};
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// The median; 0 of nothing.
pub(crate) fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    let middle = samples.len() / 2;
    match samples.len() {
        0 => 0.0,
        length if length % 2 == 1 => samples[middle],
        _ => f64::midpoint(samples[middle - 1], samples[middle]),
    }
}

/// The value below which this share of the samples lies.
pub(crate) fn percentile(mut samples: Vec<f64>, percent: usize) -> f64 {
    samples.sort_by(f64::total_cmp);
    let last = samples.len().saturating_sub(1);
    samples
        .get(last * percent / 100)
        .copied()
        .unwrap_or_default()
}

/// So many things shared by so many.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
pub(crate) fn mean(things: usize, by: usize) -> f64 {
    things as f64 / by as f64
}

/// Microseconds.
pub(crate) fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

/// So many things in so long, by the second.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
pub(crate) fn per_second(count: usize, duration: Duration) -> f64 {
    count as f64 / duration.as_secs_f64()
}

/// A bare file, appended to and synced.
pub(crate) struct Bare(File);

impl Bare {
    /// A new file in this directory, which is on the file system to be compared with.
    pub(crate) fn create(directory: &Path) -> Result<Self> {
        let path = directory.join("bare");
        let file = File::options()
            .create(true)
            .append(true)
            .open(&path)
            .context(|| format!("create {}", path.display()))?;
        Ok(Self(file))
    }

    /// Writes the bytes; on return they are on the disk.
    pub(crate) fn write_durably(&mut self, bytes: &[u8]) -> Result<Duration> {
        let begun = Instant::now();
        self.0
            .write_all(bytes)
            .and_then(|()| self.0.sync_data())
            .context(|| "write the bare file".into())?;
        Ok(begun.elapsed())
    }
}
