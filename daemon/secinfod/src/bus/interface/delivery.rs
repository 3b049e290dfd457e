//! What enrollments and verifications have in common whose codes are sent.

use super::dict::Dict;
use crate::service::{DeliveryState, Sending, Sent, undelivered};
use secinfo_wire::Hint;

/// What is known of a code that was sent.
pub(super) fn sent_dict(sent: &Sent) -> Dict {
    Dict::from([
        ("state", sent.delivery.as_str().into()),
        ("hint", sent.hint.clone().into()),
        ("code_expires", sent.expires.as_seconds().into()),
        ("resend_at", sent.resend_at.as_seconds().into()),
        ("digits", u32::from(sent.digits).into()),
    ])
}

/// How far the newest message of a session has come, in a word; empty when none was sent.
pub(super) fn delivery(sending: Option<&Sending>) -> String {
    let state = sending.and_then(Sending::delivery);
    state.map_or("", DeliveryState::as_str).to_owned()
}

/// Why the newest message of a session was not delivered; empty unless it failed.
pub(super) fn problem(sending: Option<&Sending>) -> String {
    match sending.and_then(Sending::delivery) {
        Some(DeliveryState::Failed(reason)) => undelivered(reason).to_owned(),
        _ => String::new(),
    }
}

/// A hint as a sentence.
pub(super) fn english(hint: &Hint) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    if let (Some(digits), Some(period)) = (hint.digits, hint.period) {
        return format!("{digits} digits every {period} s");
    }
    if let Some(mode) = &hint.mode {
        let mode = mode.to_uppercase();
        return format!("{} {mode}", text(&hint.serial)).trim().to_owned();
    }
    if hint.once == Some(true) {
        return "good for one use".to_owned();
    }
    match &hint.number {
        Some(number) => format!("{} {number}", text(&hint.place)),
        None => text(&hint.address),
    }
}
