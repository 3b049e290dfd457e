//! What all enrollments have in common: codes until one proves the method, and what became of the
//! default.

use super::delivered;
use crate::client::Client;
use crate::proof::with_fresh_proof;
use crate::security_info::{MethodJson, SecurityInfo, id_of};
use crate::sending::{Sending, leaves_session_open};
use crate::words;
use secinfo_terminal::failure::Failure;
use secinfo_wire::{Enrolled, EnrollmentProxy, OwnedObjectPath, Reason, enrollment_properties};
use serde::Serialize;

/// What is asked for until the method is enrolled.
pub(in crate::commands) enum Asking<'a> {
    /// A code that the user has, by this question.
    For(String),
    /// A code that is sent to the user, again and again if need be.
    ForSent {
        /// The codes that were sent.
        sending: Sending<'a>,
        /// Where to.
        hint: String,
    },
}

impl Asking<'_> {
    fn question(&self) -> String {
        match self {
            Self::For(question) => question.clone(),
            Self::ForSent { sending, hint } => sending.question("", hint),
        }
    }

    /// Says that the newest code did not arrive, if it was sent and did not.
    async fn look_after_code(&mut self, client: &Client) -> Result<bool, Failure> {
        match self {
            Self::For(_) => Ok(false),
            Self::ForSent { sending, .. } => sending.tell_of_failure(client).await,
        }
    }

    /// What an answer without a code asks for: a new one.
    async fn without_code(&mut self, client: &Client) -> Result<(), Failure> {
        let Self::ForSent { sending, .. } = self else {
            return client
                .screen
                .note("Enter a code, or press Ctrl-C to add nothing.");
        };
        sending.tell_of_failure(client).await?;
        match sending.send(client).await {
            Ok(sent) => delivered::tell(client, sent),
            Err(Failure::Bus(error)) if leaves_session_open(&error) => {
                client.screen.note(&error.to_string())
            }
            Err(failure) => Err(failure),
        }
    }

    const fn next(&self) -> &'static str {
        match self {
            Self::For(_) => "Wait for the next code and enter it.",
            Self::ForSent { .. } => "Look at the newest code that was sent and enter it.",
        }
    }
}

/// How an enrollment ended, in JSON.
#[derive(Serialize)]
struct EnrolledJson<'a> {
    method: MethodJson<'a>,
    became_default: bool,
    former_default: Option<&'a str>,
    default_method: Option<&'a str>,
}

/// Asks for codes until the method is enrolled, then says what became of the default.
pub(in crate::commands) async fn finish(
    client: &Client,
    path: OwnedObjectPath,
    asking: Asking<'_>,
    keep_default: bool,
) -> Result<(), Failure> {
    let enrollment = EnrollmentProxy::new(&client.connection, path.clone())
        .await
        .map_err(secinfo_wire::Error::from)?;
    let enrolled = match submit(client, &enrollment, &path, asking).await {
        Ok(enrolled) => enrolled,
        Err(failure) => {
            // The session may be over already, and ends with the connection in any case.
            let _ = enrollment.cancel().await;
            return Err(failure);
        }
    };
    conclude(client, &enrolled, keep_default).await
}

async fn submit(
    client: &Client,
    enrollment: &EnrollmentProxy<'_>,
    path: &OwnedObjectPath,
    mut asking: Asking<'_>,
) -> Result<Enrolled, Failure> {
    let screen = &client.screen;
    let mut last_refusal = None;
    loop {
        asking.look_after_code(client).await?;
        let Some(code) = screen.ask(&asking.question())? else {
            return Err(last_refusal.unwrap_or_else(|| {
                Failure::NotVerified(
                    "no code was given, so nothing was added; start again when you have one".into(),
                )
            }));
        };
        if code.is_empty() {
            asking.without_code(client).await?;
            continue;
        }
        match with_fresh_proof(client, async || enrollment.submit(&code).await).await {
            Err(Failure::Bus(error))
                if matches!(
                    error.reason(),
                    Some(Reason::WrongCode | Reason::CodeAlreadyUsed | Reason::TooSoon)
                ) =>
            {
                screen.note(&error.to_string())?;
                let left = enrollment_properties(&client.connection, path)
                    .await
                    .map(|session| session.attempts_left);
                if let Ok(left) = left {
                    screen.note(&format!("{} Attempts left: {left}.", asking.next()))?;
                }
                last_refusal = Some(error.into());
            }
            Err(Failure::Bus(error)) if error.reason() == Some(Reason::CodeExpired) => {
                screen.note(&error.to_string())?;
                last_refusal = Some(error.into());
            }
            result => return result,
        }
    }
}

async fn conclude(client: &Client, enrolled: &Enrolled, keep_default: bool) -> Result<(), Failure> {
    let (path, became_default, former) = enrolled;
    let screen = &client.screen;
    let info = SecurityInfo::load(client, None).await?;
    let gone =
        || Failure::Refused("the method was added and is gone again; see \"secinfo\"".into());
    let method = info.method_at(path).ok_or_else(gone)?;
    screen.paragraph(&format!("Added: {}.", method.words()))?;
    let former_method = info.method_at(former).filter(|_| *became_default);
    let mut default_method = &info.user.default_method;
    match former_method {
        Some(former_method) => {
            let words = former_method.words();
            screen.paragraph(&format!(
                "It is your default sign-in method now, instead of {words}."
            ))?;
            let keep = keep_default
                || (screen.interactive
                    && screen.confirm(&format!("Keep {words} as the default?"))?);
            if keep {
                let user = client.user_at(&info.path).await?;
                with_fresh_proof(client, async || user.set_default(former).await).await?;
                default_method = former;
                screen.paragraph(&format!(
                    "Your default sign-in method is {words}, as before."
                ))?;
            }
        }
        None if *became_default => screen.paragraph("It is your default sign-in method.")?,
        None => {}
    }
    let mut properties = method.properties.clone();
    properties.is_default = *default_method == *path;
    screen.json(&EnrolledJson {
        method: MethodJson::new(&properties),
        became_default: *became_default,
        former_default: id_of(former),
        default_method: id_of(default_method),
    })
}

/// The question for a code of the method being added.
pub(in crate::commands) fn question(kind: &str, digits: Option<u32>) -> String {
    words::of_question(kind, "", "", digits)
}
