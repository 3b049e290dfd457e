//! `secinfo add text`, `add call` and `add email`: methods whose codes are sent.

use super::enrollment;
use crate::client::Client;
use crate::proof::with_fresh_proof;
use crate::sending::{Sending, Session};
use secinfo_terminal::environment;
use secinfo_terminal::failure::Failure;
use secinfo_wire::names::{kind, place};
use secinfo_wire::{EnrollmentDetails, EnrollmentOptions, EnrollmentProxy, SentCode};
use serde::Serialize;
use zeroize::Zeroizing;

/// The JSON of these commands.
pub(super) const JSON: &str = r#"JSON: first the line {"enrollment":{"kind", "expires", "attempts", "becomes_default", "hint", "place", "dropped_extension", "digits"}}; then for each code that is sent the line {"sent":{"state", "hint", "code_expires", "resend_at", "digits"}}, where state is "waiting", "sent" or "delivered"; meanwhile codes are read from standard input, one a line, and an empty line asks for a new code; then the line {"method":{as on the page}, "became_default", "former_default", "default_method"}. place is null for email."#;

/// A phone.
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

/// An email address.
#[derive(Debug, clap::Args)]
pub(super) struct Email {
    /// The address, such as alice@example.org; asked for when it is left out
    address: Option<String>,
    /// What to call it
    #[arg(long)]
    label: Option<String>,
}

/// What is to be added.
struct Wish {
    kind: &'static str,
    destination: Zeroizing<String>,
    place: Option<String>,
    label: Option<String>,
}

pub(super) async fn run_text(client: &Client, phone: Phone) -> Result<(), Failure> {
    run_phone(client, kind::TEXT, phone).await
}

pub(super) async fn run_call(client: &Client, phone: Phone) -> Result<(), Failure> {
    run_phone(client, kind::CALL, phone).await
}

async fn run_phone(client: &Client, kind: &'static str, phone: Phone) -> Result<(), Failure> {
    let destination = destination(
        client,
        phone.number,
        "Phone number, with country code:",
        "say the phone number, such as: secinfo add text \"+49 30 901820\"",
    )?;
    let wish = Wish {
        kind,
        destination,
        place: phone.place,
        label: phone.label,
    };
    run(client, wish).await
}

pub(super) async fn run_email(client: &Client, email: Email) -> Result<(), Failure> {
    let destination = destination(
        client,
        email.address,
        "Email address:",
        "say the email address, such as: secinfo add email alice@example.org",
    )?;
    let wish = Wish {
        kind: kind::EMAIL,
        destination,
        place: None,
        label: email.label,
    };
    run(client, wish).await
}

/// The destination that was given, or that a person gives now.
fn destination(
    client: &Client,
    given: Option<String>,
    question: &str,
    missing: &str,
) -> Result<Zeroizing<String>, Failure> {
    match given {
        Some(text) => Ok(Zeroizing::new(text)),
        None if client.screen.interactive => {
            let text = client.screen.ask(question)?.unwrap_or_default();
            if text.is_empty() {
                Err(Failure::Refused(
                    "nothing was entered, so nothing was added".into(),
                ))
            } else {
                Ok(text)
            }
        }
        None => Err(Failure::Usage(missing.into())),
    }
}

async fn run(client: &Client, wish: Wish) -> Result<(), Failure> {
    let screen = &client.screen;
    let path = client.user_path(None).await?;
    let user = client.user_at(&path).await?;
    let mut options = EnrollmentOptions::default();
    options.label = wish.label;
    options.destination = Some(wish.destination.to_string());
    options.place = wish.place;
    options.language = environment::locale();
    let (path, details) = with_fresh_proof(client, async || {
        user.start_enrollment(wish.kind, &options).await
    })
    .await?;
    screen.json(&LineJson {
        enrollment: json(wish.kind, &details),
    })?;
    if details.dropped_extension == Some(true) {
        screen.note("The extension was left out: codes cannot be sent to extensions.")?;
    }
    let enrollment = EnrollmentProxy::new(&client.connection, path.clone())
        .await
        .map_err(secinfo_wire::Error::from)?;
    let mut sending = Sending::new(Session::Enrollment(&enrollment), wish.kind);
    match sending.send(client).await {
        Ok(sent) => tell(client, sent)?,
        Err(failure) => {
            // Without a code the session is of no use.
            let _ = enrollment.cancel().await;
            return Err(failure);
        }
    }
    let asking = enrollment::Asking::ForSent {
        sending,
        hint: details.hint.clone().unwrap_or_default(),
    };
    enrollment::finish(client, path, asking, false).await
}

#[derive(Serialize)]
struct LineJson<'a> {
    enrollment: DetailsJson<'a>,
}

#[derive(Serialize)]
struct DetailsJson<'a> {
    kind: &'a str,
    expires: u64,
    attempts: u32,
    becomes_default: bool,
    hint: Option<&'a str>,
    place: Option<&'a str>,
    dropped_extension: bool,
    digits: Option<u32>,
}

fn json<'a>(kind: &'a str, details: &'a EnrollmentDetails) -> DetailsJson<'a> {
    DetailsJson {
        kind,
        expires: details.expires,
        attempts: details.attempts,
        becomes_default: details.becomes_default,
        hint: details.hint.as_deref(),
        place: details.place.as_deref(),
        dropped_extension: details.dropped_extension.unwrap_or_default(),
        digits: details.digits,
    }
}

#[derive(Serialize)]
struct SentLineJson<'a> {
    sent: SentJson<'a>,
}

#[derive(Serialize)]
struct SentJson<'a> {
    state: &'a str,
    hint: &'a str,
    code_expires: u64,
    resend_at: u64,
    digits: u32,
}

/// Tells programs that a code was sent.
pub(super) fn tell(client: &Client, sent: &SentCode) -> Result<(), Failure> {
    client.screen.json(&sent_json(sent))
}

fn sent_json(sent: &SentCode) -> SentLineJson<'_> {
    SentLineJson {
        sent: SentJson {
            state: &sent.state,
            hint: &sent.hint,
            code_expires: sent.code_expires,
            resend_at: sent.resend_at,
            digits: sent.digits,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::Arguments;
    use clap::Parser;

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
        let sent = SentCode {
            state: "sent".to_owned(),
            hint: "+49 ••• ••67".to_owned(),
            code_expires: 1_795_356_300,
            resend_at: 1_795_356_030,
            digits: 6,
        };
        assert_eq!(
            serde_json::to_string(&sent_json(&sent)).unwrap(),
            r#"{"sent":{"state":"sent","hint":"+49 ••• ••67","code_expires":1795356300,"resend_at":1795356030,"digits":6}}"#
        );
        let details = EnrollmentDetails {
            expires: 1_795_356_600,
            attempts: 5,
            becomes_default: true,
            issuer: None,
            account: None,
            key: None,
            uri: None,
            digits: Some(6),
            period: None,
            algorithm: None,
            mode: None,
            manufacturer: None,
            model: None,
            delivered: Some(true),
            hint: Some("+49 ••• ••67".to_owned()),
            place: Some("office".to_owned()),
            dropped_extension: Some(true),
        };
        let line = LineJson {
            enrollment: json("text", &details),
        };
        assert_eq!(
            serde_json::to_string(&line).unwrap(),
            r#"{"enrollment":{"kind":"text","expires":1795356600,"attempts":5,"becomes_default":true,"hint":"+49 ••• ••67","place":"office","dropped_extension":true,"digits":6}}"#
        );
    }
}
