//! The rules of security info, as behaviour: given what happened, when a command is decided, then these
//! events follow or that refusal.
#![allow(
    clippy::needless_pass_by_value,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test says what it shows in its name, may fail at an unwrap, and reads as a sentence"
)]

mod access_pass;
mod adding;
mod budgets;
mod code_limits;
mod code_requests;
mod codes;
mod default_method;
mod deleting;
mod fixture;
mod fresh_proof;
mod importing;
mod locking;
mod messages;
mod one_time;
mod phones;
mod policy;
mod properties;
mod purposes;
mod push;
mod recovery_codes;
mod renaming;
mod reporting;
mod reset;
mod restoring;
mod security_key;
mod sign_in;
mod sources;
mod terminals;
mod throttling;
mod tokens;
mod users;
mod withstands;
