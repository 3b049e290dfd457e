//! People who forgot their passwords set new ones, and sign in with them.

mod closed;
mod elsewhere;
mod gates;
mod prompts;

use secinfo_host_tests::{Codes, Dialogue, Machine, Pty};
use serde_json::Value;

/// What administrators are told to do.
const GUIDE: &str = include_str!("../../../../../docs/how-to/reset.md");

const NEW: &str = "Tr0ub4dor-and-three-trees";

/// What opens the choice of a way to prove who one is.
const ON: &str = "[policy.reset]\nenabled = true\n";
const TWO_GATES: &str = "[policy.reset]\nenabled = true\ngates = \"two\"\n";

/// A host on which passwords are reset by two methods, and what alice has: an app and recovery codes.
fn with_two_methods() -> (Machine, Codes, Vec<String>) {
    let machine = Machine::boot_for_people(TWO_GATES);
    let mut app = machine.set_up_app("alice");
    let pty = Pty::open();
    let mut session = machine.sign_in(&pty, "alice", &mut app);
    session.start("secinfo --json add recovery-codes");
    session.when_asked("app", &app.fresh());
    let (code, said) = session.finish();
    assert_eq!(code, 0, "{said}");
    let (_, json) = said.split_once('{').expect("codes in JSON");
    let issued: Value = serde_json::from_str(&format!("{{{json}")).unwrap();
    let codes = serde_json::from_value(issued["codes"].clone()).unwrap();
    session.end();
    (machine, app, codes)
}

/// Chooses the way that is called so; what was said before.
fn take(client: &mut Dialogue<'_>, way: &str) -> String {
    let said = client.expect("Number: ");
    let row = said.lines().find(|line| line.contains(way));
    let row = row.unwrap_or_else(|| panic!("{way} is not offered: {said}"));
    let (number, _) = row.trim().split_once('.').unwrap();
    client.answer(number);
    said
}

/// Chooses the way that is called so, and proves it.
fn prove(client: &mut Dialogue<'_>, way: &str, code: &str) -> String {
    take(client, way) + &client.when_asked("another way): ", code)
}

/// The same with the code that is then sent.
fn prove_by(machine: &Machine, client: &mut Dialogue<'_>, way: &str, kind: &str) -> String {
    let before = machine.sent_by(kind).len();
    let said = take(client, way);
    let message = machine.message_by(kind, before + 1);
    assert_eq!(message["purpose"], "password-reset");
    said + &client.when_asked("another way): ", message["code"].as_str().unwrap())
}

/// Types a new password, and the same once more.
fn choose(client: &mut Dialogue<'_>, password: &str) -> String {
    let said = client.when_asked("New password: ", password);
    said + &client.when_asked("once more: ", password)
}
