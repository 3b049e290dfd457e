//! `secinfo add hardware-token`: activating a token that an administrator imported.

use super::Add;
use crate::client::Client;
use crate::dialogue::enrollment;
use secinfo_terminal::failure::Failure;
use secinfo_wire::names::kind;
use secinfo_wire::{EnrollmentDetails, EnrollmentOptions};
use secinfo_words::message;
use serde::Serialize;

const JSON: &str = r#"JSON: first the line {"enrollment":{"kind", "expires", "attempts", "becomes_default", "mode", "digits", "manufacturer", "model"}}; then codes are read from standard input, one a line; then the line {"method":{as on the page}, "became_default", "former_default", "default_method"}."#;

/// Activate a hardware token: enter its serial number and a code from it
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub(super) struct Arguments {
    /// The serial number on the token
    #[arg(long)]
    serial: Option<String>,
    /// What to call it
    #[arg(long)]
    label: Option<String>,
}

#[derive(Serialize)]
struct DetailsJson<'a> {
    mode: Option<&'a str>,
    digits: Option<u32>,
    manufacturer: Option<&'a str>,
    model: Option<&'a str>,
}

impl Add for Arguments {
    async fn add(self, client: &Client) -> Result<(), Failure> {
        let screen = &client.screen;
        let serial = match self.serial {
            Some(serial) => serial,
            None if screen.interactive => {
                let serial = screen.ask(&screen.words.say(message::AddTokenSerial))?;
                serial.map(|text| text.to_string()).unwrap_or_default()
            }
            None => {
                let missing = screen.words.say(message::AddTokenSerialMissing);
                return Err(Failure::Usage(missing.to_string()));
            }
        };
        let mut options = EnrollmentOptions::default();
        options.label = self.label;
        options.serial = Some(serial);
        let enrollment = enrollment::start(client, kind::HARDWARE_TOKEN, &options).await?;
        let details = &enrollment.details;
        enrollment.tell(client, json(details))?;
        let model: Vec<&str> = [&details.manufacturer, &details.model]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        if !model.is_empty() {
            let model = model.join(" ").into();
            screen.paragraph(&screen.words.say(message::AddTokenModel { model }))?;
        }
        enrollment.finish(client, false).await
    }
}

fn json(details: &EnrollmentDetails) -> DetailsJson<'_> {
    DetailsJson {
        mode: details.mode.as_deref(),
        digits: details.challenge.digits(),
        manufacturer: details.manufacturer.as_deref(),
        model: details.model.as_deref(),
    }
}
