//! Processes that are killed.

use crate::fixture::{Fixture, of_type};
use secinfo_tests::{Process, ROOT, Setup, TestHost};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_killed_during_a_delivery_loses_only_that_delivery() {
    let mut fixture = Fixture::with("hangs", "timeout = \"2m\"").await;
    fixture.wait_ready().await;
    for round in 1..=3 {
        let process = fixture.process();
        let (result, ()) = tokio::join!(fixture.text(), async {
            fixture.wait_received(round).await;
            process.kill();
        });
        assert_eq!(result.state, "failed", "it may be on its way");
        assert!(fixture.message_to(&result.destination).is_none());
        fixture.others_are_served().await;
        process.wait_gone();
        fixture.wait_ready().await;
        assert_ne!(fixture.process(), process);
    }
    fixture.no_zombies().await;
    let events = fixture.end().await;
    assert_eq!(of_type(&events, "message-failed").len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_a_killed_host_never_had_goes_to_the_next_one() {
    let mut fixture = Fixture::with("", "").await;
    fixture.wait_ready().await;
    // The daemon notices its end at the earliest when it passes the message to it.
    fixture.process().kill();
    let result = fixture.text().await;
    assert!(result.may_arrive(), "{result:?}");
    fixture.others_are_served().await;
    let received = fixture.received().contains(&result.destination);
    let spooled = fixture.message_to(&result.destination).is_some();
    assert!(received != spooled, "one of them, and only one");
    let events = fixture.end().await;
    assert_eq!(of_type(&events, "message-failed").len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hosts_of_a_killed_daemon_end_by_themselves() {
    let mut host = TestHost::without_daemon(Setup::new().spool().channel(
        "first",
        "text",
        "misbehaving",
        "first.toml",
        "order = 1\ntimeout = \"2m\"",
    ))
    .await;
    host.install_c_plugin("misbehaving");
    let notes = host.spool().join("notes");
    let settings = format!("does = \"hangs\"\nnotes = \"{}\"\n", notes.display());
    host.write_settings("first.toml", &settings);
    host.start_daemon().await;
    let root = host.client(ROOT).await;
    for channel in root.channels().await {
        root.wait_for_channel(&channel.name, |channel| channel.state == "ready")
            .await;
    }
    let alice = host.client(secinfo_tests::ALICE).await;
    let (path, _) = alice
        .start_destination("text", "+4915112345678", None)
        .await
        .unwrap();
    let hanging = tokio::spawn(async move { alice.send_code(path.as_str(), "Enrollment").await });
    while !notes.exists() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let hosts = Process::children_of(host.daemon().pid());
    assert_eq!(hosts.len(), 4, "{hosts:?}");
    host.kill();
    for process in &hosts {
        process.wait_gone();
    }
    let refused = hanging.await.unwrap().unwrap_err();
    assert_eq!(refused.short(), "NoReply");
    host.start_daemon().await;
    assert!(host.stop().success());
}
