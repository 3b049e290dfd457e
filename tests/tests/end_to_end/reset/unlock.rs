//! Methods that wrong codes have locked, and that a proof in a reset unlocks, whether a password can be set or not.

use super::{PASSWORD, begin, send, types, with_phone_and_address};
use secinfo_tests::{
    ALICE, ALICE_NAME, App, Client, PasswordHelper, ROOT, ResetSocket, STRANGER, TestHost,
    user_path,
};
use serde_json::{Value, json};
use std::sync::{Mutex, mpsc};
use std::thread;

/// Resets by one method, and locks that come soon.
const RULES: &str =
    "gates = \"one\"\n[policy.throttle]\nfree = 1\nlock_after = 3\nlongest_wait = \"1s\"";

/// A host on which wrong codes have locked Alice's app; the app, and a code of it that is good once it is
/// unlocked.
async fn with_locked_app() -> (TestHost, Client, App, String) {
    let (host, alice) = with_phone_and_address(RULES).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    let root = host.client(ROOT).await;
    let mut refused = String::new();
    while refused != "MethodLocked" {
        let guess = root.verify(ALICE, &app.path, &app.codes.wrong()).await;
        guess.unwrap_err().short().clone_into(&mut refused);
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let code = app.codes.fresh();
    (host, alice, app, code)
}

/// What the helper says of an account, and of each attempt to set its password.
fn helper(host: &TestHost, account: Option<&'static str>, attempt: &'static str) -> PasswordHelper {
    PasswordHelper::start(host, move |method, _| match method {
        "Check" => account.map(|account| json!({"account": account})),
        _ => Some(json!({"outcome": attempt, "messages": []})),
    })
}

/// Whether the log says that the methods were unlocked, and that a password was set.
async fn log_has(root: &Client) -> (bool, bool) {
    let types = types(root).await;
    let has = |wanted: &str| types.iter().any(|kind| kind == wanted);
    (has("unlocked"), has("password-reset"))
}

#[tokio::test]
async fn a_user_whose_methods_are_locked_may_unlock_them_and_keep_the_password() {
    let (host, _alice, app, code) = with_locked_app().await;
    let helper = PasswordHelper::willing(&host);
    let root = host.client(ROOT).await;
    let mut reset = begin(&host, ALICE_NAME);
    let email = send(&host, &mut reset, "Email").await;
    reset.answer(&email.code).unwrap();
    assert!(
        reset.prompt().starts_with("Now choose:"),
        "{}",
        reset.prompt()
    );
    reset.choose("have put on your methods").unwrap();
    let (outcome, told) = reset.ended().unwrap();
    assert_eq!(outcome, "unlocked");
    assert!(told.contains("your password is what it was"), "{told}");
    assert!(helper.calls_of("SetPassword").is_empty());
    root.verify(ALICE, &app.path, &code).await.unwrap();
    let types = types(&root).await;
    assert!(types.iter().any(|kind| kind == "unlocked"));
    assert!(
        !types
            .iter()
            .any(|kind| kind.starts_with("password-reset-requested"))
    );
}

#[tokio::test]
async fn methods_are_unlocked_after_the_proof_where_the_account_gets_no_password() {
    for (account, language, email, sentences) in [
        (
            Some("barred"),
            "en",
            "Email",
            [
                "The locks on your methods are lifted, and your password is what it was.",
                "cannot be set here",
            ],
        ),
        (
            Some("elsewhere"),
            "de",
            "E-Mail",
            [
                "Die Sperren Ihrer Methoden sind aufgehoben, und Ihr Passwort ist das bisherige.",
                "liegt nicht bei denen dieses Rechners",
            ],
        ),
        // The helper does not answer.
        (
            None,
            "fr",
            "E-mail",
            [
                "Les blocages de vos méthodes sont levés, et votre mot de passe reste le même.",
                "l’ancien reste valable",
            ],
        ),
    ] {
        let (host, _alice, app, code) = with_locked_app().await;
        let helper = helper(&host, account, "unknown");
        let root = host.client(ROOT).await;
        let options = json!({"language": language});
        let mut reset = ResetSocket::start(&host, STRANGER, ALICE_NAME, &options).unwrap();
        let sent = send(&host, &mut reset, email).await;
        assert_eq!(
            log_has(&root).await,
            (false, false),
            "nothing is proved yet"
        );
        reset.answer(&sent.code).unwrap();
        let (outcome, told) = reset.ended().unwrap();
        assert_eq!(outcome, "unlocked", "{told}");
        for sentence in sentences {
            assert!(told.contains(sentence), "{told}");
        }
        assert_eq!(log_has(&root).await, (true, false));
        assert!(helper.calls_of("SetPassword").is_empty());
        root.verify(ALICE, &app.path, &code).await.unwrap();
    }
}

#[tokio::test]
async fn methods_are_unlocked_where_the_new_password_could_not_be_set_after_all() {
    for (attempt, sentence) in [
        ("barred", "cannot be set here"),
        ("elsewhere", "is not kept with those of this host"),
        ("failed", "the former one holds"),
    ] {
        let (host, _alice, app, code) = with_locked_app().await;
        let helper = helper(&host, Some("settable"), attempt);
        let root = host.client(ROOT).await;
        let mut reset = begin(&host, ALICE_NAME);
        let sent = send(&host, &mut reset, "Email").await;
        reset.answer(&sent.code).unwrap();
        reset.choose("Set a new password").unwrap();
        reset.answer(PASSWORD).unwrap().answer(PASSWORD).unwrap();
        let (outcome, told) = reset.ended().unwrap();
        assert_eq!(outcome, "unlocked", "{told}");
        assert!(
            told.contains("are lifted") && told.contains(sentence),
            "{told}"
        );
        assert_eq!(helper.calls_of("SetPassword").len(), 1);
        assert_eq!(log_has(&root).await, (true, false));
        root.verify(ALICE, &app.path, &code).await.unwrap();
    }
}

#[tokio::test]
async fn nothing_is_unlocked_where_it_is_uncertain_which_password_holds() {
    let (host, _alice, app, code) = with_locked_app().await;
    let _helper = helper(&host, Some("settable"), "unknown");
    let root = host.client(ROOT).await;
    let mut reset = begin(&host, ALICE_NAME);
    let sent = send(&host, &mut reset, "Email").await;
    reset.answer(&sent.code).unwrap();
    reset.choose("Set a new password").unwrap();
    reset.answer(PASSWORD).unwrap().answer(PASSWORD).unwrap();
    let (outcome, told) = reset.ended().unwrap();
    assert_eq!(outcome, "refused");
    assert!(told.contains("not certain which password holds"), "{told}");
    assert_eq!(log_has(&root).await, (false, false));
    let refused = root.verify(ALICE, &app.path, &code).await.unwrap_err();
    assert_eq!(refused.short(), "MethodLocked");
}

#[tokio::test]
async fn an_account_that_its_user_locks_meanwhile_keeps_all_its_locks() {
    let (host, alice, _app, _) = with_locked_app().await;
    let (asked, is_asked) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let released = Mutex::new(released);
    let _helper = PasswordHelper::start(&host, move |_, _| {
        asked.send(()).unwrap();
        released.lock().unwrap().recv().unwrap();
        Some(json!({"account": "barred"}))
    });
    let root = host.client(ROOT).await;
    let mut reset = begin(&host, ALICE_NAME);
    let sent = send(&host, &mut reset, "Email").await;
    let answering = thread::spawn(move || {
        reset.answer(&sent.code).unwrap();
        reset.ended().unwrap()
    });
    is_asked.recv().unwrap();
    let path = user_path(ALICE);
    let _: () = alice.call(&path, "User", "LockAccount", &()).await.unwrap();
    release.send(()).unwrap();
    let (outcome, told) = answering.join().unwrap();
    assert_eq!(outcome, "refused");
    assert!(told.contains("cannot be set here"), "{told}");
    assert!(!told.contains("are lifted"), "{told}");
    assert_eq!(log_has(&root).await, (false, false));
    let log: Vec<Value> = root.events().await;
    let unlocked = log.iter().any(|event| event["type"] == "account-unlocked");
    assert!(!unlocked, "the lock against intruders is as it was");
}
