//! A background process that is stopped with the demo.

use crate::failure::{Context, Failure, Result};
use rustix::process::{Pid, Signal, kill_process};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

/// How long a program may take to exit after SIGTERM.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// The running program.
pub(super) struct Process {
    name: &'static str,
    pub(super) child: Child,
}

impl Process {
    /// Starts it in its own process group: Ctrl-C does not reach it, so that the demo can stop its
    /// processes in order.
    pub(super) fn start(name: &'static str, command: &mut Command) -> Result<Self> {
        let child = command
            .process_group(0)
            .spawn()
            .context(|| format!("start {name}"))?;
        Ok(Self { name, child })
    }

    /// Fails if the process has exited on its own.
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

    /// Whether it still runs.
    pub(super) fn is_running(&mut self) -> Result<bool> {
        let ended = self
            .child
            .try_wait()
            .context(|| format!("watch {}", self.name))?;
        Ok(ended.is_none())
    }

    /// Sends SIGTERM and waits. Fails if the process does not exit in time or fails.
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
            // This fails only if the process has already exited. It is not waited for yet, so the id
            // cannot belong to another process.
            let _ = kill_process(id, Signal::TERM);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) && self.stop().is_err() {
            // Errors cannot be reported from a destructor.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
