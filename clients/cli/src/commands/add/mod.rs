//! `secinfo add`: adding a method.

mod authenticator_app;
mod enrollment;
mod hardware_token;
mod recovery_codes;

use crate::client::Client;
use crate::failure::Failure;

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
    RecoveryCodes(recovery_codes::Arguments),
}

pub(crate) async fn run(client: &Client, arguments: Arguments) -> Result<(), Failure> {
    match arguments.kind {
        Kind::AuthenticatorApp(arguments) => authenticator_app::run(client, arguments).await,
        Kind::HardwareToken(arguments) => hardware_token::run(client, arguments).await,
        Kind::RecoveryCodes(arguments) => recovery_codes::run(client, &arguments).await,
    }
}
