//! A file that a person has named.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;

/// Whether a name stands for standard input: "-".
pub fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

/// Opens a file to read it; standard input for "-", without a buffer, so that several can read what is
/// theirs of it, one after the other.
///
/// # Errors
/// When it cannot be opened.
pub fn open(path: &Path) -> io::Result<File> {
    if is_standard_input(path) {
        Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?))
    } else {
        File::open(path)
    }
}
