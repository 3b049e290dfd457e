//! `secinfo add authenticator-app`: a QR code and its key, then a code from the app.

use super::Add;
use crate::client::Client;
use crate::dialogue::enrollment::{self, Enrollment};
use crate::qr::{Picture, PictureArguments, Qr};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::{Blocks, Screen};
use secinfo_terminal::text::{columns, indented, pad, visible};
use secinfo_wire::names::kind;
use secinfo_wire::{EnrollmentDetails, EnrollmentOptions};
use secinfo_words::{Words, message};
use serde::Serialize;
use std::fmt::Write;
use zeroize::Zeroizing;

const JSON: &str = r#"JSON: first the line {"enrollment":{"kind", "expires", "attempts", "becomes_default", "issuer", "account", "key", "uri", "digits", "period", "algorithm"}}; then codes are read from standard input, one a line; then the line {"method":{as on the page}, "became_default", "former_default", "default_method"}."#;

/// Add an authenticator app: scan a QR code, then enter a code from the app
///
/// The app becomes your default sign-in method, unless you keep the former one.
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub(super) struct Arguments {
    /// What to call it
    #[arg(long)]
    label: Option<String>,
    #[command(flatten)]
    picture: PictureArguments,
    /// Keep the former default method
    #[arg(long)]
    keep_default: bool,
}

impl Arguments {
    /// Those of an app that is added beside a phone, which stays the default.
    pub(super) fn beside_phone() -> Self {
        Self {
            label: None,
            picture: PictureArguments::default(),
            keep_default: true,
        }
    }
}

#[derive(Serialize)]
struct DetailsJson<'a> {
    issuer: Option<&'a str>,
    account: Option<&'a str>,
    key: Option<&'a str>,
    uri: Option<&'a str>,
    digits: Option<u32>,
    period: Option<u32>,
    algorithm: Option<&'a str>,
}

impl Add for Arguments {
    async fn add(self, client: &Client) -> Result<(), Failure> {
        // Before the daemon makes a key in vain.
        let picture = self.picture.picture(client.screen.words)?;
        let mut options = EnrollmentOptions::default();
        options.label = self.label;
        let enrollment = enrollment::start(client, kind::AUTHENTICATOR_APP, &options).await?;
        show(client, &enrollment, picture.as_ref())?;
        enrollment.finish(client, self.keep_default).await
    }
}

/// Rows of the blank line below the picture and the prompt.
const ROWS_OF_PROMPT: usize = 2;

/// How wide the names of what an app needs are at least, so that they stand as they always did.
const LEAST_NAME: usize = 8;

fn show(
    client: &Client,
    enrollment: &Enrollment,
    picture: Option<&Picture>,
) -> Result<(), Failure> {
    let (screen, details) = (&client.screen, &enrollment.details);
    let incomplete =
        || secinfo_wire::Error::Protocol("no URI for the authenticator app".to_owned());
    let uri = details.uri.as_deref().ok_or_else(incomplete)?;
    let words = screen.words;
    let qr = Qr::new(uri, words)?;
    enrollment.tell(client, json(details))?;
    if let Some(picture) = picture {
        picture.write(&qr)?;
    }
    if screen.json {
        return Ok(());
    }
    // The key comes first, for who cannot see the picture. All of that must be seen at once, so it comes
    // last, with the prompt right below it.
    let drawing = qr.drawing(screen.blocks, screen.width);
    let heading = match drawing {
        Some(_) => words.say(message::AddAppEnterOrScan),
        None => words.say(message::AddAppEnter),
    };
    screen.say(&beside(words, &heading, details, screen.width))?;
    mention(screen, picture)?;
    let Some(drawing) = drawing else {
        let why = match screen.blocks {
            Blocks::None => words.say(message::AddAppUndrawn),
            Blocks::Plain | Blocks::BlackOnWhite => words.say(message::AddAppNarrow),
        };
        return screen.paragraph(&why);
    };
    if screen.blocks == Blocks::Plain {
        screen.paragraph(&words.say(message::AddAppUncoloured))?;
        screen.say("\n")?;
    }
    let rows = drawing.lines().count() + ROWS_OF_PROMPT;
    if screen.height.is_none_or(|height| rows <= height) {
        return screen.say(&format!("{drawing}\n"));
    }
    let small = Qr::small(uri, words)?;
    screen.say(
        &small
            .drawing(screen.blocks, screen.width)
            .unwrap_or(drawing),
    )
}

fn mention(screen: &Screen, picture: Option<&Picture>) -> Result<(), Failure> {
    let Some(picture) = picture else {
        return Ok(());
    };
    let path = picture.path().display().to_string().into();
    screen.paragraph(&screen.words.say(message::AddAppFile { path }))
}

