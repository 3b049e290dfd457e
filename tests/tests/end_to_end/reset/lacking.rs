//! Users who have too few methods for a reset are told so while they can still do something about it.

use super::{setup, with_phone_and_address};
use crate::security_questions::{ANSWERS, enroll_chosen};
use crate::sent_codes::ADDRESS;
use secinfo_tests::{ALICE, ALICE_NAME, ROOT, TestHost, user_path};
use serde_json::json;

const REMINDER: &str = "You could not reset a forgotten password: add one more method";

#[tokio::test]
async fn who_lacks_a_method_for_a_reset_is_told_on_the_page_and_once_at_sign_in() {
    let rules = "gates = \"two\"\nremind = true";
    let host = TestHost::with(setup(rules)).await;
    let alice = host.client(ALICE).await;
    let app = alice.enroll_app("Phone", 10).await;
    let root = host.client(ROOT).await;
    let lacking = async || -> u32 {
        alice
            .property(&user_path(ALICE), "User", "LackingForReset")
            .await
            .unwrap()
    };
    assert_eq!(lacking().await, 1);
    let page = || host.secinfo(ALICE, &[], "").success().stdout;
    assert!(
        page().contains("1 more method is needed: secinfo add"),
        "{}",
        page()
    );
    let json = host.secinfo(ALICE, &["--json"], "").success().json();
    assert_eq!(json["lacking_for_reset"], 1);

    let first = |display: &str| {
        let mut socket = root.sign_in_socket();
        let options = json!({"display": display});
        let step = socket.start(ALICE_NAME, "sshd", &options).unwrap();
        (socket, step.prompt.unwrap())
    };
    let (mut socket, prompt) = first("terminal");
    let (reminder, rest) = prompt.split_once('\n').unwrap();
    assert!(reminder.starts_with(REMINDER), "{prompt}");
    assert!(rest.starts_with("Code from Authenticator app"), "{prompt}");
    let again = socket.answer(&app.codes.wrong()).unwrap();
    assert!(!again.prompt.unwrap().contains(REMINDER));
    let (_, line) = first("line");
    assert!(line.starts_with(REMINDER) && !line.contains('\n'), "{line}");

    alice
        .enroll_destination(&host, "email", ADDRESS, None)
        .await;
    assert_eq!(lacking().await, 0);
    assert!(!page().contains("forgotten password"), "{}", page());
    let (_, prompt) = first("terminal");
    assert!(
        prompt.starts_with("Code from Authenticator app"),
        "{prompt}"
    );
}

#[tokio::test]
async fn questions_of_which_too_few_are_left_in_the_list_are_lacking_again() {
    let list = |numbers: std::ops::Range<u8>| {
        let own = |number| format!("[question.own-{number}]\nen = \"What about {number}?\"\n");
        let own: String = numbers.map(own).collect();
        setup("gates = \"two\"\nremind = true")
            .more(&format!("[messages]\nshipped_questions = false\n{own}"))
    };
    let mut host = TestHost::with(list(0..8)).await;
    let alice = host.client(ALICE).await;
    alice
        .enroll_destination(&host, "email", ADDRESS, None)
        .await;
    let chosen = ["own-0", "own-1", "own-2", "own-3", "own-4"];
    enroll_chosen(&alice, &chosen, &ANSWERS).await;
    let page = |host: &TestHost| host.secinfo(ALICE, &[], "").success().stdout;
    assert!(
        !page(&host).contains("forgotten password"),
        "{}",
        page(&host)
    );
    // Three have to be asked: two are left.
    host.set_up(list(3..11));
    host.restart().await;
    assert!(
        page(&host).contains("1 more method is needed"),
        "{}",
        page(&host)
    );
    let users = host
        .secinfo(ROOT, &["users", "--json"], "")
        .success()
        .json();
    assert_eq!(users[0]["lacking_for_reset"], 1, "{users}");
}

#[tokio::test]
async fn nobody_is_reminded_where_policy_does_not_say_so() {
    let (host, alice) = with_phone_and_address("gates = \"two\"").await;
    let bob = host.client(secinfo_tests::BOB).await;
    bob.enroll_app("Phone", 10).await;
    let root = host.client(ROOT).await;
    let mut socket = root.sign_in_socket();
    let step = socket.start(secinfo_tests::BOB_NAME, "sshd", &json!({}));
    let prompt = step.unwrap().prompt.unwrap();
    assert!(
        prompt.starts_with("Code from Authenticator app"),
        "{prompt}"
    );
    // The page is where one looks for it.
    let page = host.secinfo(secinfo_tests::BOB, &[], "").success().stdout;
    assert!(page.contains("1 more method is needed"), "{page}");
    drop(alice);
}
