//! What an answer of Twilio means for a message.

use crate::client::{Answer, Unanswered};
use crate::settings::is_sid;
use secinfo_channel::{Reason, Report};
use serde::Deserialize;
use std::time::Duration;

/// What an answer says of a message or call; of all that Twilio tells, what is needed.
#[derive(Deserialize)]
pub(crate) struct Resource {
    pub(crate) sid: String,
    pub(crate) status: String,
    /// For texts: why it was not delivered.
    #[serde(default)]
    pub(crate) error_code: Option<u32>,
}

/// What an answer other than success says.
#[derive(Deserialize)]
struct Problem {
    code: Option<u32>,
}

/// What came of a request to deliver.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Created {
    /// Twilio has it, under this id.
    Taken(String),
    /// It is over.
    Over(Report),
}

/// What came of a request to deliver a message whose id begins with one of these.
pub(crate) fn created(answer: Result<Answer, Unanswered>, prefixes: &[&str]) -> Created {
    Created::Over(match answer {
        Ok(answer) if (200..300).contains(&answer.status) => {
            let sid = resource(&answer)
                .map(|resource| resource.sid)
                .filter(|sid| prefixes.iter().any(|prefix| is_sid(sid, prefix)));
            match sid {
                Some(sid) => return Created::Taken(sid),
                None => unknown(format!(
                    "HTTP {}, with an answer that cannot be understood",
                    answer.status
                )),
            }
        }
        Ok(answer) => refused(&answer),
        Err(Unanswered::NotSent(cause)) => Report::TryLater {
            after: 0,
            reason: Reason::Unreachable,
            detail: cause,
        },
        Err(Unanswered::Unknown(cause)) => unknown(cause.to_owned()),
    })
}

/// Twilio may have the message or not. It knows no idempotency keys: sending it again could make
/// it arrive twice.
fn unknown(detail: String) -> Report {
    Report::Failed {
        reason: Reason::TimedOut,
        detail,
    }
}

fn refused(answer: &Answer) -> Report {
    let code = answer
        .body
        .as_ref()
        .and_then(|body| serde_json::from_slice::<Problem>(body).ok())
        .and_then(|problem| problem.code);
    let detail = detail(answer.status, code);
    match answer.status {
        429 => busy(answer.retry_after, detail),
        // That it has not taken it, and when it will, is said by it alone.
        503 if answer.retry_after.is_some() => Report::TryLater {
            after: milliseconds(answer.retry_after),
            reason: Reason::Provider,
            detail,
        },
        // It may have failed after it took the message, and whoever stands between may have given
        // up on an answer that says so.
        408 | 500.. => unknown(detail),
        // A redirection says that Twilio is not where the settings say.
        300..=399 | 401 | 403 | 404 => failed(Reason::Settings, detail),
        400 => match code.map(reason) {
            // The request waits in no queue: Twilio's queue for the sender is full.
            Some(Reason::Busy) => busy(answer.retry_after, detail),
            Some(reason) => failed(reason, detail),
            None => failed(Reason::Provider, detail),
        },
        _ => failed(Reason::Provider, detail),
    }
}

fn failed(reason: Reason, detail: String) -> Report {
    Report::Failed { reason, detail }
}

fn busy(retry_after: Option<Duration>, detail: String) -> Report {
    Report::TryLater {
        after: milliseconds(retry_after),
        reason: Reason::Busy,
        detail,
    }
}

fn milliseconds(wait: Option<Duration>) -> u64 {
    wait.map_or(0, |wait| {
        u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)
    })
}

fn detail(status: u16, code: Option<u32>) -> String {
    match code {
        Some(code) => format!("HTTP {status}, Twilio error {code}"),
        None => format!("HTTP {status}"),
    }
}

/// What an answer says of a message, if it is one.
pub(crate) fn resource(answer: &Answer) -> Option<Resource> {
    if !(200..300).contains(&answer.status) {
        return None;
    }
    serde_json::from_slice(answer.body.as_ref()?).ok()
}

