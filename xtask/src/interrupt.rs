//! Ctrl-C and the other ways to end a task: noticed between steps, so that what was started is
//! ended too.

use crate::failure::{Failure, Result};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

/// How soon a signal is noticed while nothing else happens.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

static STOP: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Takes note of signals from now on, instead of being ended by them.
pub(crate) fn watch() {
    let stop = STOP.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(stop))
            .expect("these signals can be handled");
    }
}

/// Fails if the task is to stop.
pub(crate) fn check() -> Result<()> {
    let stop = STOP.get().is_some_and(|stop| stop.load(Ordering::Relaxed));
    if stop {
        Err(Failure::Interrupted)
    } else {
        Ok(())
    }
}

/// Sleeps, unless the task is to stop.
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

/// Sleeps until the task is to stop.
pub(crate) fn wait() {
    while check().is_ok() {
        thread::sleep(POLL_INTERVAL);
    }
}
