//! `secinfo import`: bringing over what other PAM modules have kept.

use crate::client::Client;
use crate::import::consent::JSON;
use crate::import::file::read_of_system;
use crate::import::methods;
use crate::methods::{AppExport, GoogleAuthenticator};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::text::visible;
use secinfo_wire::ImportMethodsOptions;
use std::path::PathBuf;

/// The most bytes of a file of many users.
const LARGEST_FILE: usize = 1 << 20;

/// Bring methods over from other PAM modules
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    format: Format,
}

#[derive(Debug, clap::Subcommand)]
enum Format {
    GoogleAuthenticator(GoogleAuthenticator),
    AppExport(AppExport),
    /// The file of pam-oath with all its users; for administrators
    ///
    /// Says what would be imported and for whom, and asks. Then each line becomes a method at once. Ends
    /// with exit code 1 when a line could not be imported.
    ///
    /// Import a file once, then delete it. Importing it again leaves alone the methods that are still
    /// there, and tells them as problems. But it BRINGS BACK every method that was deleted since,
    /// lost tokens among them, with the counter that the file says: codes of a token with a button
    /// that were used since are then good once more.
    #[command(after_long_help = JSON)]
    OathUsers {
        /// The file, such as /etc/users.oath
        file: PathBuf,
        /// Import what can be imported without asking
        #[arg(long)]
        yes: bool,
    },
    /// The file of pam-u2f; for administrators
    ///
    /// Says what would be imported and for whom, and asks. Then each key becomes a method at once. Ends
    /// with exit code 1 when a line could not be imported.
    ///
    /// The keys work at this host with their PIN, as if they had been added here, but in no browser.
    /// A key whose credential it keeps itself ("*" in the file) is left out: add it anew.
    #[command(after_long_help = JSON)]
    U2fMappings {
        /// The file, usually in /etc
        file: PathBuf,
        /// The origin that the module was given; pam:// and the name of the host where it was given none
        #[arg(long)]
        origin: Option<String>,
        /// The appid that the module was given; the origin where it was given none
        #[arg(long)]
        appid: Option<String>,
        /// Import what can be imported without asking
        #[arg(long)]
        yes: bool,
    },
}

impl Arguments {
    /// Whether `--user` says whose method it is.
    pub(crate) const fn acts_for_user(&self) -> bool {
        matches!(
            self.format,
            Format::GoogleAuthenticator(_) | Format::AppExport(_)
        )
    }
}

pub(crate) async fn run(
    client: &Client,
    user: Option<&str>,
    arguments: Arguments,
) -> Result<(), Failure> {
    match arguments.format {
        Format::GoogleAuthenticator(arguments) => arguments.import(client, user).await,
        Format::AppExport(arguments) => arguments.import(client, user).await,
        Format::OathUsers { file, yes } => {
            let content = read_of_system(&file, LARGEST_FILE)?;
            let imported = methods::import(client, "oath-users", content, yes).await;
            client.screen.paragraph(&format!(
                "Delete {} once pam_oath is no longer used: it holds the secrets, and importing it again brings back methods that were deleted since, with the counters that it says.",
                visible(&file.display().to_string())
            ))?;
            imported
        }
        Format::U2fMappings {
            file,
            origin,
            appid,
            yes,
        } => {
            let content = read_of_system(&file, LARGEST_FILE)?;
            let options = ImportMethodsOptions {
                origin,
                appid,
                ..Default::default()
            };
            methods::import_with(client, "u2f-mappings", content, yes, options).await
        }
    }
}