/// What is known of a message that Twilio has taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Twilio is at it.
    UnderWay,
    /// It has left Twilio towards the phone. Many carriers never say more.
    HandedOver,
    /// It is over.
    Over(Report),
}

/// What the status of a text means.
pub(crate) fn fate_of_text(resource: &Resource) -> Fate {
    match resource.status.as_str() {
        "delivered" | "read" => Fate::Over(Report::Delivered),
        "sent" | "partially_delivered" => Fate::HandedOver,
        status @ ("undelivered" | "failed" | "canceled") => {
            let (reason, detail) = match resource.error_code {
                Some(code) => (reason(code), format!("{status}, Twilio error {code}")),
                None => (Reason::Provider, status.to_owned()),
            };
            Fate::Over(failed(reason, detail))
        }
        _ => Fate::UnderWay,
    }
}

/// What the status of a call means.
pub(crate) fn fate_of_call(resource: &Resource) -> Fate {
    match resource.status.as_str() {
        "completed" => Fate::Over(Report::Delivered),
        // Somebody, or something, has answered.
        "in-progress" => Fate::HandedOver,
        // "failed": the network knows no such number.
        status @ ("busy" | "no-answer" | "failed") => {
            Fate::Over(failed(Reason::Destination, status.to_owned()))
        }
        "canceled" => Fate::Over(failed(Reason::Refused, "canceled".to_owned())),
        _ => Fate::UnderWay,
    }
}

