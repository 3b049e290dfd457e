//! Signals and lists of objects contain personal data, so they go only to users who may read it.

use futures_util::StreamExt;
use rustix::process::Signal;
use secinfo_tests::{
    ALICE, Client, IgnoredReply, ROOT, ROOT_PATH, STRANGER, Setup, TestHost, user_path,
};
use std::collections::HashMap;
use std::time::{Duration, Instant};
use zbus::message::Type;
use zbus::{Message, MessageStream, OwnedObjectPath, OwnedVariant};

const MANAGER: &str = "org.freedesktop.DBus.ObjectManager";
type Objects = HashMap<OwnedObjectPath, HashMap<String, HashMap<String, OwnedVariant>>>;

/// Collects the signals that arrive at a connection.
struct SignalListener<'a> {
    client: &'a Client,
    messages: MessageStream,
    /// Signals that have arrived but not been returned yet.
    kept: Vec<PamEvent>,
}

/// A signal's name, the path of its object, and its message.
type PamEvent = (String, String, Message);

impl<'a> SignalListener<'a> {
    async fn of(client: &'a Client) -> Self {
        // Subscribes to everything that a permissive bus would forward.
        for rule in [
            "type='signal',sender='org.secinfo.SecurityInfo1'",
            "type='signal'",
        ] {
            client
                .connection
                .call_method(
                    Some("org.freedesktop.DBus"),
                    "/org/freedesktop/DBus",
                    Some("org.freedesktop.DBus"),
                    "AddMatch",
                    &rule,
                )
                .await
                .unwrap();
        }
        Self {
            messages: MessageStream::from(&client.connection),
            client,
            kept: Vec::new(),
        }
    }

    /// The daemon's signals so far. The daemon sends in order: all earlier signals have arrived before
    /// the reply to a new call.
    async fn signals(&mut self) -> Vec<PamEvent> {
        let ping = Message::method_call(ROOT_PATH, "Ping")
            .destination("org.secinfo.SecurityInfo1")
            .interface("org.freedesktop.DBus.Peer")
            .build(&())
            .unwrap();
        let serial = ping.primary_header().serial_num();
        self.client.connection.send(&ping).await.unwrap();
        let mut heard = std::mem::take(&mut self.kept);
        loop {
            let message = self.messages.next().await.unwrap().unwrap();
            let header = message.header();
            match message.message_type() {
                Type::MethodReturn if header.reply_serial() == Some(serial) => return heard,
                Type::Signal
                    if header
                        .sender()
                        .is_some_and(|sender| sender.as_str() != "org.freedesktop.DBus") =>
                {
                    let member = header.member().unwrap().to_string();
                    let path = header.path().unwrap().to_string();
                    drop(header);
                    heard.push((member, path, message));
                }
                _ => {}
            }
        }
    }

    /// Waits for a signal, and keeps others that arrive meanwhile.
    async fn wait_for(&mut self, member: &str, path: &str) -> Message {
        let begun = Instant::now();
        loop {
            let mut heard = self.signals().await;
            let found = heard
                .iter()
                .position(|(its, at, _)| its == member && at == path);
            let message = found.map(|index| heard.remove(index).2);
            self.kept = heard;
            if let Some(message) = message {
                return message;
            }
            let kept: Vec<_> = self.kept.iter().map(|(its, at, _)| (its, at)).collect();
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "{member} at {path} never arrived, only {kept:?}"
            );
        }
    }
}

/// A client that has called the daemon, so that the daemon knows its connection.
async fn introduced_client(host: &TestHost, uid: u32) -> Client {
    let client = host.client(uid).await;
    let _: IgnoredReply = client
        .call(ROOT_PATH, "Manager", "GetStatus", &())
        .await
        .unwrap();
    client
}

