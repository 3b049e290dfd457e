//! The dialogue of kinds whose codes are sent: a destination, and codes until one is entered.

use crate::client::Client;
use crate::dialogue::enrollment;
use secinfo_terminal::environment;
use secinfo_terminal::failure::Failure;
use secinfo_wire::names::place;
use secinfo_wire::{EnrollmentDetails, EnrollmentOptions};
use secinfo_words::message;
use serde::Serialize;
use zeroize::Zeroizing;

/// The JSON of these commands.
pub(super) const JSON: &str = r#"JSON: first the line {"enrollment":{"kind", "expires", "attempts", "becomes_default", "hint", "place", "dropped_extension", "digits"}}; then for each code that is sent the line {"sent":{"state", "hint", "code_expires", "resend_at", "digits"}}, where state is "waiting", "sent" or "delivered"; meanwhile codes are read from standard input, one a line, and an empty line asks for a new code; then the line {"method":{as on the page}, "became_default", "former_default", "default_method"}. place is null for email."#;

// A phone. Its doc comment would become that of each command that takes it.
#[derive(Debug, clap::Args)]
pub(super) struct Phone {
    /// The number, such as "+49 30 901820"; asked for when it is left out
    number: Option<String>,
    /// Which of your phones it is; by default the mobile one
    #[arg(long, value_parser = [place::MOBILE, place::ALTERNATE, place::OFFICE])]
    place: Option<String>,
    /// What to call it
    #[arg(long)]
    label: Option<String>,
}

/// Adds a phone.
pub(super) async fn add_phone(
    client: &Client,
    kind: &'static str,
    phone: Phone,
) -> Result<(), Failure> {
    let words = client.screen.words;
    let destination = Destination {
        given: phone.number,
        question: words.say(message::AddPhoneNumber),
        missing: words.say(message::AddPhoneMissing),
    };
    add(client, kind, destination, phone.place, phone.label).await
}

/// Where codes are to be sent.
pub(super) struct Destination {
    /// As the command line names it.
    pub(super) given: Option<String>,
    /// What a person is asked.
    pub(super) question: Zeroizing<String>,
    /// What to do in a run without a person to ask.
    pub(super) missing: Zeroizing<String>,
}

impl Destination {
    /// The destination that was given, or that a person gives now.
    fn get(self, client: &Client) -> Result<Zeroizing<String>, Failure> {
        match self.given {
            Some(text) => Ok(Zeroizing::new(text)),
            None if client.screen.interactive => {
                let text = client.screen.ask(&self.question)?.unwrap_or_default();
                if text.is_empty() {
                    let text = client.screen.words.say(message::AddNothingEntered);
                    Err(Failure::Refused(text.to_string()))
                } else {
                    Ok(text)
                }
            }
            None => Err(Failure::Usage(self.missing.to_string())),
        }
    }
}

/// Adds a method whose codes are sent to a destination.
pub(super) async fn add(
    client: &Client,
    kind: &'static str,
    destination: Destination,
    place: Option<String>,
    label: Option<String>,
) -> Result<(), Failure> {
    let destination = destination.get(client)?;
    let mut options = EnrollmentOptions::default();
    options.label = label;
    options.destination = Some(destination.to_string());
    options.place = place;
    options.language = environment::locale();
    let enrollment = enrollment::start(client, kind, &options).await?;
    let details = &enrollment.details;
    enrollment.tell(client, json(details))?;
    if details.dropped_extension == Some(true) {
        client
            .screen
            .note(&client.screen.words.say(message::AddPhoneExtension))?;
    }
    enrollment.finish(client, false).await
}

#[derive(Serialize)]
struct DetailsJson<'a> {
    hint: Option<&'a str>,
    place: Option<&'a str>,
    dropped_extension: bool,
    digits: Option<u32>,
}

fn json(details: &EnrollmentDetails) -> DetailsJson<'_> {
    DetailsJson {
        hint: details.challenge.destination(),
        place: details.place.as_deref(),
        dropped_extension: details.dropped_extension.unwrap_or_default(),
        digits: details.challenge.digits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::Arguments;
    use crate::dialogue::enrollment::StartedJson;
    use clap::Parser;
    use secinfo_wire::Challenge;

    #[test]
    fn a_destination_and_a_place_are_taken_from_the_command_line() {
        let right = [
            &["add", "text"][..],
            &["add", "text", "+49 30 901820", "--place", "office"],
            &["add", "call", "+4930901820", "--label", "Desk"],
            &["add", "email", "alice@example.org"],
        ];
        for line in right {
            let line = ["secinfo"].iter().chain(line);
            assert!(Arguments::try_parse_from(line).is_ok());
        }
        let wrong = [
            &["add", "text", "+4930901820", "--place", "home"][..],
            &["add", "text", "+4930901820", "123456"],
            &["add", "email", "alice@example.org", "--place", "office"],
        ];
        for line in wrong {
            let line = ["secinfo"].iter().chain(line);
            assert!(Arguments::try_parse_from(line).is_err());
        }
    }

    #[test]
    fn the_json_form_is_stable() {
        let details = EnrollmentDetails {
            expires: 1_795_356_600,
            attempts: 5,
            becomes_default: true,
            issuer: None,
            account: None,
            key: None,
            app_link: None,
            uri: None,
            challenge: Challenge::Code {
                digits: Some(6),
                destination: Some("+49 ••• ••67".to_owned()),
            },
            period: None,
            algorithm: None,
            mode: None,
            manufacturer: None,
            model: None,
            place: Some("office".to_owned()),
            dropped_extension: Some(true),
        };
        let line = StartedJson::of("text", &details, json(&details));
        assert_eq!(
            serde_json::to_string(&line).unwrap(),
            r#"{"enrollment":{"kind":"text","expires":1795356600,"attempts":5,"becomes_default":true,"hint":"+49 ••• ••67","place":"office","dropped_extension":true,"digits":6}}"#
        );
    }
}
