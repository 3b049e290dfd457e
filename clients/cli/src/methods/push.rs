//! `secinfo add push`: a QR code that the phone scans, then a test request that is approved on it.

use super::{Add, authenticator_app};
use crate::client::Client;
use crate::dialogue::enrollment::{self, Enrollment};
use crate::qr::{Picture, PictureArguments, Qr};
use crate::security_info::SecurityInfo;
use secinfo_terminal::environment;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::{Blocks, Screen};
use secinfo_wire::names::kind;
use secinfo_wire::{EnrollmentDetails, EnrollmentOptions, Form, Forms};
use secinfo_words::message;
use serde::Serialize;

const JSON: &str = r#"JSON: first the line {"enrollment":{"kind", "expires", "attempts", "becomes_default", "issuer", "account", "uri", "app_link"}}; uri goes into the QR code, and app_link is the same for the app on the phone that shows it; then, once the phone has registered, the line {"phone":{"state":"registered", "digits"}}, before which there may be lines {"phone":{"state":"app-too-old", "digits":null}}; then codes are read from standard input, one a line, and an empty line sends another request; then the line {"method":{as on the page}, "became_default", "former_default", "default_method"}. With --with-app, the lines of "secinfo add authenticator-app" follow."#;

/// Add a phone that approves sign-ins, with the app privacyIDEA Authenticator (4.7.0 or newer)
///
/// The phone scans a QR code. Then approve a test request on it, and type the code that it shows. It
/// becomes your default sign-in method, unless you keep the former one.
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub(super) struct Arguments {
    /// What to call the phone
    #[arg(long)]
    label: Option<String>,
    #[command(flatten)]
    picture: PictureArguments,
    /// Keep the former default method
    #[arg(long)]
    keep_default: bool,
    /// Add an authenticator app as well, whose codes work where the phone has no network
    #[arg(long)]
    with_app: bool,
}

#[derive(Serialize)]
struct DetailsJson<'a> {
    issuer: Option<&'a str>,
    account: Option<&'a str>,
    uri: Option<&'a str>,
    app_link: Option<&'a str>,
}

impl Add for Arguments {
    async fn add(self, client: &Client) -> Result<(), Failure> {
        // Before the daemon waits for a phone in vain.
        let picture = self.picture.picture(client.screen.words)?;
        let mut options = EnrollmentOptions::default();
        options.label = self.label;
        options.language = environment::locale();
        options.forms = Forms::from_iter([Form::Code, Form::Approval]);
        let enrollment = enrollment::start(client, kind::PUSH, &options).await?;
        show(client, &enrollment, picture.as_ref())?;
        enrollment
            .finish_on_phone(client, self.keep_default)
            .await?;
        if self.with_app || wants_app(client).await? {
            return authenticator_app::Arguments::beside_phone()
                .add(client)
                .await;
        }
        Ok(())
    }
}

/// Whether a person without an authenticator app, who may have one, wants one beside the phone.
async fn wants_app(client: &Client) -> Result<bool, Failure> {
    let screen = &client.screen;
    if !screen.interactive || screen.json {
        return Ok(false);
    }
    let info = SecurityInfo::load(client, None).await?;
    let is_app = |kind: &str| kind == kind::AUTHENTICATOR_APP;
    let has_app = info
        .methods
        .iter()
        .any(|method| is_app(&method.properties.kind));
    let policy = client.manager().await?.get_policy(client.uid, "").await?;
    if has_app || !policy.allowed.iter().any(|kind| is_app(kind)) {
        return Ok(false);
    }
    screen.say("\n")?;
    screen.paragraph(&screen.words.say(message::AddPushApp))?;
    screen.confirm(&screen.words.say(message::AddPushWithApp))
}

/// Rows of what stands below the drawing: how long the phone is waited for.
const ROWS_BELOW: usize = 3;

fn show(
    client: &Client,
    enrollment: &Enrollment,
    picture: Option<&Picture>,
) -> Result<(), Failure> {
    let (screen, details) = (&client.screen, &enrollment.details);
    let (uri, link) = links(details)?;
    let words = screen.words;
    let qr = Qr::small(uri, words)?;
    enrollment.tell(client, json(details))?;
    if let Some(picture) = picture {
        picture.write(&qr)?;
    }
    if screen.json {
        return Ok(());
    }
    let drawing = drawing(screen, &qr);
    screen.paragraph(&words.say(message::AddPushInstall))?;
    screen.paragraph(&match drawing {
        Ok(_) => words.say(message::AddPushScan),
        Err(_) => words.say(message::AddPushOpen),
    })?;
    // In one piece, so that it can be copied.
    screen.say(&format!("\n{link}\n\n"))?;
    if let Some(picture) = picture {
        let path = picture.path().display().to_string().into();
        screen.paragraph(&words.say(message::AddPushFile { path }))?;
    }
    match drawing {
        Ok(drawing) => {
            if screen.blocks == Blocks::Plain {
                screen.paragraph(&words.say(message::AddAppUncoloured))?;
            }
            screen.say(&drawing)
        }
        Err(Undrawn::NoBlocks) => screen.paragraph(&words.say(message::AddAppUndrawn)),
        Err(Undrawn::Small { columns, rows }) => {
            screen.paragraph(&words.say(message::AddPushSmall {
                columns: columns.to_string().into(),
                rows: rows.to_string().into(),
            }))
        }
    }
}

/// Why the QR code is not drawn.
enum Undrawn {
    /// The terminal has no block characters.
    NoBlocks,
    /// The window needs to have this size.
    Small { columns: usize, rows: usize },
}

/// The drawing of the code, where all of it is seen at once.
fn drawing(screen: &Screen, qr: &Qr) -> Result<String, Undrawn> {
    let drawing = qr
        .drawing(screen.blocks, usize::MAX)
        .ok_or(Undrawn::NoBlocks)?;
    let rows = drawing.lines().count() + ROWS_BELOW;
    let columns = qr.columns();
    if columns > screen.width || screen.height.is_some_and(|height| rows > height) {
        return Err(Undrawn::Small { columns, rows });
    }
    Ok(drawing)
}

/// What goes into the QR code, and the link to open on the phone itself.
fn links(details: &EnrollmentDetails) -> Result<(&str, &str), Failure> {
    let links = details.uri.as_deref().zip(details.app_link.as_deref());
    let missing = || secinfo_wire::Error::Protocol("no link for the phone".to_owned());
    Ok(links.ok_or_else(missing)?)
}

fn json(details: &EnrollmentDetails) -> DetailsJson<'_> {
    DetailsJson {
        issuer: details.issuer.as_deref(),
        account: details.account.as_deref(),
        uri: details.uri.as_deref(),
        app_link: details.app_link.as_deref(),
    }
}
