//! Codes that are sent to the user: requests them, reports where they went, and whether delivery
//! failed.

use crate::client::Client;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::times::Clock;
use secinfo_wire::names::delivery;
use secinfo_wire::{
    EnrollmentProperties, EnrollmentProxy, Error, Reason, SentCode, VerificationProperties,
    VerificationProxy, properties,
};
use secinfo_words::{Words, message};
use zeroize::Zeroizing;

/// The session whose codes are sent.
#[derive(Clone, Copy)]
pub(crate) enum Session<'a> {
    /// An enrollment.
    Enrollment(&'a EnrollmentProxy<'a>),
    /// A verification.
    Verification(&'a VerificationProxy<'a>),
}

/// The codes of one method in a session.
pub(crate) struct Sending<'a> {
    session: Session<'a>,
    kind: String,
    destination: String,
    newest: Option<SentCode>,
    failure_reported: bool,
}

impl<'a> Sending<'a> {
    /// Codes to a destination, which is masked; none was sent yet.
    pub(crate) fn new(session: Session<'a>, kind: &str, destination: &str) -> Self {
        Self {
            session,
            kind: kind.to_owned(),
            destination: destination.to_owned(),
            newest: None,
            failure_reported: false,
        }
    }

    /// Has a code sent, and reports where it went.
    pub(crate) async fn send(&mut self, client: &Client) -> Result<&SentCode, Failure> {
        let sent = match self.session {
            Session::Enrollment(enrollment) => enrollment.send_code().await?,
            Session::Verification(verification) => verification.send_code().await?,
        };
        let again = self.newest.is_some();
        client.screen.note(&sent_words(
            client.screen.words,
            &self.kind,
            &sent,
            again,
            &Clock::of_process(),
        ))?;
        self.failure_reported = false;
        Ok(self.newest.insert(sent))
    }

    /// Reports once that the newest code was not delivered; returns whether it did.
    pub(crate) async fn report_failure(&mut self, client: &Client) -> Result<bool, Failure> {
        if self.newest.is_none() || self.failure_reported {
            return Ok(false);
        }
        let connection = &client.connection;
        let news = match self.session {
            Session::Enrollment(enrollment) => properties(connection, enrollment.inner().path())
                .await
                .map(|of: EnrollmentProperties| (of.delivery, of.delivery_problem)),
            Session::Verification(verification) => {
                properties(connection, verification.inner().path())
                    .await
                    .map(|of: VerificationProperties| (of.delivery, of.delivery_problem))
            }
        };
        // A session that has ended reports that when a code is submitted.
        let Ok((state, problem)) = news else {
            return Ok(false);
        };
        if state != delivery::FAILED {
            return Ok(false);
        }
        self.failure_reported = true;
        client
            .screen
            .note(&failed_words(client.screen.words, &problem))?;
        Ok(true)
    }

    /// What to ask for: the code, and what Enter alone does.
    pub(crate) fn question(&self, words: Words, label: &str) -> Zeroizing<String> {
        let Some(sent) = &self.newest else {
            let destination = words.destination(&self.destination).into();
            return words.say(message::QuestionSend { destination });
        };
        let question = words
            .question(&self.kind, sent.digits, label, &sent.destination)
            .into();
        match left(sent.resend_at, &Clock::of_process()) {
            0 => words.say(message::QuestionOrNew { question }),
            seconds => words.say(message::QuestionOrNewLater {
                question,
                seconds: seconds.into(),
            }),
        }
    }
}

/// Whether codes and approval can still be requested in the session after this error.
pub(crate) fn leaves_session_open(error: &Error) -> bool {
    matches!(
        error.reason(),
        Some(
            Reason::TooSoon
                | Reason::TooManyCodes
                | Reason::DeliveryFailed
                | Reason::ChannelUnavailable
                | Reason::PushPaused
                | Reason::PushUnavailable
                | Reason::DestinationNotAllowed
        )
    )
}

/// Seconds until a time.
fn left(until: u64, clock: &Clock) -> u64 {
    until.saturating_sub(clock.now())
}

fn sent_words(words: Words, kind: &str, sent: &SentCode, again: bool, clock: &Clock) -> String {
    let text = words.say(message::Sent {
        again,
        digits: sent.digits.into(),
        state: (&sent.state).into(),
        destination: words.destination(&sent.destination).into(),
        by: words.by(kind).into(),
        length: words.length(left(sent.code_expires, clock)).into(),
    });
    match left(sent.resend_at, clock) {
        0 => text.to_string(),
        wait => {
            let seconds = wait.into();
            let another = words.say(message::SentAgainIn { seconds });
            format!("{} {}", *text, *another)
        }
    }
}

fn failed_words(words: Words, why: &str) -> Zeroizing<String> {
    if why.is_empty() {
        words.say(message::SentFailed)
    } else {
        let problem = words.undelivered(why).into();
        words.say(message::SentFailedWhy { problem })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secinfo_words::Language;

    fn english() -> Words {
        Words::of(Language::English)
    }

    fn at(seconds: i64) -> Clock {
        let now = jiff::Timestamp::from_second(seconds).unwrap();
        Clock::new(now, jiff::tz::TimeZone::UTC)
    }

    fn sent(state: &str) -> SentCode {
        SentCode {
            state: state.to_owned(),
            destination: "+49 ••• ••67".to_owned(),
            code_expires: 1_795_356_300,
            resend_at: 1_795_356_030,
            digits: 6,
        }
    }

    #[test]
    fn it_is_said_where_a_code_went_and_how_long_it_lives() {
        let clock = at(1_795_356_000);
        assert_eq!(
            sent_words(english(), "text", &sent("sent"), false, &clock),
            "A 6-digit code was sent to +49 ••• ••67 by text message. It is valid for 5 minutes. \
             If it does not arrive, you can ask for another one in 30 s."
        );
        assert_eq!(
            sent_words(
                english(),
                "call",
                &sent("waiting"),
                true,
                &at(1_795_356_240)
            ),
            "A new 6-digit code is on its way to +49 ••• ••67 by phone call. It is valid for 60 s; \
             former ones are not."
        );
    }

    #[test]
    fn a_failed_delivery_is_told_with_its_reason() {
        assert_eq!(
            failed_words(english(), "refused").as_str(),
            "The code was not delivered: the provider refuses to deliver to that destination."
        );
        assert_eq!(
            failed_words(Words::of(Language::German), "refused").as_str(),
            "Der Code wurde nicht zugestellt: der Anbieter stellt an dieses Ziel nichts zu."
        );
        assert_eq!(
            failed_words(english(), "of-a-later-version\u{1b}[31m").as_str(),
            "The code was not delivered: of-a-later-version\u{fffd}[31m."
        );
        assert_eq!(
            failed_words(english(), "").as_str(),
            "The code was not delivered."
        );
    }

    #[test]
    fn lengths_are_in_words() {
        assert_eq!(english().length(300), "5 minutes");
        assert_eq!(english().length(299), "5 minutes");
        assert_eq!(english().length(119), "119 s");
    }
}