#[tokio::test]
async fn changes_are_signalled_only_to_the_owners_connections() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = introduced_client(&host, ALICE).await;
    let another = introduced_client(&host, ALICE).await;
    let stranger = introduced_client(&host, STRANGER).await;
    let mut at_another = SignalListener::of(&another).await;
    let mut at_stranger = SignalListener::of(&stranger).await;

    let mut app = alice.enroll_app("Phone", 10).await;
    let added = at_another.wait_for("InterfacesAdded", ROOT_PATH).await;
    let (path, interfaces): (
        OwnedObjectPath,
        HashMap<String, HashMap<String, OwnedVariant>>,
    ) = added.body().deserialize().unwrap();
    assert_eq!(path.as_str(), app.path);
    let label = &interfaces["org.secinfo.SecurityInfo1.Method"]["Label"];
    assert_eq!(
        label,
        &OwnedVariant::try_from(zbus::Variant::from("Phone")).unwrap()
    );
    let changed = at_another
        .wait_for("PropertiesChanged", &user_path(ALICE))
        .await;
    let (interface, values, _): (String, HashMap<String, OwnedVariant>, Vec<String>) =
        changed.body().deserialize().unwrap();
    assert_eq!(interface, "org.secinfo.SecurityInfo1.User");
    assert!(values.contains_key("DefaultMethod"), "{values:?}");

    alice.prove(&mut app).await;
    at_another.wait_for("PropertiesChanged", &app.path).await;
    let _: (bool, u64) = alice
        .call(&app.path, "Method", "Delete", &())
        .await
        .unwrap();
    let removed = at_another.wait_for("InterfacesRemoved", ROOT_PATH).await;
    let (path, gone): (OwnedObjectPath, Vec<String>) = removed.body().deserialize().unwrap();
    assert_eq!(
        (path.as_str(), gone),
        (
            app.path.as_str(),
            vec!["org.secinfo.SecurityInfo1.Method".to_owned()]
        )
    );

    // All of these were sent before, and the stranger got none.
    let heard = at_stranger.signals().await;
    assert!(heard.is_empty(), "{heard:?}");
}

#[tokio::test]
async fn a_flood_of_changes_makes_few_signals_and_the_last_tells_what_holds() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = introduced_client(&host, ALICE).await;
    let another = introduced_client(&host, ALICE).await;
    let mut heard = SignalListener::of(&another).await;
    let app = alice.enroll_app("Phone", 10).await;
    heard.wait_for("InterfacesAdded", ROOT_PATH).await;

    let begun = Instant::now();
    for number in 0..30 {
        let () = alice
            .call(&app.path, "Method", "Rename", &(format!("Phone {number}"),))
            .await
            .unwrap();
    }
    let (mut told, mut label) = (0, None);
    let last = OwnedVariant::try_from(zbus::Variant::from("Phone 29")).unwrap();
    while label.as_ref() != Some(&last) {
        let changed = heard.wait_for("PropertiesChanged", &app.path).await;
        let (_, mut values, _): (String, HashMap<String, OwnedVariant>, Vec<String>) =
            changed.body().deserialize().unwrap();
        label = values.remove("Label");
        told += 1;
    }
    // One at once, and ten a second.
    let most = begun.elapsed().as_millis() / 100 + 2;
    assert!(told <= most, "{told} signals where {most} were due");
}

/// What a signal says of properties: the values of some, and the names of others that are to be read anew.
fn changed(message: &Message) -> (HashMap<String, OwnedVariant>, Vec<String>) {
    let (_, values, anew): (String, _, _) = message.body().deserialize().unwrap();
    (values, anew)
}

#[tokio::test]
async fn every_session_is_told_when_proofs_come_and_when_all_of_them_end() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = introduced_client(&host, ALICE).await;
    let another = introduced_client(&host, ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    another.prove(&mut app).await;
    let mut heard = SignalListener::of(&another).await;
    let user = user_path(ALICE);
    alice.prove(&mut app).await;
    loop {
        let told = heard.wait_for("PropertiesChanged", &user).await;
        let (values, anew) = changed(&told);
        assert!(!values.contains_key("FreshProofUntil"), "each has its own");
        if anew == ["FreshProofUntil"] {
            break;
        }
    }
    let () = alice.call(&user, "User", "LockAccount", &()).await.unwrap();
    loop {
        let (values, anew) = changed(&heard.wait_for("PropertiesChanged", &user).await);
        if values.contains_key("AccountLocked") {
            assert_eq!(anew, ["FreshProofUntil"]);
            break;
        }
    }
    let fresh: u64 = another
        .property(&user, "User", "FreshProofUntil")
        .await
        .unwrap();
    assert_eq!(fresh, 0);
}

