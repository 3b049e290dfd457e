//! The harness itself: a host starts, works, and survives a restart and a kill.

use secinfo_tests::{ALICE, Setup, TestHost};

#[tokio::test]
async fn security_info_survives_a_stop_and_a_kill() {
    let mut host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    alice.prove(&mut app).await;
    assert_eq!(alice.default_of(ALICE).await, app.path);

    host.restart().await;
    assert_eq!(alice.default_of(ALICE).await, app.path);
    alice.prove(&mut app).await;

    host.kill();
    host.start_daemon().await;
    assert_eq!(alice.methods_of(ALICE).await, [app.path.clone()]);
    let again = alice.verify(ALICE, &app.path, &app.codes.again()).await;
    assert_eq!(again.unwrap_err().short(), "CodeAlreadyUsed");
}

#[tokio::test]
async fn a_daemon_that_is_stopped_right_after_its_start_stops_gracefully() {
    let mut host = TestHost::without_daemon(Setup::new()).await;
    for _ in 0..5 {
        host.start_daemon().await;
        let status = host.stop();
        assert!(status.success(), "{status}: {}", host.log());
    }
}
