//! What the kernel and libc offer without a safe Rust face.
#![allow(
    unsafe_code,
    reason = "descriptors by number, and libc functions without a wrapper"
)]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

/// The first descriptor that systemd passes (`sd_listen_fds(3)`).
const FIRST_PASSED: RawFd = 3;

/// The one listening socket that systemd passed to this process, if it did. To be called once.
pub(crate) fn passed_listener() -> Option<OwnedFd> {
    let number = |name| std::env::var(name).ok()?.parse::<u32>().ok();
    if number("LISTEN_PID") != Some(std::process::id()) || number("LISTEN_FDS") != Some(1) {
        return None;
    }
    // SAFETY: systemd passed it to this process, and nothing else here knows of it.
    Some(unsafe { OwnedFd::from_raw_fd(FIRST_PASSED) })
}

/// Closes every descriptor but the first three and these.
///
/// What else in this process holds one would use a stranger afterwards: the host has nothing open
/// at this point but what it names here.
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
    // SAFETY: close_range reads no memory; that nobody uses these descriptors is said above.
    if unsafe { libc::close_range(first, last, 0) } == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Keeps glibc from reserving 64 MiB of address space for each thread that allocates, which the
/// limit of address space would count.
pub(crate) fn limit_arenas() {
    #[cfg(target_env = "gnu")]
    // SAFETY: it sets a parameter of the allocator, before there are other threads.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 2);
    }
}
