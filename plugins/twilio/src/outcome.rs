//! Interprets Twilio's responses.

use crate::settings::is_sid;
use secinfo_channel::http::{HttpResponse, SendError};
use secinfo_channel::{Reason, Report};
use serde::Deserialize;
use std::time::Duration;

/// The needed fields of a message or call in Twilio's API.
#[derive(Deserialize)]
pub(crate) struct Resource {
    pub(crate) sid: String,
    pub(crate) status: String,
    /// For texts: why the text was not delivered.
    #[serde(default)]
    pub(crate) error_code: Option<u32>,
}

/// The needed fields of an error response.
#[derive(Deserialize)]
struct ErrorBody {
    code: Option<u32>,
}

/// The outcome of a request to send a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SubmitOutcome {
    /// Twilio accepted the message, with this id.
    Accepted(String),
    /// The delivery ended with this report.
    Ended(Report),
}

/// Interprets the response to a request to send a message, whose id has one of these prefixes.
pub(crate) fn submit_outcome(
    response: Result<HttpResponse, SendError>,
    prefixes: &[&str],
) -> SubmitOutcome {
    SubmitOutcome::Ended(match response {
        Ok(response) if (200..300).contains(&response.status) => {
            let sid = resource(&response)
                .map(|resource| resource.sid)
                .filter(|sid| prefixes.iter().any(|prefix| is_sid(sid, prefix)));
            match sid {
                Some(sid) => return SubmitOutcome::Accepted(sid),
                None => unknown(format!(
                    "HTTP {}, with an answer that cannot be understood",
                    response.status
                )),
            }
        }
        Ok(response) => refused(&response),
        Err(SendError::NotSent(cause)) => Report::TryLater {
            after: 0,
            reason: Reason::Unreachable,
            detail: cause,
        },
        Err(SendError::Unknown(cause)) => unknown(cause.to_owned()),
    })
}

/// It is unknown whether Twilio has the message. Without idempotency keys, repeating it could
/// deliver it twice.
fn unknown(detail: String) -> Report {
    Report::Failed {
        reason: Reason::TimedOut,
        detail,
    }
}

