//! What the daemon tells its log: to the journal under systemd, to standard error otherwise.

use crate::journal::Lines;
use crate::line_limit::LineLimit;
use std::io::{self, IsTerminal};
use std::panic;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt};

/// Starts logging, at the level of the variable `SECINFO_LOG` (default `info`), and makes sure
/// that a panic leaves its place in the log and not its text, which may hold anything.
pub fn start() {
    let filter =
        EnvFilter::try_from_env("SECINFO_LOG").unwrap_or_else(|_| EnvFilter::new("info,sled=warn"));
    let registry = tracing_subscriber::registry()
        .with(filter)
        .with(LineLimit::default());
    match Lines::to_journal() {
        Some(lines) => registry.with(lines).init(),
        None => registry
            .with(
                fmt::layer()
                    .with_writer(io::stderr)
                    .with_ansi(io::stderr().is_terminal()),
            )
            .init(),
    }
    panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(%place, "panic");
    }));
}
