//! secinfo from end to end: real bus, real daemon, real command, codes from `oathtool`. Run as root.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on has failed"
)]

mod accounts;
mod activity;
mod administrators;
mod authenticator_app;
mod backup;
mod became_root;
mod break_glass;
mod budgets;
mod confirming;
mod deletions;
mod departed;
mod desktop_notices;
mod doorbell;
mod forms;
mod hardware_token;
mod harness;
mod import;
mod interfaces;
mod issued;
mod journal;
mod languages;
mod lock_ends_sessions;
mod locking;
mod malformed;
mod memory;
mod notice_buttons;
mod notices;
mod other_programs;
mod policy;
mod proofs;
mod push;
mod reset;
mod restoring;
mod secrets;
mod security_key;
mod security_questions;
mod sending;
mod sent_codes;
mod sessions;
mod sign_in;
mod signals;
mod statistics;
mod strangers;
mod terminal;
