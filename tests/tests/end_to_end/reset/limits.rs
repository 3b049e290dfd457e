//! What one account can do ten thousand times.

use super::{begin, plain, send, setup, types, with_phone_and_address};
use crate::sent_codes::MOBILE;
use secinfo_tests::{
    ALICE, ALICE_NAME, BOB, PasswordHelper, ROOT, ResetSocket, STRANGER, SignInSocket, TestHost,
};
use serde_json::json;
use std::time::Duration;

/// Uid 5 of every Debian system, and its group.
const KIOSK: (u32, &str) = (5, "games");

#[tokio::test]
async fn an_account_begins_so_many_resets_a_day_whatever_the_names_are() {
    let host = TestHost::with(setup("of_caller = \"3 in 24h\"")).await;
    let _helper = PasswordHelper::willing(&host);
    for name in [ALICE_NAME, "no-such-user", ALICE_NAME] {
        begin(&host, name);
    }
    for name in [ALICE_NAME, "no-such-user"] {
        let refused = ResetSocket::start(&host, STRANGER, name, &plain())
            .err()
            .unwrap();
        assert_eq!(refused.short(), "LimitsExceeded");
    }
    assert!(ResetSocket::start(&host, BOB, ALICE_NAME, &plain()).is_ok());
}

#[tokio::test]
async fn each_address_has_its_own_resets_at_a_kiosk_and_at_no_other_account() {
    let group = KIOSK.1;
    let rules =
        format!("of_caller = \"2 in 24h\"\nkiosks = [\"{group}\"]\nof_kiosk = \"5 in 24h\"");
    let host = TestHost::with(setup(&rules)).await;
    let _helper = PasswordHelper::willing(&host);
    // How many of four resets are begun.
    let begun = |uid, address: &str| {
        let options = json!({"remote_host": address});
        let starts =
            (0..4).map(|_| ResetSocket::start_in_session(&host, uid, ALICE_NAME, &options));
        starts.flatten().count()
    };
    assert_eq!(begun(KIOSK.0, "192.0.2.1"), 2);
    assert_eq!(begun(KIOSK.0, "192.0.2.2"), 2);
    assert_eq!(begun(KIOSK.0, "192.0.2.3"), 1, "five in all");
    assert_eq!(begun(KIOSK.0, "fe80::1%eth0"), 0);
    assert_eq!(begun(KIOSK.0, "client.example.org"), 0);
    assert_eq!(begun(KIOSK.0, ""), 2, "at the host itself");
    // Any other account would name as many addresses as it likes.
    assert_eq!(begun(STRANGER, "192.0.2.1"), 2);
    assert_eq!(begun(STRANGER, "192.0.2.2"), 0);
}

#[tokio::test]
async fn who_has_become_a_kiosk_without_signing_in_to_it_is_not_believed_where_they_are() {
    let rules = format!(
        "of_caller = \"2 in 24h\"\nkiosks = [\"{}\"]\nof_kiosk = \"4 in 24h\"",
        KIOSK.1
    );
    let host = TestHost::with(setup(&rules)).await;
    let _helper = PasswordHelper::willing(&host);
    let begin = |address: &str| {
        let options = json!({"remote_host": address});
        ResetSocket::start(&host, KIOSK.0, ALICE_NAME, &options).is_ok()
    };
    // A process that runs as the kiosk in no login session of it, as behind `su`.
    let conversations = ["192.0.2.1", "192.0.2.2", "192.0.2.3", ""].map(begin);
    assert_eq!(conversations, [true, true, false, false]);
    // It has taken nothing from those who come to the kiosk.
    for number in 1..=4 {
        let options = json!({"remote_host": format!("192.0.2.{number}")});
        assert!(ResetSocket::start_in_session(&host, KIOSK.0, ALICE_NAME, &options).is_ok());
    }
}

#[tokio::test]
async fn resets_flood_no_phone_and_do_not_fill_the_log() {
    let host = TestHost::with(setup("gates = \"one\"")).await;
    let _helper = PasswordHelper::willing(&host);
    let alice = host.client(ALICE).await;
    alice.enroll_destination(&host, "text", MOBILE, None).await;
    let root = host.client(ROOT).await;
    let before = root.events().await.len();
    // One is sent, and the next only after a while, in whichever session it is asked for.
    std::thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                let mut reset = begin(&host, ALICE_NAME);
                reset.choose("Text message").unwrap();
                for _ in 0..5 {
                    reset.answer("").unwrap();
                }
            });
        }
    });
    assert_eq!(host.messages().len(), 2, "that of the enrollment, and one");
    assert!(root.events().await.len() <= before + 3);
}

