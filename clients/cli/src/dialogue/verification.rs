//! Verifies a user in a dialogue, and obtains a fresh proof where the daemon requires one first.

use super::exchange::{Wanted, exchange};
use super::prompt::{Prompt, Typed};
use super::security_key;
use super::sending::{Session, leaves_session_open};
use crate::client::Client;
use secinfo_terminal::environment;
use secinfo_terminal::failure::{Failure, bus_sentence};
use secinfo_wire::names::purpose;
use secinfo_wire::{
    Error, Form, Forms, ObjectPath, Proof, Reason, VerificationChallenge, VerificationOptions,
    VerificationProxy,
};
use secinfo_words::message;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// The longest time that the next request to a phone is waited for.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// How this command names itself as the service that asks.
const SERVICE: &str = "secinfo";

/// What to verify.
pub(crate) struct VerificationRequest<'a> {
    /// Who is to be verified.
    pub(crate) uid: u32,
    /// What for.
    pub(crate) purpose: &'a str,
    /// For which service.
    pub(crate) service: &'a str,
    /// The method to ask first; the daemon chooses when none is given.
    pub(crate) method: Option<ObjectPath<'a>>,
}

/// Runs `action`. If the daemon requires a fresh proof of the caller first, obtains one and runs it
/// again.
pub(crate) async fn with_fresh_proof<T>(
    client: &Client,
    action: impl AsyncFn() -> secinfo_wire::Result<T>,
) -> Result<T, Failure> {
    match action().await {
        Err(error)
            if matches!(
                error.reason(),
                Some(Reason::FreshProofNeeded | Reason::AccessPassNeeded)
            ) =>
        {
            let request = VerificationRequest {
                uid: client.uid,
                purpose: purpose::SIGN_IN,
                service: SERVICE,
                method: None,
            };
            client
                .screen
                .note(&client.screen.words.say(message::ProofFirst))?;
            match verify(client, &request).await {
                // Without a method, the daemon's first refusal is the helpful one.
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

/// Verifies a user: asks for codes until one is accepted or the daemon ends the session. `?` changes
/// to another method; so does an empty answer, unless it asks for a new code of a method whose codes
/// are sent.
pub(crate) async fn verify(
    client: &Client,
    request: &VerificationRequest<'_>,
) -> Result<Proof, Failure> {
    let (verification, challenge) = start(client, request, forms(client)).await?;
    let result = converse(client, &verification, challenge).await;
    end(&verification, result).await
}

/// Starts a verification by what can be presented in these forms.
async fn start<'c>(
    client: &'c Client,
    request: &VerificationRequest<'_>,
    forms: Forms,
) -> Result<(VerificationProxy<'c>, VerificationChallenge), Failure> {
    let manager = client.manager().await?;
    let options = VerificationOptions {
        method: request.method.clone().map(Into::into),
        language: environment::locale(),
        forms,
        ..Default::default()
    };
    let begun = Instant::now();
    let (path, challenge) = loop {
        let started =
            manager.start_verification(request.uid, request.purpose, request.service, &options);
        match (started.await, begun.elapsed()) {
            (Err(error), waited) if let Some(seconds) = seconds_until_request(&error, waited) => {
                let soon = message::ProofPhoneSoon {
                    seconds: seconds.into(),
                };
                client.screen.note(&client.screen.words.say(soon))?;
                sleep(Duration::from_secs(seconds)).await;
            }
            (started, _) => break started?,
        }
    };
    let verification = VerificationProxy::new(&client.connection, path).await?;
    Ok((verification, challenge))
}

/// In how many seconds the user's phone can be asked again, where that is soon: it is the only method then, and
/// was asked a moment ago.
fn seconds_until_request(error: &Error, waited: Duration) -> Option<u64> {
    match error {
        Error::Refused {
            reason: Reason::TooSoon,
            details,
            ..
        } => details
            .seconds_left
            .filter(|left| waited + Duration::from_secs(*left) <= LONGEST_WAIT),
        _ => None,
    }
}

/// Ends a verification that has come to this.
async fn end(
    verification: &VerificationProxy<'_>,
    result: Result<Proof, Failure>,
) -> Result<Proof, Failure> {
    if result.is_err() {
        // The session may be over already, and ends with the connection in any case.
        let _ = verification.cancel().await;
    }
    result
}

/// What can be asked here. A key is plugged in by a person, at the host itself.
fn forms(client: &Client) -> Forms {
    let mut forms = vec![Form::Code, Form::Approval, Form::Answers];
    if client.screen.interactive && !client.screen.json && security_key::is_possible() {
        forms.push(Form::Assertion);
    }
    Forms::from_iter(forms)
}

/// Verifies a user by a security key that another program talks to.
pub(crate) async fn verify_by_exchange(
    client: &Client,
    request: &VerificationRequest<'_>,
) -> Result<Proof, Failure> {
    let forms = Forms::from_iter([Form::Assertion]);
    let (verification, asked) = start(client, request, forms).await?;
    let result = match exchange(client, Wanted::Request, &asked.challenge) {
        Ok(response) => verification.submit(&response).await.map_err(Into::into),
        Err(failure) => Err(failure),
    };
    end(&verification, result).await
}

async fn converse(
    client: &Client,
    verification: &VerificationProxy<'_>,
    challenge: VerificationChallenge,
) -> Result<Proof, Failure> {
    let screen = &client.screen;
    let mut last_refusal = None;
    let mut prompt = begin(client, verification, challenge, &mut last_refusal).await?;
    loop {
        let other = if prompt.report_failure(client).await? {
            choose_other(client, verification).await?
        } else {
            None
        };
        if let Some(other) = other {
            prompt = begin(client, verification, other, &mut last_refusal).await?;
            continue;
        }
        let Some(typed) = prompt.ask(screen)? else {
            return Err(last_refusal.unwrap_or_else(|| {
                Failure::NotVerified(screen.words.say(message::ProofNoneGiven).to_string())
            }));
        };
        let typed = match typed {
            Typed::OfApp(app, response) => {
                let asked = verification.change_method(&app).await?;
                prompt = prompt_of(verification, &asked)?;
                Typed::Response(response)
            }
            typed => typed,
        };
        let other = match typed {
            Typed::Nothing if prompt.asks_phone() => {
                ask_phone_again(client, verification, &mut last_refusal).await?
            }
            Typed::Nothing if prompt.is_sent() => {
                send_or_change(client, verification, &mut prompt, &mut last_refusal).await?
            }
            Typed::Nothing | Typed::Another | Typed::OfApp(..) => {
                choose_other(client, verification).await?
            }
            Typed::Response(response) => match verification.submit(&response).await {
                Ok(proof) => return Ok(proof),
                Err(error) => {
                    let reason = error.reason();
                    if !is_worth_another_try(reason) {
                        return Err(error.into());
                    }
                    if prompt.asks_questions() && reason == Some(Reason::WrongCode) {
                        screen.note(&screen.words.say(message::ProofAnswersWrong))?;
                    } else {
                        screen.note(&bus_sentence(&error, screen.words))?;
                    }
                    last_refusal = Some(error.into());
                    if reason == Some(Reason::MethodLocked) {
                        choose_other(client, verification).await?
                    } else if prompt.is_asked_anew() {
                        Some(asked_again(verification).await?)
                    } else {
                        None
                    }
                }
            },
        };
        if let Some(other) = other {
            prompt = begin(client, verification, other, &mut last_refusal).await?;
        }
    }
}

/// What the method that is asked now asks next.
async fn asked_again(
    verification: &VerificationProxy<'_>,
) -> secinfo_wire::Result<VerificationChallenge> {
    let methods = verification.list_methods().await?;
    let missing = || Error::Protocol("a verification without a method".to_owned());
    let asked = methods.first().ok_or_else(missing)?;
    verification.change_method(&asked.method).await
}

/// Whether another code can be tried after this refusal.
const fn is_worth_another_try(reason: Option<Reason>) -> bool {
    matches!(
        reason,
        Some(
            Reason::WrongCode
                | Reason::CodeAlreadyUsed
                | Reason::CodeExpired
                | Reason::NoCodeSent
                | Reason::NotApproved
                | Reason::TooSoon
                | Reason::MethodLocked
        )
    )
}

/// Begins to ask a method: has its code sent, if it is one whose codes are sent. Where that fails,
/// the user may choose another method, which is then the one that is asked.
async fn begin<'a>(
    client: &Client,
    verification: &'a VerificationProxy<'a>,
    mut challenge: VerificationChallenge,
    last_refusal: &mut Option<Failure>,
) -> Result<Prompt<'a>, Failure> {
    loop {
        let mut prompt = prompt_of(verification, &challenge)?;
        if prompt.asks_phone() {
            prompt.take_codes_of_app(&verification.list_methods().await?);
        }
        let words = client.screen.words;
        if let Some(guidance) = prompt.guidance(words) {
            client.screen.note(&guidance)?;
        }
        if client.screen.interactive {
            client.screen.note(&if prompt.asks_phone() {
                words.say(message::ProofPhoneMarks)
            } else if prompt.takes_nothing() {
                words.say(message::ProofOtherByMark)
            } else {
                words.say(message::ProofOtherByEnter)
            })?;
        }
        match send_or_change(client, verification, &mut prompt, last_refusal).await? {
            Some(other) => challenge = other,
            None => return Ok(prompt),
        }
    }
}

/// The prompt for what is asked.
fn prompt_of<'a>(
    verification: &'a VerificationProxy<'a>,
    asked: &VerificationChallenge,
) -> Result<Prompt<'a>, Failure> {
    let session = Session::Verification(verification);
    Prompt::new(&asked.challenge, &asked.kind, &asked.label, session)
}

