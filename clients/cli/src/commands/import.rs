//! `secinfo import`: bringing over what other PAM modules have kept.

use super::add::enrollment::{self, Asking};
use crate::client::Client;
use crate::import::file::{read_of_system, read_own};
use crate::import::google_authenticator::{self, Codes, GoogleAuthenticator};
use crate::proof::with_fresh_proof;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::text::visible;
use secinfo_wire::names::kind;
use secinfo_wire::{EnrollmentOptions, ImportMethodsOptions, ImportProblem};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// The most bytes of a file of many users.
const LARGEST_FILE: usize = 1 << 20;

/// The period of every authenticator app, in seconds.
const PERIOD: u32 = 30;

const JSON: &str = r#"JSON: {"imported", "problems":[{"line", "message"}]}"#;

/// Bring methods over from other PAM modules
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    format: Format,
}

#[derive(Debug, clap::Subcommand)]
enum Format {
    /// Your own file of the Google Authenticator PAM module: enter a code from the app once more
    ///
    /// Run it as the user whose file it is. The app stays as it is. The emergency codes in the file
    /// are not brought over.
    #[command(
        after_long_help = r#"JSON: {"method":{as on the page}, "became_default", "former_default", "default_method"}"#
    )]
    GoogleAuthenticator(GoogleArguments),
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

#[derive(Debug, clap::Args)]
struct GoogleArguments {
    /// The file, usually in your home directory
    file: PathBuf,
    /// What to call it
    #[arg(long)]
    label: Option<String>,
    /// Keep the former default method
    #[arg(long)]
    keep_default: bool,
}

pub(crate) async fn run(client: &Client, arguments: Arguments) -> Result<(), Failure> {
    match arguments.format {
        Format::GoogleAuthenticator(arguments) => google_authenticator(client, arguments).await,
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

async fn google_authenticator(client: &Client, arguments: GoogleArguments) -> Result<(), Failure> {
    let screen = &client.screen;
    let file_path = &arguments.file;
    let content = read_own(file_path, google_authenticator::LARGEST_FILE)?;
    let file = GoogleAuthenticator::parse(&content).map_err(|error| {
        Failure::Refused(format!(
            "{}: {error}",
            visible(&file_path.display().to_string())
        ))
    })?;
    match file.codes {
        Codes::ByTime(PERIOD) => {}
        Codes::ByTime(seconds) => {
            return Err(Failure::Refused(format!(
                "its codes change every {seconds} seconds, which most apps cannot show: set up a new app with \"secinfo add authenticator-app\""
            )));
        }
        Codes::ByCounter(_) => {
            return Err(Failure::Refused(
                "its codes are made by a counter, which belongs to a hardware token here: set up a new app with \"secinfo add authenticator-app\", or ask an administrator to import the token with \"secinfo tokens import\"".into(),
            ));
        }
    }
    if file.is_short() {
        screen.note("The secret in the file is shorter than the 16 bytes that are asked of new ones. Better set up a new app with \"secinfo add authenticator-app\" before long.")?;
    }
    let mut options = EnrollmentOptions::default();
    options.label.clone_from(&arguments.label);
    options.secret = Some(file.secret.as_str().to_owned());
    let path = client.user_path(None).await?;
    let user = client.user_at(&path).await?;
    let (enrollment, details) = with_fresh_proof(client, async || {
        user.start_enrollment(kind::AUTHENTICATOR_APP, &options)
            .await
    })
    .await?;
    let question = enrollment::question(kind::AUTHENTICATOR_APP, details.digits);
    let asking = Asking::For(question);
    enrollment::finish(client, enrollment, asking, arguments.keep_default).await?;
    if file.emergency_codes > 0 {
        screen.paragraph(&format!(
            "The {} emergency codes in the file were not brought over: make recovery codes with \"secinfo add recovery-codes\".",
            file.emergency_codes
        ))?;
    }
    screen.paragraph(&format!(
        "Delete {} once pam_google_authenticator is no longer used: it holds the secret.",
        visible(&file_path.display().to_string())
    ))
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
    let (imported, problems) = client
        .manager()
        .await?
        .import_methods(format, &content, &ImportMethodsOptions::default())
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