#[tokio::test]
async fn a_stranger_who_asks_for_codes_keeps_no_user_from_signing_in_by_text() {
    let rules = "gates = \"one\"\ncodes_of_user = \"2 in 1h\"\n[policy.codes]\nresend_after = \"1s\"\n\
                 of_user = \"3 in 1h\"";
    let (host, _alice) = with_phone_and_address(rules).await;
    let _helper = PasswordHelper::willing(&host);
    let root = host.client(ROOT).await;
    let before = host.messages().len();
    let mut reset = begin(&host, ALICE_NAME);
    reset.choose("Text message").unwrap();
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(1100)).await;
        // The same is said whether another is sent or not.
        reset.answer("").unwrap();
    }
    assert_eq!(host.messages().len(), before + 2);
    let prompts = &reset.transcript[1..];
    assert!(prompts.iter().all(|prompt| *prompt == prompts[0]));
    let mut socket = root.sign_in_socket();
    socket.start(ALICE_NAME, "sshd", &plain()).unwrap();
    let text = host.message(before + 3).await;
    assert_eq!(socket.answer(&text.code).unwrap().outcome, "verified");
}

#[tokio::test]
async fn a_kiosk_has_room_for_many_people_and_one_network_takes_none_of_others() {
    let rules = format!("of_caller = \"1000 in 24h\"\nkiosks = [\"{}\"]", KIOSK.1);
    let host = TestHost::with(setup(&rules)).await;
    let _helper = PasswordHelper::willing(&host);
    let start = |address: &str| {
        let options = json!({"remote_host": address});
        ResetSocket::start_in_session(&host, KIOSK.0, ALICE_NAME, &options).unwrap()
    };
    let mut person = start("192.0.2.1");
    // Some at a time, because each takes half a second.
    let mut others = Vec::new();
    for _ in 0..10 {
        std::thread::scope(|scope| {
            let begun: Vec<_> = (0..15)
                .map(|_| scope.spawn(|| start("192.0.2.2")))
                .collect();
            others.extend(begun.into_iter().map(|begun| begun.join().unwrap()));
        });
    }
    let lasts = |reset: &mut ResetSocket| reset.answer("?").is_ok();
    assert!(lasts(&mut person));
    assert!(!lasts(&mut others[0]));
    assert!(lasts(others.last_mut().unwrap()));
}

#[tokio::test]
async fn a_reset_that_is_refused_at_its_start_leaves_no_connection_open() {
    let host = TestHost::with(setup("of_caller = \"1 in 24h\"")).await;
    let _helper = PasswordHelper::willing(&host);
    let mut socket = SignInSocket::connect(&host.sign_in_socket(), STRANGER);
    let start = json!({"name": ALICE_NAME});
    let method = "org.secinfo.PasswordReset.Start";
    socket.call(method, &start).unwrap();
    let refused = socket.call(method, &start).err().unwrap();
    assert_eq!(refused.short(), "LimitsExceeded");
    assert!(socket.receive().is_none());
}

#[tokio::test]
async fn guesses_from_many_connections_are_counted_together() {
    let host = TestHost::with(setup("gates = \"one\"\nattempts = 20")).await;
    let _helper = PasswordHelper::willing(&host);
    let mut app = host.client(ALICE).await.enroll_app("Phone", 10).await;
    let root = host.client(ROOT).await;
    let mut resets: Vec<_> = (0..4).map(|_| begin(&host, ALICE_NAME)).collect();
    std::thread::scope(|scope| {
        for (reset, number) in resets.iter_mut().zip(0..) {
            scope.spawn(move || {
                reset.choose("Authenticator app").unwrap();
                // The more codes were wrong, the longer none is looked at.
                for guess in 0..19 {
                    reset.answer(&format!("{number}{guess:05}")).unwrap();
                }
            });
        }
    });
    let types = types(&root).await;
    let count = |wanted: &str| types.iter().filter(|kind| *kind == wanted).count();
    assert_eq!(count("verification-failed"), 5, "then none is looked at");
    assert_eq!(count("password-reset-locked"), 1);
    // The right code does not help any more.
    resets[0].answer(&app.codes.fresh()).unwrap();
    assert_eq!(resets[0].ended().unwrap().0, "refused");
}

#[tokio::test]
async fn a_lock_of_resets_does_not_lock_sign_in() {
    let (host, _alice) = with_phone_and_address("gates = \"two\"\nattempts = 20").await;
    let _helper = PasswordHelper::willing(&host);
    let root = host.client(ROOT).await;
    let mut reset = begin(&host, ALICE_NAME);
    let email = send(&host, &mut reset, "Email").await;
    let code: u32 = email.code.parse().unwrap();
    for wrong in 1..20 {
        let guess = format!("{:06}", (code + wrong) % 1_000_000);
        reset.answer(&guess).unwrap();
    }
    let types = types(&root).await;
    assert!(types.iter().any(|kind| kind == "password-reset-locked"));
    let mut socket = root.sign_in_socket();
    let before = host.messages().len();
    socket.start(ALICE_NAME, "sshd", &plain()).unwrap();
    let text = host.message(before + 1).await;
    assert_eq!(socket.answer(&text.code).unwrap().outcome, "verified");
}