/// Sends another request to the phone, if the one before it is over. Where that fails, says why.
async fn ask_phone_again(
    client: &Client,
    verification: &VerificationProxy<'_>,
    last_refusal: &mut Option<Failure>,
) -> Result<Option<VerificationChallenge>, Failure> {
    match asked_again(verification).await {
        Ok(asked) => Ok(Some(asked)),
        Err(error) if leaves_session_open(&error) => {
            client
                .screen
                .note(&bus_sentence(&error, client.screen.words))?;
            *last_refusal = Some(error.into());
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Has a code sent, if codes are sent. Where that fails, says why and lets the user choose another
/// method.
async fn send_or_change(
    client: &Client,
    verification: &VerificationProxy<'_>,
    prompt: &mut Prompt<'_>,
    last_refusal: &mut Option<Failure>,
) -> Result<Option<VerificationChallenge>, Failure> {
    let error = match prompt.send(client).await {
        Err(Failure::Bus(error)) if leaves_session_open(&error) => error,
        result => return result.map(|_| None),
    };
    client
        .screen
        .note(&bus_sentence(&error, client.screen.words))?;
    let only_later = error.reason() == Some(Reason::TooSoon);
    *last_refusal = Some(error.into());
    if only_later {
        return Ok(None);
    }
    choose_other(client, verification).await
}

/// Lets the user choose one of the methods that can be asked; `None` keeps the one asked now.
async fn choose_other(
    client: &Client,
    verification: &VerificationProxy<'_>,
) -> Result<Option<VerificationChallenge>, Failure> {
    let screen = &client.screen;
    let words = screen.words;
    let methods = verification.list_methods().await?;
    if methods.len() < 2 {
        screen.note(&words.say(message::ProofNoOther))?;
        return Ok(None);
    }
    screen.note(&words.say(message::ProofOthers))?;
    for (index, method) in methods.iter().enumerate() {
        let hint = words.hint(&method.hint);
        let named = words.method(&method.kind, &method.label, &hint);
        screen.note(&format!("  {}  {named}", index + 1))?;
    }
    loop {
        let answer = screen.ask(&words.say(message::ProofNumber))?;
        let number = match answer.as_deref().map(String::as_str) {
            None | Some("") => return Ok(None),
            Some(text) => secinfo_typed::number(text).and_then(|number| number.checked_sub(1)),
        };
        if let Some(method) = number.and_then(|index| methods.get(index)) {
            match verification.change_method(&method.method).await {
                Ok(challenge) => return Ok(Some(challenge)),
                Err(error) if leaves_session_open(&error) => {
                    screen.note(&bus_sentence(&error, words))?;
                }
                Err(error) => return Err(error.into()),
            }
            continue;
        }
        let most = methods.len().to_string().into();
        screen.note(&words.say(message::ChooseNumber { most }))?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secinfo_wire::Details;

    #[test]
    fn a_phone_that_can_be_asked_soon_is_waited_for_and_no_longer() {
        let refused = |reason, seconds_left| {
            let details = Details {
                seconds_left,
                ..Details::default()
            };
            Error::Refused {
                reason,
                message: String::new(),
                details: Box::new(details),
            }
        };
        let seconds = Duration::from_secs;
        let soon = refused(Reason::TooSoon, Some(30));
        assert_eq!(seconds_until_request(&soon, seconds(0)), Some(30));
        assert_eq!(seconds_until_request(&soon, seconds(31)), None);
        let late = refused(Reason::TooSoon, Some(61));
        assert_eq!(seconds_until_request(&late, seconds(0)), None);
        let paused = refused(Reason::PushPaused, Some(30));
        assert_eq!(seconds_until_request(&paused, seconds(0)), None);
        let unsaid = refused(Reason::TooSoon, None);
        assert_eq!(seconds_until_request(&unsaid, seconds(0)), None);
    }
}
