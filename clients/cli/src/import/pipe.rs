//! Sending a file to the daemon: through a pipe.

use std::io::{self, PipeReader, Write};
use zeroize::Zeroizing;

/// The end of a pipe through which this comes.
pub(crate) fn through_a_pipe(content: Zeroizing<Vec<u8>>) -> io::Result<PipeReader> {
    let (to_daemon, mut from_us) = io::pipe()?;
    // A thread instead of a task, for which the runtime would wait: a daemon that refuses reads nothing.
    std::thread::spawn(move || {
        // What it makes of a part of it, it says itself.
        let _ = from_us.write_all(&content);
    });
    Ok(to_daemon)
}
