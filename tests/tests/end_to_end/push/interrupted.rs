//! The daemon and the relay, killed and started again while a request is open.

use super::*;
use secinfo_tests::{ROOT, user_path};

#[tokio::test]
async fn a_relay_that_is_killed_gets_what_stands_and_the_request_goes_on() {
    let (mut relay, host, mut alice) = with_phone().await;
    let root = host.client(ROOT).await;
    let (session, _) = start_verification(&root, "sshd", None).await.unwrap();
    relay.kill();
    relay.start(&host);
    relay.wait_until_served().await;
    let code = approve(&mut alice.phone, &alice.entry).await;
    verify(&root, &session, &response(&code)).await.unwrap();
}

#[tokio::test]
async fn without_the_relay_no_request_is_sent_and_another_method_is_asked() {
    let (mut relay, host, alice) = with_phone().await;
    let mut app = alice.client.enroll_app("App", 10).await;
    alice.client.prove(&mut app).await;
    relay.kill();
    let root = host.client(ROOT).await;
    let begun = Instant::now();
    // The daemon learns it by its connection.
    loop {
        let method = Some(alice.method.as_str());
        match start_verification(&root, "sshd", method).await {
            Err(refused) if refused.short() == "PushUnavailable" => break,
            _ => assert!(begun.elapsed() < Duration::from_secs(30)),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (_, asked) = start_verification(&root, "sshd", None).await.unwrap();
    assert_eq!(asked.kind, "authenticator-app");
    // Nothing was counted for what was not sent.
    assert!(count(&root, "approval-requested").await <= 2);
}

#[tokio::test]
async fn a_daemon_that_is_killed_knows_its_phones_again_and_no_answer_of_before() {
    let (relay, mut host, mut alice) = with_phone().await;
    let root = host.client(ROOT).await;
    start_verification(&root, "sshd", None).await.unwrap();
    let before = shown(&mut alice.phone, &alice.entry).await;
    host.kill();
    let dead = alice.phone.answer(&alice.entry, &before, Choice::Accept);
    assert!(dead.await.is_err(), "there is no daemon to decide");
    host.start_daemon().await;
    relay.wait_until_served().await;
    let late = alice.phone.answer(&alice.entry, &before, Choice::Accept);
    expect_nothing(&late.await.unwrap());
    let root = host.client(ROOT).await;
    assert_eq!(count(&root, "approval-answered").await, 1);

    // The session of that request is gone: another is sent in its place.
    let session = start_when_allowed(&root).await;
    let code = approve(&mut alice.phone, &alice.entry).await;
    verify(&root, &session, &response(&code)).await.unwrap();
}

/// Starts to verify, once the time between two requests is over.
async fn start_when_allowed(client: &Client) -> OwnedObjectPath {
    let begun = Instant::now();
    loop {
        match start_verification(client, "sshd", None).await {
            Err(refused) if refused.short() == "TooSoon" => {
                assert!(
                    begun.elapsed() < Duration::from_secs(30),
                    "{}",
                    refused.text
                );
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            started => return started.unwrap().0,
        }
    }
}

/// However the daemon ends between the answer and its reply, a code is shown only for what is in the log.
#[tokio::test]
async fn a_daemon_that_is_killed_while_it_decides_shows_no_code_without_its_event() {
    let (relay, mut host, mut alice) = with_phone().await;
    for delay in [0, 1, 2, 5, 10] {
        let root = host.client(ROOT).await;
        let answered = count(&root, "approval-answered").await;
        start_when_allowed(&root).await;
        let request = shown(&mut alice.phone, &alice.entry).await;
        let (phone, entry) = (&alice.phone, &alice.entry);
        let answer = phone.answer(entry, &request, Choice::Accept);
        let kill = async {
            tokio::time::sleep(Duration::from_millis(delay)).await;
            host.kill();
        };
        let (answer, ()) = tokio::join!(answer, kill);
        host.start_daemon().await;
        relay.wait_until_served().await;
        let root = host.client(ROOT).await;
        let is_in_log = count(&root, "approval-answered").await > answered;
        if answer.is_ok_and(|accepted| accepted.code.is_some()) {
            assert!(is_in_log, "{delay} ms");
        }
        // What was not approved in time would stop push.
        let _: () = root
            .call(&user_path(ALICE), "User", "Unlock", &())
            .await
            .unwrap();
    }
}
