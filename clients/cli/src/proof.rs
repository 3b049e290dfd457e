//! Verifying a user by a dialogue, and asking for a fresh proof where the daemon wants one first.

use crate::client::Client;
use crate::failure::Failure;
use crate::words;
use secinfo_bus::names::purpose;
use secinfo_bus::{Challenge, ObjectPath, Proof, Reason, VerificationOptions, VerificationProxy};

/// How this command names itself as the service that asks.
const SERVICE: &str = "secinfo";

/// A verification to hold.
pub(crate) struct Request<'a> {
    /// Who is to be verified.
    pub(crate) uid: u32,
    /// What for.
    pub(crate) purpose: &'a str,
    /// For which service.
    pub(crate) service: &'a str,
    /// The method to ask first; the daemon chooses when none is given.
    pub(crate) method: Option<ObjectPath<'a>>,
}

/// Does what `action` does; if the daemon wants a fresh proof of the caller first, asks for it and
/// does it again.
pub(crate) async fn with_fresh_proof<T>(
    client: &Client,
    action: impl AsyncFn() -> secinfo_bus::Result<T>,
) -> Result<T, Failure> {
    match action().await {
        Err(error)
            if matches!(
                error.reason(),
                Some(Reason::FreshProofNeeded | Reason::AccessPassNeeded)
            ) =>
        {
            let request = Request {
                uid: client.uid,
                purpose: purpose::SIGN_IN,
                service: SERVICE,
                method: None,
            };
            client.screen.note("First prove that it is you.")?;
            match verify(client, &request).await {
                // Nothing to prove with: what the daemon said first is what helps.
                Err(Failure::Bus(missing)) if missing.reason() == Some(Reason::NoMethod) => {
                    return Err(error.into());
                }
                result => result?,
            };
            Ok(action().await?)
        }
        result => Ok(result?),
    }
}

/// Verifies a user: asks for codes until one is accepted or the daemon ends the session. An empty
/// answer or `?` changes to another method.
pub(crate) async fn verify(client: &Client, request: &Request<'_>) -> Result<Proof, Failure> {
    let manager = client.manager().await?;
    let options = VerificationOptions {
        method: request.method.clone(),
        detached: None,
    };
    let (path, challenge) = manager
        .start_verification(request.uid, request.purpose, request.service, &options)
        .await?;
    let verification = VerificationProxy::new(&client.connection, path)
        .await
        .map_err(secinfo_bus::Error::from)?;
    let result = converse(client, &verification, challenge).await;
    if result.is_err() {
        // The session may be over already, and ends with the connection in any case.
        let _ = verification.cancel().await;
    }
    result
}

async fn converse(
    client: &Client,
    verification: &VerificationProxy<'_>,
    mut challenge: Challenge,
) -> Result<Proof, Failure> {
    let screen = &client.screen;
    let mut last_refusal = None;
    if screen.interactive {
        screen.note("(Press Enter without a code to use another method.)")?;
    }
    loop {
        let Challenge {
            kind,
            label,
            hint,
            digits,
            ..
        } = &challenge;
        let Some(code) = screen.ask(&words::of_question(kind, label, hint, *digits))? else {
            return Err(last_refusal.unwrap_or_else(|| {
                Failure::NotVerified(
                    "no code was given; write it on standard input, or run this on a terminal"
                        .into(),
                )
            }));
        };
        if code.is_empty() || *code == "?" {
            if let Some(other) = choose_other(client, verification).await? {
                challenge = other;
            }
            continue;
        }
        match verification.submit(&code).await {
            Ok(proof) => return Ok(proof),
            Err(error) => match error.reason() {
                Some(Reason::WrongCode | Reason::CodeAlreadyUsed | Reason::TooSoon) => {
                    screen.note(&error.to_string())?;
                    last_refusal = Some(error.into());
                }
                Some(Reason::MethodLocked) => {
                    screen.note(&error.to_string())?;
                    last_refusal = Some(error.into());
                    if let Some(other) = choose_other(client, verification).await? {
                        challenge = other;
                    }
                }
                _ => return Err(error.into()),
            },
        }
    }
}

/// Lets the user choose one of the methods that can be asked; `None` keeps the one asked now.
async fn choose_other(
    client: &Client,
    verification: &VerificationProxy<'_>,
) -> Result<Option<Challenge>, Failure> {
    let screen = &client.screen;
    let methods = verification.list_methods().await?;
    if methods.len() < 2 {
        screen.note("There is no other method to verify with.")?;
        return Ok(None);
    }
    screen.note("Verify another way:")?;
    for (index, method) in methods.iter().enumerate() {
        let words = words::of_method(&method.kind, &method.label, &method.hint);
        screen.note(&format!("  {}  {words}", index + 1))?;
    }
    loop {
        let answer = screen.ask("Number of the method (Enter to stay with 1):")?;
        let number = match answer.as_deref().map(String::as_str) {
            None | Some("") => return Ok(None),
            Some(text) => text
                .parse::<usize>()
                .ok()
                .and_then(|number| number.checked_sub(1)),
        };
        match number.and_then(|index| methods.get(index)) {
            Some(method) => return Ok(Some(verification.change_method(&method.path).await?)),
            None => screen.note(&format!(
                "Answer with a number from 1 to {}.",
                methods.len()
            ))?,
        }
    }
}
