//! `secinfo man`: the manual pages.

use clap::Command;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;
use std::fs;
use std::path::PathBuf;

/// Write manual pages into a directory
///
/// One page for secinfo and one for each of its commands, in section 1.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The directory
    directory: PathBuf,
}

/// Writes the manual pages of a command line.
pub(crate) fn run(screen: &Screen, arguments: &Arguments, command: Command) -> Result<(), Failure> {
    let failed = Failure::file("write manual pages into", &arguments.directory);
    fs::create_dir_all(&arguments.directory).map_err(failed)?;
    let command = command.disable_help_subcommand(true);
    clap_mangen::generate_to(command, &arguments.directory).map_err(failed)?;
    screen.paragraph(&format!(
        "Manual pages are in {}.",
        arguments.directory.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments;
    use clap::CommandFactory;
    use secinfo_terminal::screen::Color;

    #[test]
    fn each_command_has_its_page() {
        let directory = tempfile::tempdir().unwrap();
        let arguments = Arguments {
            directory: directory.path().join("man1"),
        };
        run(
            &Screen::new(true, Color::Never),
            &arguments,
            arguments::Arguments::command(),
        )
        .unwrap();
        let read = |name: &str| fs::read_to_string(arguments.directory.join(name)).unwrap();
        assert!(read("secinfo.1").contains("the log did not verify"));
        assert!(read("secinfo-delete.1").contains("cannot be undone"));
        assert!(read("secinfo-audit-verify.1").contains("checkpoint"));
    }
}
