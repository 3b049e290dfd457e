//! Captures what a plugin prints, for the log.

use crate::error::HostError;
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;

/// The longest line, in bytes.
const MAX_LINE: usize = 4 << 10;

/// Redirects standard output and standard error to a pipe, and standard input, which may be the
/// daemon's socket, to `/dev/null`. Returns the pipe's reading end.
pub(crate) fn redirect() -> Result<OwnedFd, HostError> {
    let wrong = |error| HostError::confine("output", error);
    let (reading, writing) = rustix::pipe::pipe().map_err(wrong)?;
    rustix::stdio::dup2_stdout(&writing).map_err(wrong)?;
    rustix::stdio::dup2_stderr(&writing).map_err(wrong)?;
    let nothing = File::open("/dev/null").map_err(|error| HostError::file("/dev/null", error))?;
    rustix::stdio::dup2_stdin(&nothing).map_err(wrong)?;
    Ok(reading)
}

/// Reads the pipe until it is closed, and passes each line to `handle`. A longer line is dropped
/// rather than cut, because the cut could split something that must be redacted.
pub(crate) fn read_lines(pipe: OwnedFd, mut handle: impl FnMut(&str)) {
    let mut pipe = File::from(pipe);
    let mut buffer = [0; MAX_LINE];
    let mut kept = 0;
    let mut too_long = false;
    while let Ok(read @ 1..) = pipe.read(&mut buffer[kept..]) {
        let filled = kept + read;
        let mut start = 0;
        while let Some(end) = buffer[start..filled].iter().position(|byte| *byte == b'\n') {
            if !std::mem::take(&mut too_long) {
                handle(&String::from_utf8_lossy(&buffer[start..start + end]));
            }
            start += end + 1;
        }
        buffer.copy_within(start..filled, 0);
        kept = filled - start;
        if kept == buffer.len() {
            if !too_long {
                handle("a line that was too long was left out");
            }
            too_long = true;
            kept = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn lines_of(printed: &[&[u8]]) -> Vec<String> {
        let (reading, writing) = rustix::pipe::pipe().unwrap();
        let mut writing = File::from(writing);
        for piece in printed {
            writing.write_all(piece).unwrap();
        }
        drop(writing);
        let mut lines = Vec::new();
        read_lines(reading, |line| lines.push(line.to_owned()));
        lines
    }

    #[test]
    fn lines_are_passed_on() {
        assert_eq!(
            lines_of(&[b"one\ntw", b"o\n\nnot ended"]),
            ["one", "two", ""]
        );
    }

    #[test]
    fn long_lines_are_dropped_as_a_whole() {
        let long = vec![b'x'; 3 * MAX_LINE + 7];
        assert_eq!(
            lines_of(&[b"before\n", &long, b" 123456\nafter\n"]),
            ["before", "a line that was too long was left out", "after"]
        );
    }
}
