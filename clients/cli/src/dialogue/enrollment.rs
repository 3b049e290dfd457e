//! An enrollment from its start to its end: codes until one proves that the method works, and what
//! becomes of the default.

use super::prompt::Prompt;
use super::sending::{Session, leaves_session_open};
use super::verification::with_fresh_proof;
use crate::client::Client;
use crate::security_info::{MethodJson, SecurityInfo, id_of};
use secinfo_terminal::failure::{Failure, bus_sentence};
use secinfo_wire::names::kind;
use secinfo_wire::{
    Challenge, Enrolled, EnrollmentDetails, EnrollmentOptions, EnrollmentProperties,
    EnrollmentProxy, OwnedObjectPath, Reason, Response, SentCode, Submitted, properties,
};
use secinfo_words::message;
use serde::Serialize;
use zeroize::Zeroizing;

/// An enrollment that was started, and waits to be proved.
pub(crate) struct Enrollment {
    pub(super) path: OwnedObjectPath,
    kind: &'static str,
    /// What the user needs for it, and what it asks.
    pub(crate) details: EnrollmentDetails,
}

/// Starts an enrollment, after a fresh proof if one is required.
pub(crate) async fn start(
    client: &Client,
    kind: &'static str,
    options: &EnrollmentOptions,
) -> Result<Enrollment, Failure> {
    let path = client.user_path(None).await?;
    let user = client.user_at(&path).await?;
    let started = async || user.start_enrollment(kind, options).await;
    let (path, details) = with_fresh_proof(client, started).await?;
    Ok(Enrollment {
        path,
        kind,
        details,
    })
}

impl Enrollment {
    /// Tells programs of it: what every kind has, then what this one alone has.
    pub(crate) fn tell(&self, client: &Client, of_kind: impl Serialize) -> Result<(), Failure> {
        client
            .screen
            .json(&StartedJson::of(self.kind, &self.details, of_kind))
    }

    /// Asks for responses until one proves the method, then says what was enrolled. `again` is told the
    /// daemon's refusal of a former response, if there was one.
    pub(crate) async fn finish_with(
        self,
        client: &Client,
        mut again: impl FnMut(Option<&secinfo_wire::Error>) -> Result<Response, Failure>,
    ) -> Result<(), Failure> {
        let enrollment = EnrollmentProxy::new(&client.connection, self.path).await?;
        let mut refusal = None;
        loop {
            let response = match again(refusal.as_ref()) {
                Ok(response) => response,
                Err(failure) => {
                    let _ = enrollment.cancel().await;
                    return Err(failure);
                }
            };
            let submitted = async || prove(&enrollment, &response).await;
            match with_fresh_proof(client, submitted).await {
                Ok(enrolled) => return conclude(client, &enrolled, false).await,
                Err(Failure::Bus(error)) if is_worth_another_try(&error) => refusal = Some(error),
                Err(failure) => return Err(failure),
            }
        }
    }

    /// Answers each challenge until the method is enrolled, then says what was enrolled. A wrong answer ends
    /// it.
    pub(crate) async fn finish_in_steps(
        self,
        client: &Client,
        mut answer: impl FnMut(&Challenge) -> Result<Response, Failure>,
    ) -> Result<(), Failure> {
        let enrollment = EnrollmentProxy::new(&client.connection, self.path).await?;
        let mut challenge = self.details.challenge.clone();
        loop {
            let response = match answer(&challenge) {
                Ok(response) => response,
                Err(failure) => {
                    let _ = enrollment.cancel().await;
                    return Err(failure);
                }
            };
            let submitted = async || enrollment.submit(&response).await;
            match with_fresh_proof(client, submitted).await? {
                Submitted::Enrolled(enrolled) => return conclude(client, &enrolled, false).await,
                Submitted::Next(next) => challenge = next,
            }
        }
    }

    /// Asks for codes until the method is enrolled, then says what became of the default, which
    /// stays as it was if it is to be kept.
    pub(crate) async fn finish(self, client: &Client, keep_default: bool) -> Result<(), Failure> {
        let enrollment = EnrollmentProxy::new(&client.connection, self.path).await?;
        match submit(client, &enrollment, self.kind, &self.details.challenge).await {
            Ok(enrolled) => conclude(client, &enrolled, keep_default).await,
            Err(failure) => {
                // The session may be over already, and ends with the connection in any case.
                let _ = enrollment.cancel().await;
                Err(failure)
            }
        }
    }
}

