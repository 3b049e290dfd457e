//! The `secinfo` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    secinfo_cli::main()
}
