//! `secinfo verify`: verifying a user with a code.

use crate::client::Client;
use crate::dialogue::verification::{self, VerificationRequest};
use crate::security_info::{SecurityInfo, id_of};
use secinfo_terminal::failure::Failure;
use secinfo_wire::Proof;
use secinfo_wire::names::purpose;
use secinfo_words::{Words, message};
use serde::Serialize;
use zeroize::Zeroizing;

const JSON: &str = r#"JSON: {"verified":true, "method", "kind", "strength", "time", "remaining"}; remaining is the number of recovery codes that are left when one was used. With --exchange, first the line {"request_options":[{PublicKeyCredentialRequestOptionsJSON}, ...]}, after which a line with AuthenticationResponseJSON to one of them is read from standard input (WebAuthn Level 3 section 5.1)."#;

/// Verify a user with a code
///
/// Asks for codes until one is accepted. Yourself, or another user with --user if you may verify
/// them. "?" changes to another method. An empty line asks for a new code where codes are sent, and
/// changes to another method elsewhere.
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSON)]
pub(crate) struct Arguments {
    /// Ask for this method first
    #[arg(long)]
    method: Option<String>,
    /// What the verification is for
    #[arg(long, default_value = purpose::SIGN_IN, value_parser = [purpose::SIGN_IN, purpose::PASSWORD_RESET])]
    purpose: String,
    /// The service that asks, as policy knows it
    #[arg(long, default_value = "secinfo")]
    service: String,
    /// Prove a security key: write and read WebAuthn's own JSON, a line each, for another program that
    /// talks to the key
    #[arg(long)]
    exchange: bool,
}

#[derive(Serialize)]
struct ProofJson<'a> {
    verified: bool,
    method: Option<&'a str>,
    kind: &'a str,
    strength: &'a str,
    time: u64,
    remaining: Option<u32>,
}

pub(crate) async fn run(
    client: &Client,
    user: Option<&str>,
    arguments: Arguments,
) -> Result<(), Failure> {
    let info = match (user, &arguments.method) {
        (None, None) => None,
        _ => Some(SecurityInfo::load(client, user).await?),
    };
    let method = match (&info, &arguments.method) {
        (Some(info), Some(text)) => Some(info.select(text, client.screen.words)?),
        _ => None,
    };
    let request = VerificationRequest {
        uid: info.as_ref().map_or(client.uid, |info| info.user.uid),
        purpose: &arguments.purpose,
        service: &arguments.service,
        method: method.map(|method| method.path.clone().into_inner()),
    };
    let proof = if arguments.exchange {
        verification::verify_by_exchange(client, &request).await?
    } else {
        verification::verify(client, &request).await?
    };
    client.screen.json(&ProofJson {
        verified: true,
        method: id_of(&proof.method),
        kind: &proof.kind,
        strength: &proof.strength,
        time: proof.time,
        remaining: proof.remaining,
    })?;
    client
        .screen
        .paragraph(&verified(client.screen.words, &proof))
}

fn verified(words: Words, proof: &Proof) -> Zeroizing<String> {
    let kind = words.kind_inline(&proof.kind).into();
    match proof.remaining {
        None => words.say(message::Verified { kind }),
        Some(0) => words.say(message::VerifiedLastCode { kind }),
        Some(left) => words.say(message::VerifiedCodesLeft {
            kind,
            count: left.into(),
        }),
    }
}
