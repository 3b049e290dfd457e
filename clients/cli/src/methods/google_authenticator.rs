//! `secinfo import google-authenticator`: an authenticator app that another PAM module has kept.

use crate::client::Client;
use crate::dialogue::enrollment;
use crate::import::file::read_own;
use crate::import::codes::Codes;
use crate::import::google_authenticator::{GoogleAuthenticator, LARGEST_FILE};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::text::visible;
use secinfo_wire::EnrollmentOptions;
use secinfo_wire::names::kind;
use std::path::PathBuf;

/// The period of every authenticator app, in seconds.
const PERIOD: u16 = 30;

/// Your own file of the Google Authenticator PAM module: enter a code from the app once more
///
/// Run it as the user whose file it is. The app stays as it is. The emergency codes in the file
/// are not brought over.
#[derive(Debug, clap::Args)]
#[command(
    after_long_help = r#"JSON: {"method":{as on the page}, "became_default", "former_default", "default_method"}"#
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
}

impl Arguments {
    /// Brings the app over.
    pub(crate) async fn import(self, client: &Client) -> Result<(), Failure> {
        let screen = &client.screen;
        let path = &self.file;
        let content = read_own(path, LARGEST_FILE)?;
        let file = GoogleAuthenticator::parse(&content).map_err(|error| {
            Failure::Refused(format!("{}: {error}", visible(&path.display().to_string())))
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
        if file.skew != 0 {
            screen.note("The clock of the app was off when pam_google_authenticator saw it last. If no code is right, let your phone set its clock by itself.")?;
        }
        if file.is_short() {
            screen.note("The secret in the file is shorter than the 16 bytes that are asked of new ones. Better set up a new app with \"secinfo add authenticator-app\" before long.")?;
        }
        let mut options = EnrollmentOptions::default();
        options.label = self.label;
        options.secret = Some(data_encoding::BASE32_NOPAD.encode(&file.secret));
        let enrollment = enrollment::start(client, kind::AUTHENTICATOR_APP, &options).await?;
        enrollment.finish(client, self.keep_default).await?;
        if file.emergency_codes > 0 {
            screen.paragraph(&format!(
            "The {} emergency codes in the file were not brought over: make recovery codes with \"secinfo add recovery-codes\".",
            file.emergency_codes
        ))?;
        }
        screen.paragraph(&format!(
            "Delete {} once pam_google_authenticator is no longer used: it holds the secret.",
            visible(&path.display().to_string())
        ))
    }
}
