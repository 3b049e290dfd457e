//! `secinfo import google-authenticator`: an authenticator app that another PAM module has kept.

use super::account_name;
use crate::client::Client;
use crate::dialogue::enrollment;
use crate::import::codes::Codes;
use crate::import::file::{read_of_system, read_own};
use crate::import::google_authenticator::{GoogleAuthenticator, LARGEST_FILE};
use crate::import::methods;
use data_encoding::BASE32_NOPAD;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::text::visible;
use secinfo_wire::names::kind;
use secinfo_wire::{EnrollmentOptions, ImportedMethod};
use std::path::PathBuf;

/// The period of every authenticator app, in seconds.
const PERIOD: u16 = 30;

/// What a method is called that an administrator imports.
const LABEL: &str = "Imported from google-authenticator";

/// A file of the Google Authenticator PAM module: enter a code from the app once more
///
/// Run it as the user whose file it is, and enter a code from the app. A file that root keeps
/// elsewhere than in homes is imported by root with --user USER, without a code. The app stays as it
/// is. The emergency codes in the file are not brought over.
#[derive(Debug, clap::Args)]
#[command(
    after_long_help = r#"JSON: {"method":{as on the page}, "became_default", "former_default", "default_method"}; with --user as for oath-users"#
)]
pub(crate) struct Arguments {
    /// The file, usually in your home directory
    file: PathBuf,
    /// What to call it
    #[arg(long)]
    label: Option<String>,
    /// Keep the former default method
    #[arg(long)]
    keep_default: bool,
    /// With --user: import without asking
    #[arg(long)]
    yes: bool,
}

impl Arguments {
    /// Brings the app over, for the caller or for the user who is named.
    pub(crate) async fn import(self, client: &Client, user: Option<&str>) -> Result<(), Failure> {
        let path = visible(&self.file.display().to_string());
        let content = match user {
            Some(_) => read_of_system(&self.file, LARGEST_FILE)?,
            None => read_own(&self.file, LARGEST_FILE)?,
        };
        let file = GoogleAuthenticator::parse(&content)
            .map_err(|error| Failure::Refused(format!("{path}: {error}")))?;
        drop(content);
        let screen = &client.screen;
        if file.is_short() {
            screen.note("The secret in the file is shorter than the 16 bytes that are asked of new ones. Better set up a new app with \"secinfo add authenticator-app\" before long.")?;
        }
        match user {
            Some(user) => self.import_for(client, user, &file).await?,
            None => self.import_own(client, &file).await?,
        }
        if file.emergency_codes > 0 {
            screen.paragraph(&format!(
                "The {} emergency codes in the file were not brought over: make recovery codes with \"secinfo add recovery-codes\".",
                file.emergency_codes
            ))?;
        }
        screen.paragraph(&format!(
            "Delete {path} once pam_google_authenticator is no longer used: it holds the secret."
        ))
    }

    async fn import_own(&self, client: &Client, file: &GoogleAuthenticator) -> Result<(), Failure> {
        match file.codes {
            Codes::ByTime(PERIOD) => {}
            Codes::ByTime(seconds) => {
                return Err(Failure::Refused(format!(
                    "its codes change every {seconds} seconds, which most apps cannot show: set up a new app with \"secinfo add authenticator-app\""
                )));
            }
            Codes::ByCounter(_) => {
                return Err(Failure::Refused(
                    "its codes are made by a counter, which belongs to a hardware token here: set up a new app with \"secinfo add authenticator-app\", or ask an administrator to import a copy of the file with --user".into(),
                ));
            }
        }
        if file.skew != 0 {
            client.screen.note("The clock of the app was off when pam_google_authenticator saw it last. If no code is right, let your phone set its clock by itself.")?;
        }
        let mut options = EnrollmentOptions::default();
        options.label.clone_from(&self.label);
        options.secret = Some(BASE32_NOPAD.encode(&file.secret));
        let enrollment = enrollment::start(client, kind::AUTHENTICATOR_APP, &options).await?;
        enrollment.finish(client, self.keep_default).await
    }

    /// Brings it over for another user, without a code: the administrator vouches for the file.
    async fn import_for(
        &self,
        client: &Client,
        user: &str,
        file: &GoogleAuthenticator,
    ) -> Result<(), Failure> {
        let label = self.label.as_deref().unwrap_or(LABEL);
        let method = ImportedMethod {
            user: account_name(user),
            label: label.to_owned(),
            secret: BASE32_NOPAD.encode(&file.secret).into(),
            codes: file.codes.to_wire(file.skew, file.used),
            digits: 6,
            algorithm: "SHA1".to_owned(),
        };
        let lines = methods::lines(&[method])?;
        methods::import(client, "one-time-codes", lines, self.yes).await
    }
}
