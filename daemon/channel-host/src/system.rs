//! System calls and libc functions that have no safe wrapper.
#![allow(
    unsafe_code,
    reason = "descriptors by number, and libc functions without a wrapper"
)]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};

/// The first descriptor passed by systemd (`sd_listen_fds(3)`).
const FIRST_PASSED: RawFd = 3;

/// Takes the descriptor that systemd passed to this process, if there is exactly one: a listening socket,
/// as the units have it. There is none the second time.
pub fn passed_listener() -> Option<OwnedFd> {
    static TAKEN: AtomicBool = AtomicBool::new(false);
    let number = |name| std::env::var(name).ok()?.parse::<u32>().ok();
    if number("LISTEN_PID") != Some(std::process::id()) || number("LISTEN_FDS") != Some(1) {
        return None;
    }
    if TAKEN.swap(true, Ordering::Relaxed) {
        return None;
    }
    // SAFETY: systemd passed it to this process, and it is taken once.
    Some(unsafe { OwnedFd::from_raw_fd(FIRST_PASSED) })
}

/// Closes every descriptor except the first three and `keep`.
///
/// The caller must hold no other descriptor: its number could be reused for another file.
pub(crate) fn close_all_but(keep: &[BorrowedFd<'_>]) -> io::Result<()> {
    let mut keep: Vec<u32> = keep
        .iter()
        .filter_map(|fd| u32::try_from(fd.as_raw_fd()).ok())
        .filter(|fd| *fd > 2)
        .collect();
    keep.sort_unstable();
    let mut first = 3;
    for fd in keep {
        if fd > first {
            close(first, fd - 1)?;
        }
        first = fd + 1;
    }
    close(first, u32::MAX)
}

fn close(first: u32, last: u32) -> io::Result<()> {
    // SAFETY: close_range reads no memory, and these descriptors are not in use, as said above.
    if unsafe { libc::close_range(first, last, 0) } == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Keeps glibc from reserving 64 MiB of address space for every thread, which counts towards the
/// limit of address space.
pub(crate) fn limit_arenas() {
    #[cfg(target_env = "gnu")]
    // SAFETY: it sets a parameter of the allocator while there are no other threads.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 2);
    }
}
