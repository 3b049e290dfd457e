//! Handles Ctrl-C and other termination signals: tasks check for them between steps, so that they can
//! stop the processes that they started.

use crate::failure::{Failure, Result};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

/// How often a sleeping task checks for a signal.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

static STOP: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Installs the signal handlers: from now on signals only set a flag.
pub(crate) fn watch() {
    let stop = STOP.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(stop))
            .expect("these signals can be handled");
    }
}

/// Fails if a signal has arrived.
pub(crate) fn check() -> Result<()> {
    let stop = STOP.get().is_some_and(|stop| stop.load(Ordering::Relaxed));
    if stop {
        Err(Failure::Interrupted)
    } else {
        Ok(())
    }
}

/// Sleeps; fails as soon as a signal arrives.
pub(crate) fn sleep(time: Duration) -> Result<()> {
    let end = Instant::now() + time;
    loop {
        check()?;
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        thread::sleep(left.min(POLL_INTERVAL));
    }
}

/// Sleeps until a signal arrives.
pub(crate) fn wait() {
    while check().is_ok() {
        thread::sleep(POLL_INTERVAL);
    }
}
