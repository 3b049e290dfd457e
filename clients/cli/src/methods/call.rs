//! `secinfo add call`.

use super::{Add, delivered};
use crate::client::Client;
use secinfo_terminal::failure::Failure;
use secinfo_wire::names::kind;

/// Add a phone by phone call: enter its number, then the code that is spoken to it
///
/// A phone number can serve text messages and phone calls: add it for each.
#[derive(Debug, clap::Args)]
#[command(after_long_help = delivered::JSON)]
pub(super) struct Arguments {
    #[command(flatten)]
    phone: delivered::Phone,
}

impl Add for Arguments {
    async fn add(self, client: &Client) -> Result<(), Failure> {
        delivered::add_phone(client, kind::CALL, self.phone).await
    }
}
