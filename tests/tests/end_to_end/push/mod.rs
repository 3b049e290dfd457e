//! Push over the bus, with the process that phones talk to and a simulated phone as strict as the app.

mod approving;
mod enrolling;
mod interrupted;

use secinfo_test_phone::{Accepted, Choice, Entry, Link, Phone, Problem, Request};
use secinfo_tests::{
    ALICE, Client, PhoneUser, ROOT_PATH, Refusal, Relay, Setup, TestHost, response, shown,
};
use secinfo_wire::{
    Approval, Challenge, EnrollmentDetails, Proof, Response, Submitted, VerificationChallenge,
};
use std::collections::HashMap;
use std::time::{Duration, Instant};
use zbus::{ObjectPath, OwnedObjectPath, Variant};

type Options = HashMap<&'static str, Variant<'static>>;

fn forms() -> Options {
    Options::from([("forms", Variant::from(vec!["code", "approval"]))])
}

/// A user whose phone is enrolled.
struct Person {
    client: Client,
    phone: Phone,
    entry: Entry,
    /// The path of the method.
    method: String,
}

/// Requests may follow each other quickly, and codes of apps be many.
fn setup() -> Setup {
    Setup::with_drift().more("[policy.push]\nask_after = \"1s\"")
}

async fn start_enrollment(
    client: &Client,
) -> Result<(OwnedObjectPath, EnrollmentDetails), Refusal> {
    client.start_enrollment("push", forms()).await
}

async fn submit(
    client: &Client,
    session: &OwnedObjectPath,
    response: &Response,
) -> Result<Submitted, Refusal> {
    client
        .call(session.as_str(), "Enrollment", "Submit", response)
        .await
}

/// What an enrollment asks next, without a code.
async fn wait(client: &Client, session: &OwnedObjectPath) -> Result<Approval, Refusal> {
    match submit(client, session, &Response::Wait).await? {
        Submitted::Next(Challenge::Approval(next)) => Ok(next),
        Submitted::Next(other) => panic!("it asks for {other:?}"),
        Submitted::Enrolled(enrolled) => panic!("it has nothing to prove it: {enrolled:?}"),
    }
}

fn link_of(details: &EnrollmentDetails) -> Link {
    Link::read(details.uri.as_deref().unwrap()).unwrap()
}

/// Accepts the request that the phone shows; the code.
async fn approve(phone: &mut Phone, entry: &Entry) -> String {
    let request = shown(phone, entry).await;
    let accepted = phone.answer(entry, &request, Choice::Accept).await.unwrap();
    assert!(accepted.counted, "{accepted:?}");
    accepted.code.unwrap()
}

/// A code that is not this one.
fn other_than(code: &str) -> String {
    let number: u32 = code.parse().unwrap();
    format!("{:07}", (number + 1) % 10_000_000)
}

/// A host with push, and Alice, whose phone is the only method that she has.
async fn with_phone() -> (Relay, TestHost, Person) {
    let (relay, host) = Relay::with_host(setup()).await;
    let client = host.client(ALICE).await;
    let PhoneUser {
        phone,
        entry,
        method,
    } = client.enroll_phone(&relay).await;
    let person = Person {
        client,
        phone,
        entry,
        method,
    };
    (relay, host, person)
}

async fn start_verification(
    client: &Client,
    service: &str,
    method: Option<&str>,
) -> Result<(OwnedObjectPath, VerificationChallenge), Refusal> {
    let mut options = forms();
    if let Some(method) = method {
        let path = ObjectPath::try_from(method.to_owned()).unwrap();
        options.insert("method", path.into());
    }
    let body = (ALICE, "sign-in", service, options);
    client
        .call(ROOT_PATH, "Manager", "StartVerification", &body)
        .await
}

async fn verify(
    client: &Client,
    session: &OwnedObjectPath,
    response: &Response,
) -> Result<Proof, Refusal> {
    client
        .call(session.as_str(), "Verification", "Submit", response)
        .await
}

/// How many events of this type there are.
async fn count(client: &Client, kind: &str) -> usize {
    let events = client.events().await;
    events.iter().filter(|event| event["type"] == kind).count()
}

/// What the relay refuses because it is not known who asks: all of it alike.
fn is_unverified<T>(refused: &Result<T, Problem>) -> bool {
    matches!(
        refused,
        Err(Problem::Refused {
            status: 400,
            code: 10,
            ..
        })
    )
}

/// The answer did not count, and there is no code.
fn expect_nothing(accepted: &Accepted) {
    assert!(!accepted.counted && accepted.code.is_none(), "{accepted:?}");
}
