//! `secinfo erase`: destroying all that the log tells of a user.

use crate::client::Client;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::text::visible;
use serde::Serialize;

const JSON: &str = r#"JSON: {"erased":"<user>"}"#;

/// Erase a user; for administrators
///
/// This cannot be undone: the keys of the user's name and of all their methods are destroyed, so that
/// nothing in the log leads to them any more. The account itself stays.
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub(crate) struct Arguments {
    /// The user, by name or uid
    #[arg(value_name = "USER")]
    erased: String,
    /// Do not ask whether you are sure
    #[arg(long, short)]
    yes: bool,
}

#[derive(Serialize)]
struct ErasedJson<'a> {
    erased: &'a str,
}

pub(crate) async fn run(client: &Client, arguments: Arguments) -> Result<(), Failure> {
    let screen = &client.screen;
    let path = client.path_of_another(&arguments.erased).await?;
    let user = visible(&arguments.erased);
    if !arguments.yes {
        if !screen.interactive {
            let text = "An erasure cannot be undone: to confirm it, add --yes.";
            return Err(Failure::Usage(text.to_owned()));
        }
        screen.note(&format!(
            "This destroys the keys of all methods of {user}, and of the name in the log. It cannot be undone."
        ))?;
        if !screen.confirm(&format!("Erase {user}?"))? {
            return screen.note("Nothing was erased.");
        }
    }
    client.user_at(&path).await?.erase().await?;
    screen.json(&ErasedJson {
        erased: &arguments.erased,
    })?;
    screen.paragraph(&format!("The security info of {user} is erased."))
}
