//! Notices: the user is notified of every change and every lock at every other destination, including
//! a former address.

use crate::sent_codes::{ADDRESS, MOBILE};
use secinfo_tests::{ALICE, ROOT, Setup, SpooledMessage, TestHost};

fn told(notice: &SpooledMessage) -> (&str, bool) {
    (notice.destination.as_str(), notice.code.is_empty())
}

#[tokio::test]
async fn the_former_address_is_notified_of_a_change() {
    let host = TestHost::with(Setup::new().spool().policy("fresh_proof = \"1h\"")).await;
    let alice = host.client(ALICE).await;
    let email = alice
        .enroll_destination(&host, "email", ADDRESS, None)
        .await
        .method;
    assert!(
        host.notices().is_empty(),
        "there is nobody else to tell yet"
    );

    alice.enroll_destination(&host, "text", MOBILE, None).await;
    let notice = host.notice(1).await;
    assert_eq!(told(&notice), (ADDRESS, true));
    assert!(
        notice.text.contains("A method was added: text message."),
        "{}",
        notice.text
    );
    assert!(!notice.text.contains("15112345678"), "{}", notice.text);

    // The old address is also notified of its own deletion.
    let deleted: (bool, u64) = alice
        .call(email.as_str(), "Method", "Delete", &())
        .await
        .unwrap();
    assert!(deleted.0);
    host.notice(3).await;
    let mut last: Vec<_> = host.notices().split_off(1);
    last.sort_by(|a, b| a.destination.cmp(&b.destination));
    assert_eq!(
        [told(&last[0]), told(&last[1])],
        [(MOBILE, true), (ADDRESS, true)]
    );
    for notice in last {
        assert!(
            notice.text.contains("A method was deleted: email."),
            "{}",
            notice.text
        );
    }
}

#[tokio::test]
async fn the_user_is_notified_of_a_lock_caused_by_guessing() {
    let setup = Setup::with_drift()
        .spool()
        .more("[policy.throttle]\nfree = 1\nlock_after = 3\nlongest_wait = \"1s\"\n");
    let host = TestHost::with(setup).await;
    let alice = host.client(ALICE).await;
    alice
        .enroll_destination(&host, "email", ADDRESS, None)
        .await;
    let app = alice.enroll_app("Phone", 10).await;
    host.notice(1).await;
    let root = host.client(ROOT).await;
    let mut refusals = Vec::new();
    while refusals.last().is_none_or(|last| last != "MethodLocked") {
        let refused = root.verify(ALICE, &app.path, &app.codes.wrong()).await;
        refusals.push(refused.unwrap_err().short().to_owned());
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let notice = host.notice(2).await;
    assert_eq!(told(&notice), (ADDRESS, true));
    assert!(
        notice
            .text
            .contains("Wrong codes or PINs locked a method for a while: authenticator app."),
        "{}",
        notice.text
    );
}

#[tokio::test]
async fn policy_may_keep_notices_to_email() {
    let host = TestHost::with(Setup::with_drift().spool().policy("notices = \"email\"")).await;
    let alice = host.client(ALICE).await;
    alice.enroll_destination(&host, "text", MOBILE, None).await;
    alice
        .enroll_destination(&host, "email", ADDRESS, None)
        .await;
    alice.enroll_app("Phone", 10).await;
    host.notice(1).await;
    assert!(
        host.notices()
            .iter()
            .all(|notice| notice.destination == ADDRESS)
    );
}

#[tokio::test]
async fn a_notice_that_waits_when_the_daemon_stops_is_sent_once_after_the_next_start() {
    let mut host = TestHost::with(Setup::with_drift().spool()).await;
    let alice = host.client(ALICE).await;
    alice
        .enroll_destination(&host, "email", ADDRESS, None)
        .await;
    let settings = |fail: &str| {
        format!(
            "directory = \"{}\"\nfail = \"{fail}\"\n",
            host.spool().display()
        )
    };
    let (busy, well) = (settings("try-later"), settings("none"));
    host.write_settings("spool.toml", &busy);
    host.restart().await;
    alice.enroll_app("Phone", 10).await;
    assert!(host.stop().success());
    assert!(host.notices().is_empty());

    host.write_settings("spool.toml", &well);
    host.start_daemon().await;
    let notice = host.notice(1).await;
    assert_eq!(told(&notice), (ADDRESS, true));
    assert!(
        notice
            .text
            .contains("A method was added: authenticator app."),
        "{}",
        notice.text
    );
    host.restart().await;
    assert!(host.stop().success());
    assert_eq!(host.notices().len(), 1);
}
