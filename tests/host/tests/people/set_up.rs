//! The first method, set up at the prompt of SSH.

use secinfo_host_tests::{Codes, Machine, Pty, Session};

/// Every user must have a method, and may put it off for some days.
const REQUIRED: &str = "[policy]\nrequired = 1\ngrace_days = 14\n";

/// What an app makes of the key that stands on the screen in groups of four.
fn typed_in(screen: &str) -> Codes {
    let is_group = |word: &&str| {
        let is_base32 = |letter: char| letter.is_ascii_lowercase() || ('2'..='7').contains(&letter);
        word.len() == 4 && word.chars().all(is_base32)
    };
    let (_, below) = screen.split_once("Key:").expect("the key is there");
    let key: String = below.split_whitespace().filter(is_group).take(8).collect();
    let mut codes = Codes::new(&key.to_uppercase());
    codes.drift = 10;
    codes
}

#[test]
fn an_app_is_set_up_with_the_key_on_the_screen_and_asked_from_then_on() {
    let machine = Machine::boot_for_people(REQUIRED);
    let pty = Pty::open();
    let mut client = machine.ssh_after_password(&pty, "alice");
    let ways = client.when_asked("Number: ", "1");
    assert!(ways.contains("1. Authenticator app\n"), "{ways}");
    let mut app = typed_in(&client.expect("? to go back): "));
    client.answer(&app.wrong());
    client.expect("That code is not right.");
    client.when_asked(": ", &app.fresh());
    client.when_asked("(y/n): ", "n");
    Session::of(client, "alice").end();

    machine.sign_in(&pty, "alice", &mut app).end();
    assert_eq!(machine.events("method-enrolled"), 1);
}

#[test]
fn set_up_is_put_off_in_the_days_of_grace_and_a_phone_set_up_by_the_text_that_arrives() {
    let machine = Machine::boot_for_people(REQUIRED);
    let pty = Pty::open();
    let mut client = machine.ssh_after_password(&pty, "bob");
    let ways = client.when_asked("Number: ", "3");
    assert!(ways.contains("2. Text message\n3. Later (until "), "{ways}");
    Session::of(client, "bob").end();
    assert_eq!(machine.events("set-up-postponed"), 1);

    let mut client = machine.ssh_after_password(&pty, "bob");
    client.when_asked("Number: ", "2");
    client.when_asked("Number of your mobile phone", "+49 1511 2345678");
    client.expect("Code sent by text to ");
    let message = machine.message(1);
    assert_eq!(message["purpose"], "enrollment");
    assert_eq!(message["destination"], "+4915112345678");
    client.when_asked(": ", message["code"].as_str().unwrap());
    client.when_asked("(y/n): ", "n");
    Session::of(client, "bob").end();

    // Without days of grace there is no way around it.
    machine.reload_for_people("[policy]\nrequired = 1\ngrace_days = 0\n");
    let mut client = machine.ssh_after_password(&pty, "carol");
    let ways = client.expect("Number: ");
    assert!(!ways.contains("Later"), "{ways}");
}