/// What Twilio's error codes mean (twilio.com/docs/api/errors): those of a request that it refuses,
/// and those of a text that it could not deliver.
fn reason(code: u32) -> Reason {
    match code {
        // No such number, not reachable from this sender, a landline, a phone that is off.
        13_223 | 13_224 | 21_211 | 21_214 | 21_217 | 21_401 | 21_407 | 21_421 | 21_604 | 21_612
        | 21_614 | 21_635 | 30_003 | 30_005 | 30_006 => Reason::Destination,
        // Credentials, a suspended account, a sender that is not the account's or not registered.
        10_001 | 20_003 | 20_404 | 21_210 | 21_212 | 21_213 | 21_603 | 21_606 | 21_659 | 21_660
        | 21_701 | 21_703 | 21_704 | 21_712 | 30_002 | 30_024 | 30_034 | 30_035 => Reason::Settings,
        // Rates and queues.
        14_107 | 20_429 | 21_611 | 30_001 | 30_022 | 30_023 => Reason::Busy,
        // It waited for longer than it was worth anything.
        30_036 => Reason::TimedOut,
        // Unsubscribed, blocked, filtered, a region or price that the account does not allow; and
        // whatever else is said of a request.
        13_225 | 13_227 | 20_000..=29_999 | 30_004 | 30_007 | 30_010 | 30_044 => Reason::Refused,
        _ => Reason::Provider,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zeroize::Zeroizing;

    const SID: &str = "SM0123456789abcdef0123456789abcdef";

    fn answered(status: u16, body: &str) -> Created {
        let answer = Answer {
            status,
            retry_after: None,
            body: Some(Zeroizing::new(body.as_bytes().to_vec())),
        };
        created(Ok(answer), &["SM", "MM"])
    }

    fn reason_of(status: u16, body: &str) -> (bool, Reason) {
        match answered(status, body) {
            Created::Over(Report::Failed { reason, .. }) => (false, reason),
            Created::Over(Report::TryLater { reason, .. }) => (true, reason),
            other => panic!("{other:?}"),
        }
    }

    fn resource(status: &str, error_code: Option<u32>) -> Resource {
        Resource {
            sid: SID.into(),
            status: status.into(),
            error_code,
        }
    }

    #[test]
    fn a_message_with_an_id_is_taken() {
        let body = format!(r#"{{"sid":"{SID}","status":"queued","error_code":null,"more":1}}"#);
        assert_eq!(answered(201, &body), Created::Taken(SID.into()));
    }

    #[test]
    fn what_cannot_be_understood_is_not_sent_again() {
        for body in [
            "",
            "<html>",
            "[]",
            r#"{"sid":7,"status":"queued"}"#,
            r#"{"sid":"SM1","status":"queued"}"#,
            r#"{"sid":"CA0123456789abcdef0123456789abcdef","status":"queued"}"#,
            r#"{"sid":"SM0123456789abcdef0123456789abcdef/../","status":"queued"}"#,
        ] {
            assert_eq!(reason_of(201, body), (false, Reason::TimedOut), "{body}");
        }
        for status in [408, 504, 505, 599] {
            assert_eq!(reason_of(status, "{}"), (false, Reason::TimedOut));
        }
    }

    #[test]
    fn refusals_are_told_apart() {
        let code = |code: u32| format!(r#"{{"code":{code},"message":"m","status":400}}"#);
        for (number, expected) in [
            (21_211, (false, Reason::Destination)),
            (21_214, (false, Reason::Destination)),
            (21_217, (false, Reason::Destination)),
            (21_612, (false, Reason::Destination)),
            (21_614, (false, Reason::Destination)),
            (21_408, (false, Reason::Refused)),
            (21_610, (false, Reason::Refused)),
            (21_617, (false, Reason::Refused)),
            (21_606, (false, Reason::Settings)),
            (21_611, (true, Reason::Busy)),
            (99, (false, Reason::Provider)),
        ] {
            assert_eq!(reason_of(400, &code(number)), expected, "{number}");
        }
        assert_eq!(reason_of(400, "garbage"), (false, Reason::Provider));
        for status in [301, 401, 403, 404] {
            assert_eq!(reason_of(status, "{}"), (false, Reason::Settings));
        }
        // Perhaps it has the message.
        for status in [408, 500, 502, 503, 504] {
            assert_eq!(reason_of(status, "<html>"), (false, Reason::TimedOut));
        }
        assert_eq!(reason_of(429, "{}"), (true, Reason::Busy));
        assert_eq!(reason_of(418, "{}"), (false, Reason::Provider));
    }

    #[test]
    fn a_detail_has_numbers_only() {
        let body = r#"{"code":21211,"message":"The 'To' number +4930123456 is not valid"}"#;
        let Created::Over(Report::Failed { detail, .. }) = answered(400, body) else {
            panic!("it is refused");
        };
        assert_eq!(detail, "HTTP 400, Twilio error 21211");
    }

    #[test]
    fn a_text_ends_in_few_ways() {
        let over = |status, code| fate_of_text(&resource(status, code));
        assert_eq!(over("delivered", None), Fate::Over(Report::Delivered));
        assert_eq!(over("sent", None), Fate::HandedOver);
        for status in ["queued", "accepted", "sending", "what is this"] {
            assert_eq!(over(status, None), Fate::UnderWay);
        }
        for (code, reason) in [
            (30_003, Reason::Destination),
            (30_004, Reason::Refused),
            (30_005, Reason::Destination),
            (30_006, Reason::Destination),
            (30_007, Reason::Refused),
            (30_008, Reason::Provider),
        ] {
            let detail = format!("undelivered, Twilio error {code}");
            assert_eq!(
                over("undelivered", Some(code)),
                Fate::Over(Report::Failed { reason, detail })
            );
        }
    }

    #[test]
    fn a_call_ends_in_few_ways() {
        let over = |status| fate_of_call(&resource(status, None));
        assert_eq!(over("completed"), Fate::Over(Report::Delivered));
        assert_eq!(over("in-progress"), Fate::HandedOver);
        assert_eq!(over("ringing"), Fate::UnderWay);
        for (status, reason) in [
            ("busy", Reason::Destination),
            ("no-answer", Reason::Destination),
            ("failed", Reason::Destination),
            ("canceled", Reason::Refused),
        ] {
            let detail = status.to_owned();
            assert_eq!(over(status), Fate::Over(Report::Failed { reason, detail }));
        }
    }
}