/// What is typed into an app that cannot see the picture. What is longer than the line stands on lines
/// of its own; a URI is not broken, so that it can be copied.
fn beside(words: Words, heading: &str, details: &EnrollmentDetails, screen_width: usize) -> String {
    let mut rows: Vec<_> = [
        (words.say(message::AddAppIssuer), &details.issuer),
        (words.say(message::AddAppAccount), &details.account),
        (words.say(message::AddAppKey), &details.key),
        (words.say(message::AddAppUri), &details.uri),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, Zeroizing::new(visible(value.as_deref()?)))))
    .collect();
    // Defaults of every app need not be typed.
    let unusual = details.challenge.digits() != Some(6)
        || details.period != Some(30)
        || details
            .algorithm
            .as_deref()
            .is_some_and(|word| !matches!(word, "SHA1" | "sha1" | "SHA-1"));
    if unusual {
        let parameters = words.say(message::AddAppParameters {
            digits: details.challenge.digits().unwrap_or(6).into(),
            period: details.period.unwrap_or(30).into(),
            algorithm: details.algorithm.as_deref().unwrap_or("SHA1").into(),
        });
        rows.push((words.say(message::AddAppCodes), parameters));
    }
    let width = rows.iter().map(|(name, _)| columns(name)).max();
    let width = width.unwrap_or(0).max(LEAST_NAME);
    let mut text = indented(heading, "", "", screen_width);
    for (name, value) in &rows {
        if 3 + width + columns(value) <= screen_width {
            let _ = writeln!(text, "  {} {}", pad(name, width), **value);
        } else if value.contains(' ') {
            let lines = indented(value, "    ", "    ", screen_width);
            let _ = write!(text, "  {}\n{lines}", **name);
        } else {
            let _ = writeln!(text, "  {}\n    {}", **name, **value);
        }
    }
    text.push('\n');
    text
}

fn json(details: &EnrollmentDetails) -> DetailsJson<'_> {
    DetailsJson {
        issuer: details.issuer.as_deref(),
        account: details.account.as_deref(),
        key: details.key.as_deref(),
        uri: details.uri.as_deref(),
        digits: details.challenge.digits(),
        period: details.period,
        algorithm: details.algorithm.as_deref(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::enrollment::StartedJson;
    use secinfo_wire::Challenge;
    use secinfo_words::Language;

    fn details() -> EnrollmentDetails {
        EnrollmentDetails {
            expires: 1_795_356_600,
            attempts: 5,
            becomes_default: true,
            issuer: Some("host01".to_owned()),
            account: Some("alice".to_owned()),
            key: Some("JBSW Y3DP EHPK 3PXP".to_owned()),
            app_link: None,
            uri: Some("otpauth://totp/host01:alice?secret=JBSWY3DPEHPK3PXP".to_owned()),
            challenge: Challenge::Code {
                digits: Some(6),
                destination: None,
            },
            period: Some(30),
            algorithm: Some("SHA1".to_owned()),
            mode: None,
            manufacturer: None,
            model: None,
            place: None,
            dropped_extension: None,
        }
    }

    #[test]
    fn a_user_who_cannot_scan_has_all_to_enter() {
        let expected = "\
Enter this in your authenticator app:
  Issuer   host01
  Account  alice
  Key      JBSW Y3DP EHPK 3PXP
  URI      otpauth://totp/host01:alice?secret=JBSWY3DPEHPK3PXP

";
        let words = Words::of(Language::English);
        let heading = words.say(message::AddAppEnter);
        assert_eq!(beside(words, &heading, &details(), 80), expected);
        let mut unusual = details();
        unusual.challenge = Challenge::Code {
            digits: Some(8),
            destination: None,
        };
        unusual.algorithm = Some("SHA256".to_owned());
        assert!(
            beside(words, "", &unusual, 80)
                .contains("  Codes    8 digits, every 30 seconds, SHA256\n")
        );
    }

    #[test]
    fn a_long_key_stands_on_lines_of_its_own() {
        let mut long = details();
        long.key = Some(["JBSW"; 8].join(" "));
        let text = beside(Words::of(Language::English), "", &long, 40);
        let key = "  Key\n    JBSW JBSW JBSW JBSW JBSW JBSW JBSW\n    JBSW\n";
        assert!(text.contains(key), "{text}");
        let uri = "  URI\n    otpauth://totp/host01:alice?secret=JBSWY3DPEHPK3PXP\n";
        assert!(text.contains(uri), "{text}");
    }

    #[test]
    fn the_json_form_is_stable() {
        assert_eq!(
            serde_json::to_string(&StartedJson::of(
                kind::AUTHENTICATOR_APP,
                &details(),
                json(&details())
            ))
            .unwrap(),
            concat!(
                r#"{"enrollment":{"kind":"authenticator-app","expires":1795356600,"attempts":5,"becomes_default":true,"#,
                r#""issuer":"host01","account":"alice","key":"JBSW Y3DP EHPK 3PXP","#,
                r#""uri":"otpauth://totp/host01:alice?secret=JBSWY3DPEHPK3PXP","digits":6,"period":30,"algorithm":"SHA1"}}"#
            )
        );
    }
}
