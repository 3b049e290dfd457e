//! `secinfo add`: adding a method.

mod authenticator_app;
mod delivered;
pub(super) mod enrollment;
mod hardware_token;
mod recovery_codes;

use crate::client::Client;
use secinfo_terminal::failure::Failure;

/// Add a method
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Debug, clap::Subcommand)]
enum Kind {
    AuthenticatorApp(authenticator_app::Arguments),
    HardwareToken(hardware_token::Arguments),
    /// Add a phone by text message: enter its number, then the code that is sent to it
    ///
    /// A phone number can serve text messages and phone calls: add it for each.
    #[command(after_long_help = delivered::JSON)]
    Text(delivered::Phone),
    /// Add a phone by phone call: enter its number, then the code that is spoken to it
    ///
    /// A phone number can serve text messages and phone calls: add it for each.
    #[command(after_long_help = delivered::JSON)]
    Call(delivered::Phone),
    /// Add an email address: enter it, then the code that is sent to it
    ///
    /// Email serves password reset, and is never asked at sign-in.
    #[command(after_long_help = delivered::JSON)]
    Email(delivered::Email),
    RecoveryCodes(recovery_codes::Arguments),
}

pub(crate) async fn run(client: &Client, arguments: Arguments) -> Result<(), Failure> {
    match arguments.kind {
        Kind::AuthenticatorApp(arguments) => authenticator_app::run(client, arguments).await,
        Kind::HardwareToken(arguments) => hardware_token::run(client, arguments).await,
        Kind::Text(phone) => delivered::run_text(client, phone).await,
        Kind::Call(phone) => delivered::run_call(client, phone).await,
        Kind::Email(email) => delivered::run_email(client, email).await,
        Kind::RecoveryCodes(arguments) => recovery_codes::run(client, &arguments).await,
    }
}
