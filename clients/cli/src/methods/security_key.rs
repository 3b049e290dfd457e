//! `secinfo add security-key`.

use super::Add;
use crate::client::Client;
use crate::dialogue::enrollment;
use crate::dialogue::exchange::{Wanted, exchange};
use crate::dialogue::security_key::{KeyDialogue, is_remote};
use secinfo_terminal::environment;
use secinfo_terminal::failure::Failure;
use secinfo_wire::names::kind;
use secinfo_wire::{EnrollmentOptions, Form, Forms};
use secinfo_words::message;
use serde::Serialize;

const JSON: &str = r#"JSON: first the line {"enrollment":{"kind", "expires", "attempts", "becomes_default"}}; then the line {"creation_options":{PublicKeyCredentialCreationOptionsJSON}}, after which a line with RegistrationResponseJSON is read from standard input; then the line {"request_options":[{PublicKeyCredentialRequestOptionsJSON}]}, after which a line with AuthenticationResponseJSON is read; then the line {"method":{as on the page}, "became_default", "former_default", "default_method"}. These are the JSON forms of WebAuthn Level 3 section 5.1; the client data are made by the other program, with the origin secinfo://NAME for the name that the options give."#;

/// Add a security key (FIDO2)
///
/// It is registered, and then proves that it works. A security key only goes beside another method.
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub(super) struct Arguments {
    /// What to call the key
    #[arg(long)]
    label: Option<String>,
    /// Write and read WebAuthn's own JSON, a line each, for another program that talks to the key
    #[arg(long)]
    exchange: bool,
}

#[derive(Serialize)]
struct NothingJson {}

impl Add for Arguments {
    async fn add(self, client: &Client) -> Result<(), Failure> {
        let (screen, words) = (&client.screen, client.screen.words);
        if !self.exchange && is_remote() {
            return Err(Failure::Refused(
                words.say(message::AddKeyRemote).to_string(),
            ));
        }
        if !self.exchange && (screen.json || !screen.interactive) {
            return Err(Failure::Refused(
                words.say(message::AddKeyTerminal).to_string(),
            ));
        }
        let mut options = EnrollmentOptions::default();
        options.label = self.label;
        options.language = environment::locale();
        options.forms = Forms::from_iter([Form::Assertion]);
        let enrollment = enrollment::start(client, kind::SECURITY_KEY, &options).await?;
        enrollment.tell(client, NothingJson {})?;
        if self.exchange {
            let mut wanted = Wanted::Creation;
            let answers = |challenge: &_| {
                exchange(
                    client,
                    std::mem::replace(&mut wanted, Wanted::Request),
                    challenge,
                )
            };
            return enrollment.finish_in_steps(client, answers).await;
        }
        let mut dialogue = KeyDialogue::new(screen);
        let mut is_registered = false;
        let answers = |challenge: &_| {
            if std::mem::replace(&mut is_registered, true) {
                dialogue.prove(challenge)
            } else {
                dialogue.register(challenge)
            }
        };
        enrollment.finish_in_steps(client, answers).await?;
        screen.paragraph(&words.say(message::AddKeySecond))
    }
}
