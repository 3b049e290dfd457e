//! Logs what a host writes to its standard error and what its plugin logs, at a limited rate.

use super::clean;
use secinfo_channel_host::wire::LogLevel;
use secinfo_domain::ChannelName;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::{Duration, Instant};

/// How many lines of one host are logged within a second. Those beyond are counted.
const LINES_PER_SECOND: u64 = 20;

/// Writes the lines of one host to the log of the daemon.
pub(super) struct Lines {
    channel: ChannelName,
    second: Instant,
    in_second: u64,
    dropped: u64,
}

impl Lines {
    pub(super) fn new(channel: ChannelName) -> Self {
        Self {
            channel,
            second: Instant::now(),
            in_second: 0,
            dropped: 0,
        }
    }

    /// Logs a line, unless there were too many. `dropped` lines before it were left out already.
    pub(super) fn log(&mut self, level: LogLevel, line: &str, dropped: u64) {
        self.dropped = self.dropped.saturating_add(dropped);
        if self.second.elapsed() >= Duration::from_secs(1) {
            self.second = Instant::now();
            self.in_second = 0;
        }
        if self.in_second >= LINES_PER_SECOND {
            self.dropped = self.dropped.saturating_add(1);
            return;
        }
        self.in_second += 1;
        let (channel, line) = (&self.channel, clean::text(line));
        let dropped = std::mem::take(&mut self.dropped);
        match level {
            LogLevel::Error => tracing::error!(%channel, dropped, "{line}"),
            LogLevel::Warning => tracing::warn!(%channel, dropped, "{line}"),
            LogLevel::Info => tracing::info!(%channel, dropped, "{line}"),
            LogLevel::Debug => tracing::debug!(%channel, dropped, "{line}"),
        }
    }

    /// Logs what is written there, line by line, until the other end is closed.
    pub(super) async fn drain(mut self, mut from: impl AsyncRead + Unpin) {
        let mut chunk = [0; 4096];
        let mut line = Vec::new();
        while let Ok(length @ 1..) = from.read(&mut chunk).await {
            for byte in &chunk[..length] {
                if *byte == b'\n' {
                    self.log_bytes(&mut line);
                } else if line.len() < clean::LIMIT {
                    line.push(*byte);
                }
            }
        }
        self.log_bytes(&mut line);
    }

    fn log_bytes(&mut self, line: &mut Vec<u8>) {
        if !line.is_empty() {
            self.log(LogLevel::Info, &String::from_utf8_lossy(line), 0);
            line.clear();
        }
    }
}
