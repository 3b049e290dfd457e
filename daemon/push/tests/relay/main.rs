//! The process, between a phone and a daemon that are simulated.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod answers;
mod floods;
mod lines;
mod running;

use running::{Running, said_by};
use secinfo_pipush::{Address, Challenge, HostKey, Nonce, Serial, Shown};
use secinfo_test_phone::{Entry, Link, Problem};
use secinfo_wire::push::{Reply, ToRelay};

const SERIAL: &str = "SI7Q4M2KX9TBWC3H";
const PHONE: &[u8] = include_bytes!("../../../../tests/phone/keys/phone.spki.der");

fn host_key() -> HostKey {
    HostKey::from_pkcs8(include_bytes!("../../../../tests/phone/keys/host.der")).unwrap()
}

fn nonce(number: u8) -> Nonce {
    Nonce::new([number; 20])
}

/// What the daemon says of an enrolled phone.
fn enrolled() -> ToRelay {
    ToRelay::Phone {
        serial: SERIAL.into(),
        key: data_encoding::BASE64.encode(PHONE),
    }
}

/// The entry that the phone has of this relay.
fn entry(relay: &Running) -> Entry {
    let key = data_encoding::BASE64.decode(host_key().public_key().as_bytes());
    Entry {
        url: relay.url(),
        serial: SERIAL.into(),
        host_key: key.unwrap(),
    }
}

/// A request that the daemon opens.
fn request(relay: &Running, number: u8) -> ToRelay {
    let nonce = nonce(number);
    let signed = Challenge {
        nonce: &nonce,
        serial: &Serial::parse(SERIAL).unwrap(),
        address: &Address::parse(&relay.url()).unwrap(),
        title: &Shown::new("Sign-in to build1"),
        question: &Shown::new("sshd, from 203.0.113.7, as José"),
        options: &[],
    }
    .sign(&host_key());
    ToRelay::Request {
        serial: SERIAL.into(),
        nonce: nonce.as_str().into(),
        challenge: signed.as_json().into(),
    }
}

/// What the relay refuses, all of it alike.
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

fn is_unavailable<T>(refused: &Result<T, Problem>) -> bool {
    matches!(refused, Err(Problem::Refused { status: 503, .. }))
}

#[tokio::test]
async fn a_phone_registers_and_learns_the_key_of_the_host() {
    let relay = Running::start();
    let digest = ring::digest::digest(&ring::digest::SHA256, &[7; 20]);
    let mut daemon = relay
        .daemon_saying(vec![ToRelay::Enrollment {
            serial: SERIAL.into(),
            credential: data_encoding::BASE64.encode(digest.as_ref()),
        }])
        .await;
    let phone = relay.phone();
    let link = Link {
        label: "alice".into(),
        issuer: "build1".into(),
        url: relay.url(),
        serial: SERIAL.into(),
        credential: "07".repeat(20),
        minutes: 10,
        unlocks: true,
    };
    // Another credential is none, and the daemon does not hear of it.
    let other = Link {
        credential: "08".repeat(20),
        ..link.clone()
    };
    let refused = phone.register(&other).await;
    assert!(matches!(refused, Err(Problem::Refused { status: 404, .. })));

    let registering = tokio::spawn(async move { phone.register(&link).await });
    let (exchange, body, app) = daemon.posted().await;
    assert!(body.contains(&"07".repeat(20)), "{body}");
    assert!(app.starts_with("privacyIDEA-App/4.8.0"), "{app}");
    let reply = Reply::Registered {
        public_key: host_key().public_key(),
    };
    daemon.say(ToRelay::Reply { exchange, reply }).await;
    assert_eq!(registering.await.unwrap().unwrap(), entry(&relay));
}