fn refused(response: &HttpResponse) -> Report {
    let code = response
        .body
        .as_ref()
        .and_then(|body| serde_json::from_slice::<ErrorBody>(body).ok())
        .and_then(|error| error.code);
    let detail = detail(response.status, code);
    match response.status {
        429 => busy(response.retry_after, detail),
        // Only this header says that Twilio has not accepted the message.
        503 if response.retry_after.is_some() => Report::TryLater {
            after: milliseconds(response.retry_after),
            reason: Reason::Provider,
            detail,
        },
        // Twilio may have failed after accepting the message, or a proxy may have timed out.
        408 | 500.. => unknown(detail),
        // A redirect says that base_url is wrong.
        300..=399 | 401 | 403 | 404 => failed(Reason::Settings, detail),
        400 => match code.map(reason) {
            // Twilio's queue for the sender is full, so the message is not in it.
            Some(Reason::Busy) => busy(response.retry_after, detail),
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

/// Parses a successful response about a message or call.
pub(crate) fn resource(response: &HttpResponse) -> Option<Resource> {
    if !(200..300).contains(&response.status) {
        return None;
    }
    serde_json::from_slice(response.body.as_ref()?).ok()
}

/// The delivery status of a message that Twilio has accepted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum DeliveryStatus {
    /// Twilio has not sent it yet.
    Pending,
    /// Twilio has sent it. Many carriers never report more.
    Sent,
    /// The delivery ended with this report.
    Final(Report),
}

/// The delivery status of a text.
pub(crate) fn text_status(resource: &Resource) -> DeliveryStatus {
    match resource.status.as_str() {
        "delivered" | "read" => DeliveryStatus::Final(Report::Delivered),
        "sent" | "partially_delivered" => DeliveryStatus::Sent,
        status @ ("undelivered" | "failed" | "canceled") => {
            let (reason, detail) = match resource.error_code {
                Some(code) => (reason(code), format!("{status}, Twilio error {code}")),
                None => (Reason::Provider, status.to_owned()),
            };
            DeliveryStatus::Final(failed(reason, detail))
        }
        _ => DeliveryStatus::Pending,
    }
}

/// The delivery status of a call.
pub(crate) fn call_status(resource: &Resource) -> DeliveryStatus {
    match resource.status.as_str() {
        "completed" => DeliveryStatus::Final(Report::Delivered),
        // A person or a machine has answered.
        "in-progress" => DeliveryStatus::Sent,
        // "failed": the number does not exist.
        status @ ("busy" | "no-answer" | "failed") => {
            DeliveryStatus::Final(failed(Reason::Destination, status.to_owned()))
        }
        "canceled" => DeliveryStatus::Final(failed(Reason::Refused, "canceled".to_owned())),
        _ => DeliveryStatus::Pending,
    }
}

/// The reason for Twilio's error codes (twilio.com/docs/api/errors), of refused requests and of
/// undelivered texts.
fn reason(code: u32) -> Reason {
    match code {
        // Unknown number, not reachable from this sender, a landline, a phone that is off.
        13_223 | 13_224 | 21_211 | 21_214 | 21_217 | 21_401 | 21_407 | 21_421 | 21_604 | 21_612
        | 21_614 | 21_635 | 30_003 | 30_005 | 30_006 => Reason::Destination,
        // Wrong credentials, a suspended account, a sender that is foreign or not registered.
        10_001 | 20_003 | 20_404 | 21_210 | 21_212 | 21_213 | 21_603 | 21_606 | 21_659 | 21_660
        | 21_701 | 21_703 | 21_704 | 21_712 | 30_002 | 30_024 | 30_034 | 30_035 => Reason::Settings,
        // Rates and queues.
        14_107 | 20_429 | 21_611 | 30_001 | 30_022 | 30_023 => Reason::Busy,
        // It expired while it waited.
        30_036 => Reason::TimedOut,
        // Unsubscribed, blocked, filtered, a region or price that the account does not allow, and
        // all other errors of a request.
        13_225 | 13_227 | 20_000..=29_999 | 30_004 | 30_007 | 30_010 | 30_044 => Reason::Refused,
        _ => Reason::Provider,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zeroize::Zeroizing;

    const SID: &str = "SM0123456789abcdef0123456789abcdef";

    fn submitted(status: u16, body: &str) -> SubmitOutcome {
        let response = HttpResponse {
            status,
            retry_after: None,
            body: Some(Zeroizing::new(body.as_bytes().to_vec())),
        };
        submit_outcome(Ok(response), &["SM", "MM"])
    }

    fn reason_of(status: u16, body: &str) -> (bool, Reason) {
        match submitted(status, body) {
            SubmitOutcome::Ended(Report::Failed { reason, .. }) => (false, reason),
            SubmitOutcome::Ended(Report::TryLater { reason, .. }) => (true, reason),
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
    fn a_message_with_an_id_is_accepted() {
        let body = format!(r#"{{"sid":"{SID}","status":"queued","error_code":null,"more":1}}"#);
        assert_eq!(submitted(201, &body), SubmitOutcome::Accepted(SID.into()));
    }

    #[test]
    fn a_message_with_an_invalid_response_is_not_repeated() {
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
    fn refusals_have_a_reason() {
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
        // Twilio may have the message.
        for status in [408, 500, 502, 503, 504] {
            assert_eq!(reason_of(status, "<html>"), (false, Reason::TimedOut));
        }
        assert_eq!(reason_of(429, "{}"), (true, Reason::Busy));
        assert_eq!(reason_of(418, "{}"), (false, Reason::Provider));
    }

    #[test]
    fn a_detail_contains_only_codes() {
        let body = r#"{"code":21211,"message":"The 'To' number +4930123456 is not valid"}"#;
        let SubmitOutcome::Ended(Report::Failed { detail, .. }) = submitted(400, body) else {
            panic!("it is refused");
        };
        assert_eq!(detail, "HTTP 400, Twilio error 21211");
    }

    #[test]
    fn every_status_of_a_text_is_interpreted() {
        let over = |status, code| text_status(&resource(status, code));
        assert_eq!(
            over("delivered", None),
            DeliveryStatus::Final(Report::Delivered)
        );
        assert_eq!(over("sent", None), DeliveryStatus::Sent);
        for status in ["queued", "accepted", "sending", "what is this"] {
            assert_eq!(over(status, None), DeliveryStatus::Pending);
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
                DeliveryStatus::Final(Report::Failed { reason, detail })
            );
        }
    }

    #[test]
    fn every_status_of_a_call_is_interpreted() {
        let over = |status| call_status(&resource(status, None));
        assert_eq!(over("completed"), DeliveryStatus::Final(Report::Delivered));
        assert_eq!(over("in-progress"), DeliveryStatus::Sent);
        assert_eq!(over("ringing"), DeliveryStatus::Pending);
        for (status, reason) in [
            ("busy", Reason::Destination),
            ("no-answer", Reason::Destination),
            ("failed", Reason::Destination),
            ("canceled", Reason::Refused),
        ] {
            let detail = status.to_owned();
            assert_eq!(
                over(status),
                DeliveryStatus::Final(Report::Failed { reason, detail })
            );
        }
    }
}
