//! Names what has to be installed where the library that the module is linked with is missing: the
//! linker names no package.

use std::env;
use std::path::Path;
use std::process::Command;

const LIBRARY: &str = "libpam.so";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=LIBRARY_PATH");
    // Another machine's libraries are not where this machine's compiler looks.
    if env::var_os("HOST") == env::var_os("TARGET") && is_missing() {
        println!(
            "cargo::error={LIBRARY}, which the PAM module is linked with, is not installed: install \
             the Debian package libpam0g-dev"
        );
    }
}

/// Whether the C compiler, which links programs, does not find the library. It prints the path of a
/// library that it finds, and the bare name of another.
fn is_missing() -> bool {
    let asked = Command::new("cc")
        .arg(format!("-print-file-name={LIBRARY}"))
        .output();
    asked.is_ok_and(|output| {
        let found = String::from_utf8_lossy(&output.stdout).into_owned();
        !Path::new(found.trim()).is_absolute()
    })
}
