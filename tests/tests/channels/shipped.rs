//! The shipped plugins, loaded by the real daemon, each with a server in place of the provider.

use mail_parser::MessageParser;
use secinfo_tests::{
    ALICE, Client, IgnoredReply, ROOT, ROOT_PATH, Setup, SmtpServer, TestHost, TwilioServer,
    code_in, response,
};
use secinfo_wire::Proof;
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};
use zbus::{OwnedObjectPath, Variant};

const MOBILE: &str = "+4915112345678";
const ADDRESS: &str = "alice@example.org";

/// Starts a host with all of them.
async fn start(twilio: &TwilioServer, smtp: &SmtpServer) -> TestHost {
    // Only codes are counted here, so notices are off.
    let setup = Setup::new().policy("notices = \"none\"");
    let mut host = TestHost::without_daemon(setup.providers(twilio, smtp)).await;
    host.install_providers(twilio, smtp);
    host.start_daemon().await;
    let root = host.client(ROOT).await;
    for (name, plugin) in [
        ("text", "text-twilio"),
        ("call", "call-twilio"),
        ("email", "email-smtp"),
    ] {
        let channel = root
            .wait_for_channel(name, |channel| channel.state == "ready")
            .await;
        assert_eq!(channel.plugin, plugin);
        assert_eq!(channel.last_error, "");
    }
    host
}

/// Waits until `look` returns something.
async fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_mins(2), "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Starts to enrol a destination, and requests a code.
async fn send(user: &Client, kind: &str, destination: &str) -> OwnedObjectPath {
    let place = (kind != "email").then_some("mobile");
    let (path, _) = user
        .start_destination(kind, destination, place)
        .await
        .unwrap();
    user.send_code(path.as_str(), "Enrollment").await.unwrap();
    path
}

/// The spoken code, which must be the same both times.
fn code_spoken(document: &str) -> String {
    let said: String = document
        .split("</Say>")
        .filter_map(|part| Some(part.rsplit_once('>')?.1))
        .filter(|words| words.len() == 1)
        .collect();
    let (once, again) = said.split_at(said.len() / 2);
    assert_eq!(once, again, "{document}");
    once.to_owned()
}

#[tokio::test]
async fn text_call_and_email_are_enrolled_and_proved_with_the_shipped_plugins() {
    let (twilio, smtp) = (TwilioServer::start(), SmtpServer::start());
    let host = start(&twilio, &smtp).await;
    let alice = host.client(ALICE).await;

    let path = send(&alice, "text", MOBILE).await;
    let text = eventually("a text", || twilio.created("Messages").pop()).await;
    assert_eq!(text["To"], MOBILE);
    let code = code_in(&text["Body"], 6).unwrap();
    let enrolled = alice.finish_enrollment(path.as_str(), &code).await.unwrap();

    let path = send(&alice, "call", MOBILE).await;
    let call = eventually("a call", || twilio.created("Calls").pop()).await;
    assert_eq!(call["To"], MOBILE);
    let code = code_spoken(&call["Twiml"]);
    alice.finish_enrollment(path.as_str(), &code).await.unwrap();

    let path = send(&alice, "email", ADDRESS).await;
    let mail = smtp.mail(1);
    let message = MessageParser::default().parse(&mail[0]).unwrap();
    let to = message.to().unwrap().first().unwrap();
    assert_eq!(to.address(), Some(ADDRESS));
    let body = message.body_text(0).unwrap();
    let code = code_in(&body, 6).unwrap();
    alice.finish_enrollment(path.as_str(), &code).await.unwrap();

    // At sign-in, with a provider that is busy at first: one text, not two.
    twilio.set_busy(2);
    let root = host.client(ROOT).await;
    let options = HashMap::<&str, Variant<'_>>::new();
    let body = (ALICE, "sign-in", "sshd", options);
    let (verification, _): (OwnedObjectPath, IgnoredReply) = root
        .call(ROOT_PATH, "Manager", "StartVerification", &body)
        .await
        .unwrap();
    let before = twilio.created("Messages").len();
    root.send_code(verification.as_str(), "Verification")
        .await
        .unwrap_or_else(|refusal| panic!("{refusal}: {}", host.log()));
    let requests = eventually("a text after two refusals", || {
        let made = twilio.created("Messages").split_off(before);
        (made.len() == 3).then_some(made)
    })
    .await;
    assert_eq!(requests[0]["Body"], requests[2]["Body"]);
    let code = code_in(&requests[2]["Body"], 6).unwrap();
    let proof: Proof = root
        .call(
            verification.as_str(),
            "Verification",
            "Submit",
            &response(&code),
        )
        .await
        .unwrap();
    assert_eq!(proof.method, enrolled.method);

    // The log records each message, and the arrival of those that the provider follows up.
    let begun = Instant::now();
    let outcomes = loop {
        let mut outcomes = BTreeMap::<String, usize>::new();
        for event in root.events().await {
            if event["type"] == "message-delivered" {
                let channel = event["data"]["channel"].as_str().unwrap().to_owned();
                *outcomes.entry(channel).or_default() += 1;
            }
            assert_ne!(event["type"], "message-failed");
        }
        if outcomes.values().sum::<usize>() >= 4 {
            break outcomes;
        }
        assert!(begun.elapsed() < Duration::from_mins(2), "{outcomes:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let expected = [("call", 1), ("email", 1), ("text", 2)];
    assert_eq!(outcomes, expected.map(|(k, n)| (k.to_owned(), n)).into());
    assert_eq!(smtp.mail(1).len(), 1);
    assert_eq!(twilio.created("Calls").len(), 1);
    let erased = eventually("texts are erased at the provider", || {
        let requests = twilio.requests();
        let erasures = requests
            .iter()
            .filter(|request| request.form.get("Body").is_some_and(String::is_empty))
            .count();
        (erasures >= 2).then_some(erasures)
    })
    .await;
    assert_eq!(erased, 2);
}
