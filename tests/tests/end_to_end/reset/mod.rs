//! Password resets over the socket, prompt by prompt: what a user goes through, and what a stranger learns.

mod command;
mod flow;
mod hints;
mod killed;
mod lacking;
mod lifetimes;
mod limits;
mod push;
pub(crate) mod questions;
mod quitting;
mod strangers;
mod unlock;

use crate::sent_codes::{ADDRESS, MOBILE};
use secinfo_tests::{ALICE, Client, ResetSocket, STRANGER, Setup, SpooledMessage, TestHost};
use serde_json::{Value, json};

pub(crate) const PASSWORD: &str = "correct horse battery";

/// Offers resets, by these further rules.
fn setup(rules: &str) -> Setup {
    Setup::with_drift()
        .spool()
        .more(&format!("[policy.reset]\nenabled = true\n{rules}\n"))
}

/// No options.
fn plain() -> Value {
    json!({})
}

/// A host on which Alice has a phone and an address.
async fn with_phone_and_address(rules: &str) -> (TestHost, Client) {
    let host = TestHost::with(setup(rules)).await;
    let alice = host.client(ALICE).await;
    alice.enroll_destination(&host, "text", MOBILE, None).await;
    alice
        .enroll_destination(&host, "email", ADDRESS, None)
        .await;
    (host, alice)
}

/// Begins a reset as an account that has nothing to do with the user.
fn begin(host: &TestHost, name: &str) -> ResetSocket {
    ResetSocket::start(host, STRANGER, name, &plain()).unwrap()
}

/// Chooses a kind whose codes are sent, and returns the message.
async fn send(host: &TestHost, reset: &mut ResetSocket, row: &str) -> SpooledMessage {
    let before = host.messages().len();
    reset.choose(row).unwrap();
    host.message(before + 1).await
}

/// The types of the events in the log.
async fn types(root: &Client) -> Vec<String> {
    let events = root.events().await;
    events
        .iter()
        .map(|event| event["type"].as_str().unwrap().to_owned())
        .collect()
}
