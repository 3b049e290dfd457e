//! Channel plugins in C for tests, compiled by gcc against `schemas/channel.h` only.
#![allow(
    clippy::missing_panics_doc,
    reason = "a test that cannot go on has failed"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles a C file of this crate, such as `misbehaving`, into a directory, and returns the path of
/// the library, such as `libsecinfo_misbehaving.so`.
pub fn compile(name: &str, directory: &Path) -> PathBuf {
    let crate_directory = Path::new(env!("CARGO_MANIFEST_DIR"));
    let library = directory.join(format!("libsecinfo_{}.so", name.replace('-', "_")));
    let output = Command::new("gcc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-O1"])
        .args(["-shared", "-fPIC", "-pthread", "-I"])
        .arg(crate_directory.join("../../schemas"))
        .arg("-o")
        .arg(&library)
        .arg(crate_directory.join(format!("{name}.c")))
        .output()
        .expect("gcc is installed");
    assert!(
        output.status.success(),
        "gcc on {name}.c:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    library
}
