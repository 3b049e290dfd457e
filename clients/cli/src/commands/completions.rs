//! `secinfo completions`: completions for a shell.

use clap::Command;
use clap_complete::Shell;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;

/// Print completions for a shell
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The shell
    shell: Shell,
}

/// Prints completions of a command line.
pub(crate) fn run(arguments: &Arguments, command: Command) -> Result<(), Failure> {
    Screen::write(&script(arguments.shell, command))
}

fn script(shell: Shell, mut command: Command) -> Vec<u8> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command, "secinfo", &mut text);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::Arguments;
    use clap::{CommandFactory, ValueEnum};

    #[test]
    fn every_shell_is_told_of_the_commands() {
        for shell in Shell::value_variants() {
            let text = String::from_utf8(script(*shell, Arguments::command())).unwrap();
            for word in ["cancel-deletion", "authenticator-app", "checkpoint"] {
                assert!(text.contains(word), "{shell}: {word}");
            }
        }
    }
}
