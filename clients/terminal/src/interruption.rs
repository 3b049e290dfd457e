//! Cleanup before a signal such as that of Ctrl-C or Ctrl-\ ends this process.

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;
use std::io;
use std::os::raw::c_int;
use std::sync::{Mutex, MutexGuard, PoisonError};

type Action = Box<dyn FnOnce() + Send>;

struct Undoing {
    /// Oldest first.
    actions: Vec<(u64, Action)>,
    next: u64,
    is_watched: bool,
    is_left_to_others: bool,
}

static UNDOING: Mutex<Undoing> = Mutex::new(Undoing {
    actions: Vec::new(),
    next: 0,
    is_watched: false,
    is_left_to_others: false,
});

fn undoing() -> MutexGuard<'static, Undoing> {
    UNDOING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A cleanup that runs once: when this is dropped, or before a signal ends the process.
pub struct Undo(u64);

impl Undo {
    /// Runs `act`, and registers `undo` for it. No signal ends the process between the two.
    pub fn after<T>(
        act: impl FnOnce() -> io::Result<T>,
        undo: impl FnOnce() + Send + 'static,
    ) -> io::Result<(T, Self)> {
        let mut undoing = undoing();
        undoing.watch()?;
        let made = act()?;
        let number = undoing.next;
        undoing.next += 1;
        undoing.actions.push((number, Box::new(undo)));
        Ok((made, Self(number)))
    }
}

impl Drop for Undo {
    fn drop(&mut self) {
        let mut undoing = undoing();
        let actions = &mut undoing.actions;
        if let Some(index) = actions.iter().position(|(number, _)| *number == self.0) {
            let (_, action) = actions.remove(index);
            action();
        }
    }
}

/// From now on signals do not end the process: the caller handles them.
pub fn leave_to_others() {
    undoing().is_left_to_others = true;
}

impl Undoing {
    /// Handles signals from now on. A handler cannot be removed again, so the thread that is started here
    /// does what the default would do, as long as the process lives.
    fn watch(&mut self) -> io::Result<()> {
        if self.is_watched {
            return Ok(());
        }
        let ignored = ignored();
        let heeded = [SIGINT, SIGQUIT, SIGTERM, SIGHUP]
            .into_iter()
            .filter(|signal| ignored >> (signal - 1) & 1 == 0);
        let mut signals = Signals::new(heeded)?;
        std::thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || signals.forever().for_each(end_by))?;
        self.is_watched = true;
        Ok(())
    }
}

fn end_by(signal: c_int) {
    let mut undoing = undoing();
    if undoing.is_left_to_others {
        return;
    }
    while let Some((_, action)) = undoing.actions.pop() {
        action();
    }
    // It does not return. The lock is held, so that no other thread adds a cleanup meanwhile.
    let _ = emulate_default_handler(signal);
}

/// The signals that the parent process set to be ignored, as nohup does: bit 0 is signal 1.
fn ignored() -> u64 {
    std::fs::read_to_string("/proc/self/status").map_or(0, |status| ignored_in(&status))
}

fn ignored_in(status: &str) -> u64 {
    status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn what_was_done_is_undone_once_and_what_failed_never() {
        let undone = Arc::new(AtomicU32::new(0));
        let count = |by| {
            let undone = Arc::clone(&undone);
            move || {
                undone.fetch_add(by, Ordering::SeqCst);
            }
        };
        let (made, first) = Undo::after(|| Ok(7), count(1)).unwrap();
        let ((), second) = Undo::after(|| Ok(()), count(10)).unwrap();
        assert_eq!(made, 7);
        drop(first);
        assert_eq!(undone.load(Ordering::SeqCst), 1);
        drop(second);
        assert_eq!(undone.load(Ordering::SeqCst), 11);
        let failed = || Err::<(), _>(io::Error::other("not made"));
        assert!(Undo::after(failed, count(100)).is_err());
        assert_eq!(undone.load(Ordering::SeqCst), 11);
    }

    #[test]
    fn signals_that_are_to_be_ignored_are_read_from_the_status_of_the_process() {
        let status = "Name:\tsecinfo\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001003\n";
        assert_eq!(ignored_in(status), 0x1003);
        assert_eq!(ignored_in("Name:\tsecinfo\n"), 0);
        // Rust ignores SIGPIPE, which is 13.
        assert_eq!(ignored() >> 12 & 1, 1);
    }
}
