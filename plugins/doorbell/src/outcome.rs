//! Interprets the responses of ntfy and Gotify, which use the same statuses.

use secinfo_channel::http::{HttpResponse, SendError};
use secinfo_channel::{Reason, Report};
use serde::Deserialize;
use std::time::Duration;

/// The longest id that is kept.
const LONGEST_REFERENCE: usize = 64;

/// The needed field of a message that was taken: text for ntfy, a number for Gotify.
#[derive(Deserialize)]
struct Taken {
    id: serde_json::Value,
}

/// What comes of a response.
pub(crate) fn report(response: Result<HttpResponse, SendError>) -> Report {
    let response = match response {
        Ok(response) => response,
        Err(SendError::NotSent(cause)) => return later(Reason::Unreachable, None, cause),
        Err(SendError::Unknown(cause)) => {
            return Report::Failed {
                reason: Reason::TimedOut,
                detail: cause.to_owned(),
            };
        }
    };
    let status = response.status;
    let detail = format!("HTTP {status}");
    let failed = |reason, advice: &str| Report::Failed {
        reason,
        detail: format!("{detail}: {advice}"),
    };
    match status {
        200..=299 => Report::Accepted {
            reference: reference(&response),
        },
        300..=399 => failed(Reason::Settings, "check url, which leads elsewhere"),
        400 => failed(
            Reason::Settings,
            "it does not take the message; check topic",
        ),
        401 | 403 => failed(Reason::Settings, "check token, and topic with ntfy"),
        404 | 405 => failed(Reason::Settings, "check url, and service"),
        // The daily limit of ntfy, too: it says when to come again.
        429 | 503 | 507 => later(Reason::Busy, response.retry_after, detail),
        500..=599 => later(Reason::Provider, response.retry_after, detail),
        _ => failed(Reason::Refused, "it does not take the message"),
    }
}

fn later(reason: Reason, wait: Option<Duration>, detail: String) -> Report {
    let wait = wait.unwrap_or_default().as_millis();
    Report::TryLater {
        after: u64::try_from(wait).unwrap_or(u64::MAX),
        reason,
        detail,
    }
}

fn reference(response: &HttpResponse) -> String {
    let body = response.body.as_ref();
    let taken = body.and_then(|body| serde_json::from_slice::<Taken>(body).ok());
    let id = match taken.map(|taken| taken.id) {
        Some(serde_json::Value::String(id)) => id,
        Some(serde_json::Value::Number(id)) => id.to_string(),
        _ => String::new(),
    };
    let is_id =
        id.len() <= LONGEST_REFERENCE && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_id { id } else { String::new() }
}