/// The line that says what was started.
#[derive(Serialize)]
pub(crate) struct StartedJson<'a, K> {
    enrollment: DetailsJson<'a, K>,
}

#[derive(Serialize)]
struct DetailsJson<'a, K> {
    kind: &'a str,
    expires: u64,
    attempts: u32,
    becomes_default: bool,
    #[serde(flatten)]
    of_kind: K,
}

impl<'a, K> StartedJson<'a, K> {
    pub(crate) const fn of(kind: &'a str, details: &EnrollmentDetails, of_kind: K) -> Self {
        Self {
            enrollment: DetailsJson {
                kind,
                expires: details.expires,
                attempts: details.attempts,
                becomes_default: details.becomes_default,
                of_kind,
            },
        }
    }
}

/// Codes until one is accepted.
struct Codes<'a> {
    client: &'a Client,
    enrollment: &'a EnrollmentProxy<'a>,
    prompt: Prompt<'a>,
}

impl Codes<'_> {
    /// Has a code sent, if codes are sent, and reports it to people and programs.
    async fn send(&mut self) -> Result<(), Failure> {
        match self.prompt.send(self.client).await? {
            Some(sent) => self.client.screen.json(&SentLineJson::of(sent)),
            None => Ok(()),
        }
    }

    /// Asks for a code, after reporting that the newest was not delivered.
    async fn ask(&mut self) -> Result<Option<Zeroizing<String>>, Failure> {
        let screen = &self.client.screen;
        self.prompt.report_failure(self.client).await?;
        screen.ask(&self.prompt.question(screen.words))
    }

    /// Does what an answer without a code asks for: has a new one sent, if codes are sent.
    async fn renew(&mut self) -> Result<(), Failure> {
        let screen = &self.client.screen;
        if !self.prompt.is_sent() {
            return screen.note(&screen.words.say(message::AddEnterCode));
        }
        self.prompt.report_failure(self.client).await?;
        match self.send().await {
            Err(Failure::Bus(error)) if leaves_session_open(&error) => {
                screen.note(&bus_sentence(&error, screen.words))
            }
            result => result,
        }
    }

    /// Reports why a code was refused, and what to do.
    async fn refused(&self, error: &secinfo_wire::Error) -> Result<(), Failure> {
        let screen = &self.client.screen;
        screen.note(&bus_sentence(error, screen.words))?;
        if error.reason() == Some(Reason::CodeExpired) {
            return Ok(());
        }
        let Some(attempts) = attempts_left(self.client, self.enrollment).await else {
            return Ok(());
        };
        let attempts = attempts.into();
        screen.note(&if self.prompt.is_sent() {
            screen.words.say(message::AddNewestCode { attempts })
        } else if self.prompt.kind() == kind::HARDWARE_TOKEN {
            screen.words.say(message::AddSecondCode { attempts })
        } else {
            screen.words.say(message::AddNextCode { attempts })
        })
    }

    async fn submit(mut self) -> Result<Enrolled, Failure> {
        self.send().await?;
        let mut last_refusal = None;
        loop {
            let Some(code) = self.ask().await? else {
                return Err(last_refusal.unwrap_or_else(|| {
                    let words = self.client.screen.words;
                    Failure::NotVerified(words.say(message::AddNoCode).to_string())
                }));
            };
            if code.is_empty() {
                self.renew().await?;
                continue;
            }
            let response = Response::code(code.as_str());
            let submitted = async || prove(self.enrollment, &response).await;
            match with_fresh_proof(self.client, submitted).await {
                Err(Failure::Bus(error)) if is_worth_another_try(&error) => {
                    self.refused(&error).await?;
                    last_refusal = Some(error.into());
                }
                result => return result,
            }
        }
    }
}

/// How many wrong codes the session still takes; none where it is over.
pub(super) async fn attempts_left(
    client: &Client,
    enrollment: &EnrollmentProxy<'_>,
) -> Option<u32> {
    let path = enrollment.inner().path();
    let session = properties::<EnrollmentProperties>(&client.connection, path).await;
    Some(session.ok()?.attempts_left)
}

