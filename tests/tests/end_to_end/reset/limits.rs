//! What one account can do ten thousand times.

use super::{begin, plain, send, setup, types, with_phone_and_address};
use crate::sent_codes::MOBILE;
use secinfo_tests::{
    ALICE, ALICE_NAME, BOB, PasswordHelper, ROOT, ResetSocket, STRANGER, TestHost,
};

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
