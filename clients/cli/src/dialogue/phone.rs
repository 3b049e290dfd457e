//! A phone that is being added: it registers, then its user approves a test request on it and types the
//! code that it shows.

use super::enrollment::{Enrollment, attempts_left, conclude, is_worth_another_try, prove};
use super::verification::with_fresh_proof;
use crate::client::Client;
use secinfo_terminal::failure::{Failure, bus_sentence};
use secinfo_terminal::times::Clock;
use secinfo_wire::{
    Approval, Challenge, Enrolled, EnrollmentProxy, Error, Reason, Response, Submitted,
};
use secinfo_words::message;
use serde::Serialize;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// How far apart calls are that wait for the phone, where the daemon answers at once.
const BETWEEN_CALLS: Duration = Duration::from_secs(1);

impl Enrollment {
    /// Waits for the phone, then asks for the code that it shows until the method is enrolled, and says what
    /// became of the default, which stays as it was if it is to be kept.
    pub(crate) async fn finish_on_phone(
        self,
        client: &Client,
        keep_default: bool,
    ) -> Result<(), Failure> {
        let enrollment = EnrollmentProxy::new(&client.connection, self.path).await?;
        let phone = Phone {
            client,
            enrollment: &enrollment,
        };
        match phone.enroll(self.details.expires).await {
            Ok(enrolled) => conclude(client, &enrolled, keep_default).await,
            Err(failure) => {
                // The session may be over already, and ends with the connection in any case.
                let _ = enrollment.cancel().await;
                Err(failure)
            }
        }
    }
}

#[derive(Serialize)]
struct PhoneJson {
    phone: StateJson,
}

#[derive(Serialize)]
struct StateJson {
    state: &'static str,
    digits: Option<u32>,
}

struct Phone<'a> {
    client: &'a Client,
    enrollment: &'a EnrollmentProxy<'a>,
}

impl Phone<'_> {
    async fn enroll(&self, expires: u64) -> Result<Enrolled, Failure> {
        let (screen, words) = (&self.client.screen, self.client.screen.words);
        // The clock of the client stands since the command was started.
        let now = Clock::of_process().now();
        let length = words.wait(expires.saturating_sub(now));
        let length = length.into();
        screen.note(&words.say(message::AddPushWaiting { length }))?;
        let digits = self.registered().await?;
        self.tell("registered", Some(digits))?;
        screen.note(&words.say(message::AddPushApprove {
            digits: digits.into(),
        }))?;
        let mut last_refusal = None;
        loop {
            let question = words.say(message::AddPushQuestion {
                digits: digits.into(),
            });
            let Some(code) = screen.ask(&question)? else {
                return Err(last_refusal.unwrap_or_else(|| {
                    Failure::NotVerified(words.say(message::AddNoCode).to_string())
                }));
            };
            if code.is_empty() {
                self.ask_again(digits).await?;
                continue;
            }
            let response = Response::code(code.as_str());
            let submitted = async || prove(self.enrollment, &response).await;
            match with_fresh_proof(self.client, submitted).await {
                Err(Failure::Bus(error)) if leaves_phone(&error) => {
                    self.refused(&error).await?;
                    last_refusal = Some(error.into());
                }
                result => return result,
            }
        }
    }

    /// Waits until the phone has registered and was sent the test request; how many digits it will show.
    async fn registered(&self) -> Result<u32, Failure> {
        let screen = &self.client.screen;
        let mut last_reason = None;
        loop {
            let next_call = Instant::now() + BETWEEN_CALLS;
            match self.wait().await {
                Ok(Approval::Type { digits }) => return Ok(digits),
                Ok(_) => {}
                Err(Failure::Bus(error)) if error.reason() == Some(Reason::AppTooOld) => {
                    screen.note(&screen.words.say(message::AddPushOldApp))?;
                    self.tell("app-too-old", None)?;
                }
                // The phone has registered, and the request can be sent in a moment.
                Err(Failure::Bus(error)) if leaves_phone(&error) => {
                    if last_reason != error.reason() {
                        screen.note(&bus_sentence(&error, screen.words))?;
                    }
                    last_reason = error.reason();
                }
                Err(failure) => return Err(failure),
            }
            sleep_until(next_call).await;
        }
    }

    /// Sends another request where the newest is over.
    async fn ask_again(&self, digits: u32) -> Result<(), Failure> {
        let (screen, words) = (&self.client.screen, self.client.screen.words);
        screen.note(&words.say(message::AddPushAsking))?;
        match self.wait().await {
            Ok(_) => screen.note(&words.say(message::AddPushAgain {
                digits: digits.into(),
            })),
            Err(Failure::Bus(error)) if leaves_phone(&error) => {
                screen.note(&bus_sentence(&error, words))
            }
            Err(failure) => Err(failure),
        }
    }

    /// Waits a little for the phone; what its user does next.
    async fn wait(&self) -> Result<Approval, Failure> {
        let waited = async || self.enrollment.submit(&Response::Wait).await;
        let next = with_fresh_proof(self.client, waited).await?;
        if let Submitted::Next(Challenge::Approval(approval)) = next {
            return Ok(approval);
        }
        let what = "no approval, where a phone is waited for";
        Err(Error::Protocol(what.to_owned()).into())
    }

    /// Reports why a code was refused, and what to do.
    async fn refused(&self, error: &Error) -> Result<(), Failure> {
        let (screen, words) = (&self.client.screen, self.client.screen.words);
        match error.reason() {
            Some(Reason::Declined) => return screen.note(&words.say(message::AddPushDeclined)),
            Some(Reason::CodeExpired) => return screen.note(&words.say(message::AddPushExpired)),
            _ => {}
        }
        screen.note(&bus_sentence(error, words))?;
        let Some(attempts) = attempts_left(self.client, self.enrollment).await else {
            return Ok(());
        };
        screen.note(&words.say(message::AddPushAttempts {
            attempts: attempts.into(),
        }))
    }

    /// Tells programs how far the phone has come.
    fn tell(&self, state: &'static str, digits: Option<u32>) -> Result<(), Failure> {
        self.client.screen.json(&PhoneJson {
            phone: StateJson { state, digits },
        })
    }
}

/// Whether the phone can still be enrolled in the session after this error.
fn leaves_phone(error: &Error) -> bool {
    is_worth_another_try(error)
        || matches!(
            error.reason(),
            Some(
                Reason::Declined
                    | Reason::NotApproved
                    | Reason::NoCodeSent
                    | Reason::PushUnavailable
            )
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_form_of_a_phone_is_stable() {
        let line = |state, digits| {
            serde_json::to_string(&PhoneJson {
                phone: StateJson { state, digits },
            })
            .unwrap()
        };
        assert_eq!(
            line("registered", Some(7)),
            r#"{"phone":{"state":"registered","digits":7}}"#
        );
        assert_eq!(
            line("app-too-old", None),
            r#"{"phone":{"state":"app-too-old","digits":null}}"#
        );
    }
}
