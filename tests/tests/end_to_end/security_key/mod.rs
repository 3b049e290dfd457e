//! Security keys over the bus, with a simulated key behind WebAuthn's own JSON.

mod command;
mod dialogue;
mod enrolling;
mod over_ssh;
mod sign_in;
mod verifying;

use secinfo_test_key::Browser;
use secinfo_tests::{ALICE, App, Client, ROOT_PATH, Refusal, Setup, TestHost};
use secinfo_wire::{
    Challenge, Enrolled, EnrollmentDetails, Proof, Response, Submitted, VerificationChallenge,
};
use serde_json::Value as Json;
use std::collections::HashMap;
use zbus::{ObjectPath, OwnedObjectPath, Variant};

type Options = HashMap<&'static str, Variant<'static>>;

/// What makes a key, or its client, do what it should not.
type Spoil = fn(&mut Browser);

const RP_ID: &str = "login.example.org";
const LOCAL: &str = "secinfo://login.example.org";

fn setup() -> Setup {
    Setup::with_drift().more("[security-key]\nrp_id = \"login.example.org\"\n")
}

fn forms() -> Options {
    Options::from([("forms", Variant::from(vec!["code", "assertion"]))])
}

/// The options of a challenge that asks a security key.
fn options(challenge: &Challenge) -> &str {
    let Challenge::Assertion { options, .. } = challenge else {
        panic!("it asks no security key: {challenge:?}");
    };
    options
}

fn parsed(challenge: &Challenge) -> Json {
    serde_json::from_str(options(challenge)).unwrap()
}

async fn start_enrollment(
    client: &Client,
) -> Result<(OwnedObjectPath, EnrollmentDetails), Refusal> {
    client.start_enrollment("security-key", forms()).await
}

async fn submit(
    client: &Client,
    session: &OwnedObjectPath,
    json: String,
) -> Result<Submitted, Refusal> {
    let response = Response::Assertion(json);
    client
        .call(session.as_str(), "Enrollment", "Submit", &response)
        .await
}

/// Registers the key, and returns the session with what it asks next.
async fn register(client: &Client, key: &mut Browser) -> (OwnedObjectPath, Challenge) {
    let (session, details) = start_enrollment(client).await.unwrap();
    let credential = key.create(options(&details.challenge));
    match submit(client, &session, credential).await.unwrap() {
        Submitted::Next(challenge) => (session, challenge),
        Submitted::Enrolled(enrolled) => panic!("a registration is no proof: {enrolled:?}"),
    }
}

/// Adds the key as a method.
async fn add(client: &Client, key: &mut Browser) -> Enrolled {
    client.enroll_key(key).await
}

/// Alice with an app, of which she has a fresh proof, and a key beside it.
async fn with_key(setup: Setup) -> (TestHost, Client, App, Browser, String) {
    let host = TestHost::with(setup).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    alice.prove(&mut app).await;
    let mut key = Browser::new(LOCAL);
    let method = add(&alice, &mut key).await.method.to_string();
    (host, alice, app, key, method)
}

async fn start_verification(
    client: &Client,
    method: Option<&str>,
) -> Result<(OwnedObjectPath, VerificationChallenge), Refusal> {
    let mut options = forms();
    if let Some(method) = method {
        let path = ObjectPath::try_from(method.to_owned()).unwrap();
        options.insert("method", path.into());
    }
    let body = (ALICE, "sign-in", "", options);
    client
        .call(ROOT_PATH, "Manager", "StartVerification", &body)
        .await
}

async fn verify(
    client: &Client,
    session: &OwnedObjectPath,
    json: String,
) -> Result<Proof, Refusal> {
    let response = Response::Assertion(json);
    client
        .call(session.as_str(), "Verification", "Submit", &response)
        .await
}

/// Verifies Alice with the key in a session of its own.
async fn prove(client: &Client, key: &mut Browser, method: &str) -> Result<Proof, Refusal> {
    let (session, asked) = start_verification(client, Some(method)).await?;
    verify(client, &session, key.get(options(&asked.challenge))).await
}

/// The failures of verifications in the log, the newest last.
async fn failures(host: &TestHost) -> Vec<String> {
    let events = host.client(secinfo_tests::ROOT).await.events().await;
    let failed = events
        .iter()
        .filter(|event| event["type"] == "verification-failed");
    failed
        .map(|event| event["data"]["failure"].as_str().unwrap().to_owned())
        .collect()
}