#[tokio::test]
async fn a_phone_sees_the_request_that_is_open_for_it_and_its_code() {
    let relay = Running::start();
    let mut daemon = relay
        .daemon_saying(vec![enrolled(), request(&relay, 1)])
        .await;
    let mut phone = relay.phone();
    let entry = entry(&relay);
    assert!(phone.update_token(&entry).await.unwrap());
    let shown = phone.poll(&entry).await.unwrap();
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].title, "Sign-in to build1");
    assert_eq!(shown[0].question, "sshd  from 203.0.113.7  as José");
    assert!(shown[0].reads_reasons);
    assert!(said_by(&mut daemon).await.contains("polled"));

    let answering = {
        let (entry, request) = (entry.clone(), shown[0].clone());
        tokio::spawn(async move {
            let accept = secinfo_test_phone::Choice::Accept;
            phone.answer(&entry, &request, accept).await
        })
    };
    let (exchange, body, _) = daemon.posted().await;
    assert!(body.contains(nonce(1).as_str()), "{body}");
    let reply = Reply::Code {
        code: "1234567".to_owned().into(),
        message: "Type it at build1.".into(),
    };
    daemon.say(ToRelay::Reply { exchange, reply }).await;
    let accepted = answering.await.unwrap().unwrap();
    assert!(accepted.counted);
    assert_eq!(accepted.code.as_deref(), Some("1234567"));
}

#[tokio::test]
async fn a_poll_that_the_phone_did_not_sign_now_is_refused_and_all_alike() {
    let relay = Running::start();
    let _daemon = relay.daemon_saying(vec![enrolled()]).await;
    let entry = entry(&relay);
    let mut phone = relay.phone();
    for skew in [301, -301, -200_000_000] {
        phone.skew = skew;
        assert!(is_unverified(&phone.poll(&entry).await), "{skew}");
    }
    phone.skew = 290;
    phone.poll(&entry).await.unwrap();
    phone.skew = 0;
    let unknown = Entry {
        serial: "UNKNOWN".into(),
        ..entry.clone()
    };
    assert!(is_unverified(&phone.poll(&unknown).await));
    let mut stranger = relay.phone_of_stranger();
    assert!(is_unverified(&stranger.poll(&entry).await));
    assert!(is_unverified(&stranger.update_token(&entry).await));
}

#[tokio::test]
async fn without_the_daemon_nothing_is_answered_and_with_it_again_all_is() {
    let relay = Running::start();
    let entry = entry(&relay);
    let mut phone = relay.phone();
    assert!(is_unavailable(&phone.poll(&entry).await));
    let mut daemon = relay.daemon().await;
    // Before all that stands was said, nothing is.
    daemon.say(enrolled()).await;
    assert!(is_unavailable(&phone.poll(&entry).await));
    daemon.say(ToRelay::Ready).await;
    relay.until(async || phone_asks(&relay, &entry).await).await;
    drop(daemon);
    relay
        .until(async || is_unavailable(&relay.phone().poll(&entry).await))
        .await;
    let _daemon = relay
        .daemon_saying(vec![enrolled(), request(&relay, 2)])
        .await;
    assert_eq!(phone.poll(&entry).await.unwrap().len(), 1);
}

async fn phone_asks(relay: &Running, entry: &Entry) -> bool {
    relay.phone().poll(entry).await.is_ok()
}

#[tokio::test]
async fn a_proxy_on_the_host_may_end_tls() {
    let relay = Running::start();
    let _daemon = relay.daemon_saying(vec![enrolled()]).await;
    let said = relay
        .by_proxy("GET /p?serial=A HTTP/1.1\r\nHost: h\r\n\r\n")
        .await;
    assert!(said.starts_with("HTTP/1.1 400 "), "{said}");
    let said = relay
        .by_proxy("GET /other HTTP/1.1\r\nHost: h\r\n\r\n")
        .await;
    assert!(said.starts_with("HTTP/1.1 404 "), "{said}");
    let said = relay.by_proxy("PUT /p HTTP/1.1\r\nHost: h\r\n\r\n").await;
    assert!(said.starts_with("HTTP/1.1 405 "), "{said}");
    let long = "A".repeat(9000);
    let post = format!("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 9000\r\n\r\n{long}");
    let said = relay.by_proxy(&post).await;
    assert!(said.starts_with("HTTP/1.1 413 "), "{said}");
    let post = "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na=\n";
    let said = relay.by_proxy(post).await;
    assert!(said.starts_with("HTTP/1.1 400 "), "{said}");
}
