//! What enrollments and verifications whose codes are sent have in common.

use crate::service::{DeliveryState, Sending, Sent};
use crate::wire_names::WireName;
use secinfo_wire::SentCode;

/// What is known of a code that was sent.
pub(super) fn sent_code(sent: Sent) -> SentCode {
    SentCode {
        state: sent.delivery.wire_name().to_owned(),
        destination: sent.hint,
        code_expires: sent.expires.as_seconds(),
        resend_at: sent.resend_at.as_seconds(),
        digits: sent.digits.into(),
    }
}

/// How far the newest message of a session has come, in a word; empty when none was sent.
pub(super) fn delivery(sending: &Sending) -> String {
    let state = sending.delivery();
    state.map_or("", WireName::wire_name).to_owned()
}

/// Why the newest message of a session was not delivered, in a word; empty unless it failed.
pub(super) fn delivery_problem(sending: &Sending) -> String {
    match sending.delivery() {
        Some(DeliveryState::Failed(reason)) => reason.wire_name().to_owned(),
        _ => String::new(),
    }
}
