//! How long a reset lasts, and each step of it, whoever it is about.

use super::{PASSWORD, begin, send, setup, with_phone_and_address};
use crate::sent_codes::ADDRESS;
use secinfo_tests::{ALICE, ALICE_NAME, PasswordHelper, ResetSocket, TestHost};
use std::fs;
use std::path::Path;

const NAMES: [&str; 2] = [ALICE_NAME, "no-such-user"];
const LATE: &str = "That took too long: begin again.";

/// Sets the daemon's clock ahead, once the daemon waits for the next answer of each reset begun before.
fn set_ahead(host: &TestHost, clock: &Path, seconds: u32) {
    begin(host, "");
    fs::write(clock, format!("+{seconds}s")).unwrap();
}

fn refused_as_late(reset: &mut ResetSocket, answer: &str) {
    reset.answer(answer).unwrap();
    assert_eq!(
        reset.ended().unwrap(),
        ("refused".to_owned(), LATE.to_owned())
    );
    let gone = reset.answer(answer).err().unwrap();
    assert_eq!(gone.short(), "NoReset");
}

#[tokio::test]
async fn a_reset_ends_with_its_life_for_every_name_and_whatever_was_proved() {
    let directory = tempfile::tempdir().unwrap();
    let clock = directory.path().join("clock");
    fs::write(&clock, "+0s").unwrap();
    let rules = "gates = \"one\"\nlife = \"2m\"\nstep = \"2m\"";
    let host = TestHost::with(setup(rules).clock(&clock)).await;
    let helper = PasswordHelper::willing(&host);
    let alice = host.client(ALICE).await;
    alice
        .enroll_destination(&host, "email", ADDRESS, None)
        .await;
    let mut begun = NAMES.map(|name| begin(&host, name));
    // This one is asked for the new password, and has typed it once.
    let mut proved = begin(&host, ALICE_NAME);
    let email = send(&host, &mut proved, "Email").await;
    proved
        .answer(&email.code)
        .unwrap()
        .answer(PASSWORD)
        .unwrap();
    assert!(!proved.echoes(), "{}", proved.prompt());

    set_ahead(&host, &clock, 121);
    for reset in &mut begun {
        refused_as_late(reset, "1");
    }
    refused_as_late(&mut proved, PASSWORD);
    assert!(helper.calls_of("SetPassword").is_empty());
    // Of a silent one the daemon waits for no more than is left of its life.
    let mut silent = NAMES.map(|name| begin(&host, name));
    set_ahead(&host, &clock, 121 + 100);
    for reset in &mut silent {
        reset.answer("?").unwrap();
        assert_eq!(reset.last_word().as_deref(), Some("NoReset"));
    }
}

#[tokio::test]
async fn a_reset_ends_when_a_step_is_not_answered_in_time_for_every_name() {
    let (host, _alice) = with_phone_and_address("gates = \"two\"\nstep = \"30s\"").await;
    let helper = PasswordHelper::willing(&host);
    let mut proved = begin(&host, ALICE_NAME);
    let text = send(&host, &mut proved, "Text message").await;
    proved.answer(&text.code).unwrap();
    let mut waiting: Vec<_> = NAMES.map(|name| begin(&host, name)).into();
    waiting.push(proved);
    for reset in &mut waiting {
        assert_eq!(reset.last_word().as_deref(), Some("NoReset"));
    }
    assert!(helper.calls().is_empty());
    // A new one begins with nothing proved.
    let next = begin(&host, ALICE_NAME);
    assert!(
        next.prompt().starts_with("To set a new password, prove"),
        "{}",
        next.prompt()
    );
}
