//! `secinfo add email`.

use super::Add;
use super::delivered::{self, Destination};
use crate::client::Client;
use secinfo_terminal::failure::Failure;
use secinfo_wire::names::kind;
use secinfo_words::message;

/// Add an email address: enter it, then the code that is sent to it
///
/// Email serves password reset, and is never asked at sign-in.
#[derive(Debug, clap::Args)]
#[command(after_long_help = delivered::JSON)]
pub(super) struct Arguments {
    /// The address, such as alice@example.org; asked for when it is left out
    address: Option<String>,
    /// What to call it
    #[arg(long)]
    label: Option<String>,
}

impl Add for Arguments {
    async fn add(self, client: &Client) -> Result<(), Failure> {
        let destination = Destination {
            given: self.address,
            question: client.screen.words.say(message::AddEmailAddress),
            missing: client.screen.words.say(message::AddEmailMissing),
        };
        delivered::add(client, kind::EMAIL, destination, None, self.label).await
    }
}
