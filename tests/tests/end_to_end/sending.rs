//! Sending: limits against flooding and fraud, missing and failing channels, and the events of each
//! message.

use crate::sent_codes::{ADDRESS, MOBILE, OTHER_MOBILE, start_verification};
use secinfo_tests::{ALICE, BOB, Client, ROOT, ROOT_PATH, STRANGER, Setup, TestHost, response};
use serde_json::Value;
use std::collections::HashMap;
use std::time::Duration;
use zbus::{OwnedVariant, Variant};

/// The events of this type.
async fn events_of(host: &TestHost, type_name: &str) -> Vec<Value> {
    let root = host.client(ROOT).await;
    let mut events = root.events().await;
    events.retain(|event| event["type"] == type_name);
    events
}

/// Waits for this number of events of this type.
async fn wait_for(host: &TestHost, type_name: &str, number: usize) -> Vec<Value> {
    for _ in 0..3000 {
        let events = events_of(host, type_name).await;
        if events.len() >= number {
            return events;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no {number} events of type {type_name}: {}", host.log());
}

#[tokio::test]
async fn each_message_leaves_an_event_without_destination_or_code() {
    let host = TestHost::with(Setup::new().spool()).await;
    let alice = host.client(ALICE).await;
    alice.enroll_destination(&host, "text", MOBILE, None).await;
    let message = host.message(1).await;
    let delivered = wait_for(&host, "message-delivered", 1).await;
    assert_eq!(delivered[0]["data"]["message"], message.message.as_str());
    assert_eq!(delivered[0]["data"]["channel"], "text");
    let requested = events_of(&host, "code-requested").await;
    assert_eq!(requested[0]["data"]["country"], "DE");
    let root = host.client(ROOT).await;
    for event in root.events().await {
        let text = event.to_string();
        assert!(!text.contains("15112345678"), "{text}");
        assert!(!text.contains(&format!("\"{}\"", message.code)), "{text}");
    }
}

#[tokio::test]
async fn one_destination_gets_no_more_than_its_share_from_all_users_together() {
    let mut host = TestHost::with(
        Setup::new()
            .spool()
            .more("[policy.codes]\nof_destination = \"2 in 1h\"\nresend_after = \"1s\"\n"),
    )
    .await;
    for (uid, outcome) in [(ALICE, "sent"), (BOB, "sent"), (STRANGER, "TooManyCodes")] {
        // No restart makes the share new.
        host.restart().await;
        let user = host.client(uid).await;
        let (path, _) = user.start_destination("text", MOBILE, None).await.unwrap();
        let asked = user.send_code(path.as_str(), "Enrollment").await;
        let said = match &asked {
            Ok(_) => "sent",
            Err(refusal) => refusal.short(),
        };
        assert_eq!(said, outcome, "uid {uid}");
    }
    assert_eq!(host.messages().len(), 2);
}

#[tokio::test]
async fn one_user_gets_no_more_than_their_share_to_all_destinations_together() {
    let host = TestHost::with(
        Setup::new()
            .spool()
            .more("[policy.codes]\nof_user = \"2 in 1h\"\n"),
    )
    .await;
    let alice = host.client(ALICE).await;
    for (number, outcome) in [
        ("+4915112345601", "sent"),
        ("+4915112345602", "sent"),
        ("+4915112345603", "TooManyCodes"),
    ] {
        let (path, _) = alice.start_destination("text", number, None).await.unwrap();
        let asked = alice.send_code(path.as_str(), "Enrollment").await;
        let said = asked
            .as_ref()
            .map_or_else(secinfo_tests::Refusal::short, |_| "sent");
        assert_eq!(said, outcome);
    }
    // A restart does not reset a user's limit.
    let mut host = host;
    host.restart().await;
    let (path, _) = alice
        .start_destination("text", "+4915112345604", None)
        .await
        .unwrap();
    let refused = alice
        .send_code(path.as_str(), "Enrollment")
        .await
        .unwrap_err();
    assert_eq!(refused.short(), "TooManyCodes");
    assert_eq!(host.messages().len(), 2);
}

#[tokio::test]
async fn no_message_is_sent_where_policy_or_cost_forbid_it() {
    let host = TestHost::with(Setup::new().spool().more(
        "[policy.codes]\nallowed_countries = [\"DE\", \"FR\"]\ndenied_countries = [\"FR\"]\n",
    ))
    .await;
    let alice = host.client(ALICE).await;
    for (number, outcome) in [
        ("+33612345678", "DestinationNotAllowed"),
        ("+12025550123", "DestinationNotAllowed"),
        ("+4990012345", "InvalidDestination"),
        ("12", "InvalidDestination"),
        ("0151 12345678", "InvalidDestination"),
        ("+4930901820", "InvalidDestination"),
    ] {
        let said = match alice.start_destination("text", number, None).await {
            Err(refusal) => refusal,
            Ok((path, _)) => alice
                .send_code(path.as_str(), "Enrollment")
                .await
                .unwrap_err(),
        };
        assert_eq!(said.short(), outcome, "{number}: {}", said.text);
    }
    assert!(host.messages().is_empty());
}

#[tokio::test]
async fn a_kind_without_a_channel_is_neither_offered_nor_enrolled() {
    let host = TestHost::start().await;
    let alice = host.client(ALICE).await;
    let body = (ALICE, "sign-in", "");
    let (kinds,): (Vec<String>,) = (alice
        .call(ROOT_PATH, "Manager", "ListKinds", &body)
        .await
        .unwrap(),);
    assert!(!kinds.contains(&"text".to_owned()) && kinds.contains(&"authenticator-app".to_owned()));
    let refused = alice.start_destination("text", MOBILE, None).await;
    assert_eq!(refused.err().unwrap().short(), "ChannelUnavailable");
}

#[tokio::test]
async fn a_provider_that_is_down_is_reported_and_another_method_works() {
    let mut host = TestHost::with(Setup::with_drift().spool()).await;
    let alice = host.client(ALICE).await;
    let text = alice
        .enroll_destination(&host, "text", MOBILE, None)
        .await
        .method;
    let mut app = alice.enroll_app("Phone", 10).await;
    host.write_settings(
        "spool.toml",
        &format!(
            "directory = \"{}\"\nfail = \"destination\"\n",
            host.spool().display()
        ),
    );
    host.restart().await;
    let root = host.client(ROOT).await;
    let (verification, _) = start_verification(&root, "sign-in").await.unwrap();
    let method = zbus::ObjectPath::try_from(text.as_str()).unwrap();
    let _: HashMap<String, OwnedVariant> = root
        .call(
            verification.as_str(),
            "Verification",
            "ChangeMethod",
            &method,
        )
        .await
        .unwrap();
    let failed = root
        .send_code(verification.as_str(), "Verification")
        .await
        .unwrap_err();
    assert_eq!(failed.short(), "DeliveryFailed");
    assert!(failed.text.contains("another method"), "{}", failed.text);
    let state: String = root
        .property(verification.as_str(), "Verification", "Delivery")
        .await
        .unwrap();
    assert_eq!(state, "failed");
    let events = wait_for(&host, "message-failed", 1).await;
    assert_eq!(events[0]["data"]["reason"], "destination");

    let method = zbus::ObjectPath::try_from(app.path.as_str()).unwrap();
    let _: HashMap<String, OwnedVariant> = root
        .call(
            verification.as_str(),
            "Verification",
            "ChangeMethod",
            &method,
        )
        .await
        .unwrap();
    let code = app.codes.fresh();
    let proof: secinfo_wire::Proof = root
        .call(
            verification.as_str(),
            "Verification",
            "Submit",
            &response(&code),
        )
        .await
        .unwrap();
    assert_eq!(proof.kind, "authenticator-app");
}

/// Starts a host with two channels for texts, the first of which is unreachable.
async fn with_a_first_channel_that_is_down() -> TestHost {
    let setup =
        Setup::new()
            .spool()
            .channel("text-first", "text", "spool", "broken.toml", "order = 1");
    let mut host = TestHost::without_daemon(setup).await;
    let broken = format!(
        "directory = \"{}\"\nfail = \"unreachable\"\n",
        host.spool().display()
    );
    host.write_settings("broken.toml", &broken);
    host.start_daemon().await;
    host
}

/// Tests a channel, and returns the state and the error.
async fn try_out(root: &Client, channel: &str, destination: &str) -> (String, String) {
    let options = HashMap::<&str, Variant<'_>>::new();
    let arguments = (channel, destination, &options);
    let outcome: HashMap<String, OwnedVariant> = root
        .call(ROOT_PATH, "Channels", "TestChannel", &arguments)
        .await
        .unwrap();
    let text = |key: &str| -> String {
        let text: &str = outcome[key].downcast_ref().unwrap();
        text.to_owned()
    };
    (text("state"), text("problem"))
}

#[tokio::test]
async fn when_one_channel_is_down_the_next_of_its_kind_delivers_and_no_user_gets_two() {
    let host = with_a_first_channel_that_is_down().await;
    let alice = host.client(ALICE).await;
    alice.enroll_destination(&host, "text", MOBILE, None).await;
    let events = wait_for(&host, "message-delivered", 1).await;
    assert_eq!(events[0]["data"]["channel"], "text");
    assert_eq!(host.messages().len(), 1);
}

#[tokio::test]
async fn administrators_see_the_state_of_channels_and_test_them() {
    let host = TestHost::with(Setup::new().spool()).await;
    let root = host.client(ROOT).await;
    let (state, _) = try_out(&root, "email", ADDRESS).await;
    assert!(["sent", "delivered"].contains(&state.as_str()), "{state}");
    let message = host.message(1).await;
    assert_eq!(
        (message.purpose.as_str(), message.code.as_str()),
        ("test", "")
    );

    let channels: Vec<HashMap<String, OwnedVariant>> = root
        .call(ROOT_PATH, "Channels", "ListChannels", &())
        .await
        .unwrap();
    let names: Vec<&str> = channels
        .iter()
        .map(|channel| channel["name"].downcast_ref().unwrap())
        .collect();
    assert_eq!(names, ["call", "email", "text"]);

    let alice = host.client(ALICE).await;
    let options = HashMap::<&str, Variant<'_>>::new();
    for refused in [
        alice
            .refused(ROOT_PATH, "Channels", "ListChannels", &())
            .await,
        alice
            .refused(
                ROOT_PATH,
                "Channels",
                "TestChannel",
                &("email", ADDRESS, &options),
            )
            .await,
    ] {
        assert_eq!(refused.short(), "NotAuthorized");
    }
    let unknown = root
        .refused(
            ROOT_PATH,
            "Channels",
            "TestChannel",
            &("pigeons", OTHER_MOBILE, &options),
        )
        .await;
    assert_eq!(unknown.short(), "NotFound");
}

#[tokio::test]
async fn a_test_of_a_channel_with_an_unreachable_provider_fails_at_once() {
    let host = with_a_first_channel_that_is_down().await;
    let root = host.client(ROOT).await;
    let (state, problem) = try_out(&root, "text-first", OTHER_MOBILE).await;
    assert_eq!(state, "waiting");
    assert!(problem.contains("could not be delivered yet"), "{problem}");
}

#[tokio::test]
async fn an_erased_user_stays_erased_even_with_a_message_in_progress() {
    let mut host = TestHost::without_daemon(Setup::new().spool()).await;
    let slow = format!(
        "directory = \"{}\"\ndelay = \"3s\"\n",
        host.spool().display()
    );
    host.write_settings("spool.toml", &slow);
    host.start_daemon().await;
    let alice = host.client(ALICE).await;
    let (path, _) = alice.start_destination("text", MOBILE, None).await.unwrap();
    let sending = alice.send_code(path.as_str(), "Enrollment");
    let root = host.client(ROOT).await;
    let erasing = async {
        wait_for(&host, "code-requested", 1).await;
        root.call::<_, ()>(&secinfo_tests::user_path(ALICE), "User", "Erase", &())
            .await
            .unwrap();
    };
    let (_, ()) = tokio::join!(sending, erasing);
    host.message(1).await;
    // The session ends with the user, and the message's outcome does not add the user again.
    let gone = alice
        .send_code(path.as_str(), "Enrollment")
        .await
        .unwrap_err();
    assert_eq!(gone.name, "org.freedesktop.DBus.Error.UnknownObject");
    host.restart().await;
    let added = events_of(&host, "user-added").await;
    assert_eq!(added.len(), 1, "{added:?}");
    let erased = added[0]["user"].clone();
    // A user who comes back is a new user.
    let alice = host.client(ALICE).await;
    alice.enroll_app("Phone", 1).await;
    let added = events_of(&host, "user-added").await;
    assert_eq!(added.len(), 2);
    assert_ne!(added[1]["user"], erased);
}

#[tokio::test]
async fn a_user_waiting_for_an_unreachable_provider_is_told_to_use_another_method() {
    let mut host = TestHost::without_daemon(Setup::new().spool()).await;
    let unreachable = format!(
        "directory = \"{}\"\nfail = \"unreachable\"\n",
        host.spool().display()
    );
    host.write_settings("spool.toml", &unreachable);
    host.start_daemon().await;
    let alice = host.client(ALICE).await;
    let (path, _) = alice.start_destination("text", MOBILE, None).await.unwrap();
    let refused = alice
        .send_code(path.as_str(), "Enrollment")
        .await
        .unwrap_err();
    assert_eq!(refused.short(), "DeliveryFailed");
    assert!(refused.text.contains("another method"), "{}", refused.text);
}

#[tokio::test]
async fn while_users_wait_for_a_slow_provider_others_are_verified() {
    let setup = Setup::with_drift()
        .spool()
        .more("[policy.codes]\nof_user = \"60000 in 1h\"\nin_all = \"60000 in 1h\"\n")
        .daemon("sessions_per_user = 1000\n");
    let mut host = TestHost::without_daemon(setup).await;
    let slow = format!(
        "directory = \"{}\"\ndelay = \"20s\"\n",
        host.spool().display()
    );
    host.write_settings("spool.toml", &slow);
    host.start_daemon().await;
    let bob = host.client(BOB).await;
    let mut app = bob.enroll_app("Phone", 10).await;
    // More than the limit of concurrent calls, from seven accounts of every Debian system.
    let mut asking = Vec::new();
    for number in 0..280_u32 {
        let client = host.client(3 + number % 7).await;
        let number = format!("+49151{:08}", 10_000_000 + number);
        let (path, _) = client
            .start_destination("text", &number, None)
            .await
            .unwrap();
        asking.push(tokio::spawn(async move {
            client
                .send_code(path.as_str(), "Enrollment")
                .await
                .map(|_| ())
        }));
    }
    bob.prove(&mut app).await;
    let root = host.client(ROOT).await;
    root.verify(BOB, &app.path, &app.codes.fresh())
        .await
        .unwrap();
    for asked in asking {
        asked.await.unwrap().unwrap();
    }
    bob.prove(&mut app).await;
}