/// Proves the method that is being enrolled: of most kinds one answer does.
pub(super) async fn prove(
    enrollment: &EnrollmentProxy<'_>,
    response: &Response,
) -> secinfo_wire::Result<Enrolled> {
    match enrollment.submit(response).await? {
        Submitted::Enrolled(enrolled) => Ok(enrolled),
        Submitted::Next(challenge) => {
            let form = challenge.form();
            let what = format!("another challenge, of the form {form}, after the proof");
            Err(secinfo_wire::Error::Protocol(what))
        }
    }
}

/// Whether a code that was refused so leaves the session open for another.
pub(super) fn is_worth_another_try(error: &secinfo_wire::Error) -> bool {
    matches!(
        error.reason(),
        Some(Reason::WrongCode | Reason::CodeAlreadyUsed | Reason::CodeExpired | Reason::TooSoon)
    )
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

impl<'a> SentLineJson<'a> {
    fn of(sent: &'a SentCode) -> Self {
        Self {
            sent: SentJson {
                state: &sent.state,
                hint: &sent.destination,
                code_expires: sent.code_expires,
                resend_at: sent.resend_at,
                digits: sent.digits,
            },
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

async fn submit(
    client: &Client,
    enrollment: &EnrollmentProxy<'_>,
    kind: &str,
    challenge: &Challenge,
) -> Result<Enrolled, Failure> {
    let prompt = Prompt::new(challenge, kind, "", Session::Enrollment(enrollment))?;
    let codes = Codes {
        client,
        enrollment,
        prompt,
    };
    codes.submit().await
}

/// Says what was enrolled, and what became of the default, which stays as it was if it is to be kept.
pub(super) async fn conclude(
    client: &Client,
    enrolled: &Enrolled,
    keep_default: bool,
) -> Result<(), Failure> {
    let Enrolled {
        method: path,
        became_default,
        former_default: former,
    } = enrolled;
    let screen = &client.screen;
    let info = SecurityInfo::load(client, None).await?;
    let words = screen.words;
    let gone = || Failure::Refused(words.say(message::AddGone).to_string());
    let method = info.method_at(path).ok_or_else(gone)?;
    let named = method.named(words).into();
    screen.paragraph(&words.say(message::Added { method: named }))?;
    let former_method = former
        .as_ref()
        .filter(|_| *became_default)
        .and_then(|former| Some((former, info.method_at(former)?)));
    let mut default_method = &info.user.default_method;
    match former_method {
        Some((former, former_method)) => {
            let named = former_method.named(words);
            let method = || (&named).into();
            screen.paragraph(&words.say(message::AddedDefaultInstead { method: method() }))?;
            let question = words.say(message::AddedKeepDefault { method: method() });
            let keep = keep_default || (screen.interactive && screen.confirm(&question)?);
            if keep {
                let user = client.user_at(&info.path).await?;
                with_fresh_proof(client, async || user.set_default(former).await).await?;
                default_method = former;
                screen.paragraph(&words.say(message::AddedKeptDefault { method: method() }))?;
            }
        }
        None if *became_default => screen.paragraph(&words.say(message::AddedDefault))?,
        None => {}
    }
    let mut properties = method.properties.clone();
    properties.is_default = *default_method == *path;
    screen.json(&EnrolledJson {
        method: MethodJson::new(&properties),
        became_default: *became_default,
        former_default: former.as_ref().and_then(id_of),
        default_method: id_of(default_method),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_form_of_a_code_that_was_sent_is_stable() {
        let sent = SentCode {
            state: "sent".to_owned(),
            destination: "+49 ••• ••67".to_owned(),
            code_expires: 1_795_356_300,
            resend_at: 1_795_356_030,
            digits: 6,
        };
        assert_eq!(
            serde_json::to_string(&SentLineJson::of(&sent)).unwrap(),
            r#"{"sent":{"state":"sent","hint":"+49 ••• ••67","code_expires":1795356300,"resend_at":1795356030,"digits":6}}"#
        );
    }
}
