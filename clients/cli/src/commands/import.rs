//! `secinfo import`: bringing over what other PAM modules have kept.

use crate::client::Client;
use crate::import::file::read_of_system;
use crate::import::pipe::through_a_pipe;
use crate::methods::GoogleAuthenticator;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::text::visible;
use secinfo_wire::{Fd, ImportMethodsOptions, ImportProblem};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// The most bytes of a file of many users.
const LARGEST_FILE: usize = 1 << 20;

const JSON: &str = r#"JSON: {"imported", "problems":[{"line", "message"}]}"#;

/// Bring methods over from other PAM modules
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    format: Format,
}

#[derive(Debug, clap::Subcommand)]
enum Format {
    GoogleAuthenticator(GoogleAuthenticator),
    /// The file of pam-oath with all its users; for administrators
    ///
    /// Each line becomes a method at once. Ends with exit code 1 when a line could not be imported.
    ///
    /// Import a file once, then delete it. Importing it again leaves alone the methods that are still
    /// there, and tells them as problems. But it BRINGS BACK every method that was deleted since,
    /// lost tokens among them, with the counter that the file says: codes of a token with a button
    /// that were used since are then good once more.
    #[command(after_long_help = JSON)]
    OathUsers {
        /// The file, such as /etc/users.oath
        file: PathBuf,
    },
    /// The file of pam-u2f; for administrators
    ///
    /// The file is checked, but security keys cannot be brought over yet: each line is told as a
    /// problem.
    #[command(after_long_help = JSON)]
    U2fMappings {
        /// The file, usually in /etc
        file: PathBuf,
    },
}

pub(crate) async fn run(client: &Client, arguments: Arguments) -> Result<(), Failure> {
    match arguments.format {
        Format::GoogleAuthenticator(arguments) => arguments.import(client).await,
        Format::OathUsers { file } => {
            let problems = methods(client, "oath-users", &file).await?;
            client.screen.paragraph(&format!(
                "Delete {} once pam_oath is no longer used: it holds the secrets, and importing it again brings back methods that were deleted since, with the counters that it says.",
                visible(&file.display().to_string())
            ))?;
            all_imported(problems)
        }
        Format::U2fMappings { file } => {
            let problems = methods(client, "u2f-mappings", &file).await?;
            all_imported(problems)
        }
    }
}

#[derive(Serialize)]
struct ImportedJson<'a> {
    imported: u32,
    problems: &'a [ImportProblem],
}

/// Imports the lines of a file; how many could not be imported.
async fn methods(client: &Client, format: &str, path: &Path) -> Result<usize, Failure> {
    let screen = &client.screen;
    let content = read_of_system(path, LARGEST_FILE)?;
    let pipe = through_a_pipe(content)?;
    let (imported, problems) = client
        .manager()
        .await?
        .import_methods(format, Fd::from(&pipe), &ImportMethodsOptions::default())
        .await?;
    screen.json(&ImportedJson {
        imported,
        problems: &problems,
    })?;
    screen.paragraph(&format!("Imported methods: {imported}."))?;
    for problem in &problems {
        // The sentence begins with its place in the file.
        screen.paragraph(&visible(&problem.message))?;
    }
    Ok(problems.len())
}

fn all_imported(problems: usize) -> Result<(), Failure> {
    if problems == 0 {
        return Ok(());
    }
    Err(Failure::Refused(format!(
        "lines that were not imported: {problems}; what was imported stays, so import only these lines again"
    )))
}