#[tokio::test]
async fn another_policy_is_told_to_all_who_are_connected_and_each_only_of_what_is_theirs() {
    let mut host = TestHost::with(Setup::with_drift()).await;
    let alice = introduced_client(&host, ALICE).await;
    let stranger = introduced_client(&host, STRANGER).await;
    let app = alice.enroll_app("Phone", 10).await;
    let mut at_alice = SignalListener::of(&alice).await;
    let mut at_stranger = SignalListener::of(&stranger).await;
    host.set_up(
        Setup::with_drift()
            .policy("required = 2\nallowed = [\"hardware-token\", \"recovery-codes\"]"),
    );
    host.daemon().signal(Signal::HUP);
    for (signals, uid) in [(&mut at_alice, ALICE), (&mut at_stranger, STRANGER)] {
        let path = user_path(uid);
        let (values, _) = loop {
            let news = changed(&signals.wait_for("PropertiesChanged", &path).await);
            if news.0.contains_key("GraceEnds") {
                break news;
            }
        };
        let required = values["StillRequired"].try_clone().unwrap();
        assert_eq!(u32::try_from(required).unwrap(), 2, "{uid}");
    }
    let (values, _) = changed(&at_alice.wait_for("PropertiesChanged", &app.path).await);
    let is_allowed = values["IsAllowed"].try_clone().unwrap();
    assert!(!bool::try_from(is_allowed).unwrap());
    let others = at_stranger.signals().await;
    assert!(
        others.iter().all(|(_, path, _)| !path.contains(&app.path)),
        "{others:?}"
    );
}

#[tokio::test]
async fn appends_are_signalled_only_to_administrators_who_asked() {
    let host = TestHost::with(Setup::with_drift()).await;
    let root = introduced_client(&host, ROOT).await;
    let silent = introduced_client(&host, ROOT).await;
    let stranger = introduced_client(&host, STRANGER).await;
    let refusal = stranger.refused(ROOT_PATH, "Audit", "Subscribe", &()).await;
    assert_eq!(refusal.short(), "NotAuthorized");
    let () = root
        .call(ROOT_PATH, "Audit", "Subscribe", &())
        .await
        .unwrap();
    let mut at_root = SignalListener::of(&root).await;
    let mut at_silent = SignalListener::of(&silent).await;
    let mut at_stranger = SignalListener::of(&stranger).await;

    let alice = host.client(ALICE).await;
    alice.enroll_app("Phone", 10).await;
    let appended = at_root.wait_for("Appended", ROOT_PATH).await;
    let size: u64 = appended.body().deserialize().unwrap();
    assert_eq!(size, u64::try_from(root.events().await.len()).unwrap());
    assert!(at_silent.signals().await.is_empty());
    assert!(at_stranger.signals().await.is_empty());

    let () = root
        .call(ROOT_PATH, "Audit", "Unsubscribe", &())
        .await
        .unwrap();
    let () = silent
        .call(ROOT_PATH, "Audit", "Subscribe", &())
        .await
        .unwrap();
    host.client(secinfo_tests::BOB)
        .await
        .enroll_app("Phone", 10)
        .await;
    at_silent.wait_for("Appended", ROOT_PATH).await;
    assert!(at_root.signals().await.is_empty());
}

#[tokio::test]
async fn only_root_and_their_owner_see_a_users_objects() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let app = alice.enroll_app("Phone", 10).await;
    let (session, _) = host
        .client(secinfo_tests::BOB)
        .await
        .start_enrollment(
            "authenticator-app",
            HashMap::from([("detached", true.into())]),
        )
        .await
        .unwrap();
    for (uid, expected) in [
        (ALICE, vec![user_path(ALICE), app.path.clone()]),
        (
            secinfo_tests::BOB,
            vec![user_path(secinfo_tests::BOB), session.to_string()],
        ),
        (STRANGER, vec![user_path(STRANGER)]),
        (ROOT, vec![user_path(ROOT)]),
    ] {
        let client = host.client(uid).await;
        let objects: Objects = client
            .call(ROOT_PATH, MANAGER, "GetManagedObjects", &())
            .await
            .unwrap();
        let mut paths: Vec<_> = objects.keys().map(ToString::to_string).collect();
        let mut expected = expected;
        paths.sort();
        expected.sort();
        assert_eq!(paths, expected, "{uid}");
    }
}
