//! A program that runs beside the walk, and is ended with it.

use crate::failure::{Context, Failure, Result};
use rustix::process::{Pid, Signal, kill_process};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

/// How long a program may take to end when it is asked to.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// The running program.
pub(super) struct Process {
    name: &'static str,
    pub(super) child: Child,
}

impl Process {
    /// Starts it, out of reach of the terminal's Ctrl-C: it is ended in order.
    pub(super) fn start(name: &'static str, command: &mut Command) -> Result<Self> {
        let child = command
            .process_group(0)
            .spawn()
            .context(|| format!("start {name}"))?;
        Ok(Self { name, child })
    }

    /// Fails if it has ended by itself.
    pub(super) fn check(&mut self) -> Result<()> {
        let ended = self
            .child
            .try_wait()
            .context(|| format!("watch {}", self.name))?;
        match ended {
            None => Ok(()),
            Some(status) => Err(Failure::Wrong(format!("{} ended: {status}", self.name))),
        }
    }

    /// Asks it to end, and fails if it does not do so, or not well.
    pub(super) fn stop(&mut self) -> Result<()> {
        self.terminate();
        let end = Instant::now() + STOP_TIMEOUT;
        while Instant::now() < end {
            let ended = self
                .child
                .try_wait()
                .context(|| format!("watch {}", self.name))?;
            match ended {
                Some(status) if status.success() => return Ok(()),
                Some(status) => {
                    return Err(Failure::Wrong(format!("{} ended: {status}", self.name)));
                }
                None => thread::sleep(Duration::from_millis(10)),
            }
        }
        Err(Failure::Wrong(format!(
            "{} did not end within {} s",
            self.name,
            STOP_TIMEOUT.as_secs()
        )))
    }

    fn terminate(&self) {
        if let Ok(id) = i32::try_from(self.child.id())
            && let Some(id) = Pid::from_raw(id)
        {
            // It has ended already where this fails, and is not waited for yet: the id is its own.
            let _ = kill_process(id, Signal::TERM);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) && self.stop().is_err() {
            // Nobody is left who could be told.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
