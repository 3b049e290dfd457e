//! Signing in over SSH with what one has.

use secinfo_host_tests::{APP, Machine, Pty, Session, is_refused, password};

#[test]
fn a_password_and_a_code_of_an_app_open_a_login_session() {
    let machine = Machine::boot_for_people("");
    let mut app = machine.set_up_app("alice");
    let pty = Pty::open();
    let mut session = machine.sign_in(&pty, "alice", &mut app);
    // logind and the kernel know of it as of any other.
    let said = session.ok("loginctl --no-legend; cat /proc/self/sessionid");
    assert!(said.contains(" alice "), "{said}");
    let kernel = session.ok("cat /proc/self/sessionid");
    assert_ne!(kernel.trim(), u32::MAX.to_string());
    session.end();

    // One code, one session; and none without the password.
    let mut client = machine.ssh_up_to_code(&pty, "alice");
    client.answer(&app.again());
    client.expect("That code was used already");
    drop(client);
    let mut client = machine.ssh(&pty, "alice");
    client.when_asked("Password: ", &password("bob"));
    let said = is_refused(client);
    assert!(!said.contains(APP), "{said}");

    // A user who has no method and needs none is asked for nothing.
    let session = machine.sign_in_by_password(&pty, "bob");
    assert!(!session.greeting.contains("Code"), "{}", session.greeting);
    session.end();
}

#[test]
fn recovery_code_and_access_pass_let_in_a_user_who_has_lost_the_phone() {
    let machine = Machine::boot_for_people("");
    let mut app = machine.set_up_app("alice");
    let pty = Pty::open();
    let mut session = machine.sign_in(&pty, "alice", &mut app);
    session.start("secinfo --json add recovery-codes");
    session.when_asked("app", &app.fresh());
    let (code, said) = session.finish();
    assert_eq!(code, 0, "{said}");
    let (_, json) = said.split_once('{').expect("codes in JSON");
    let codes: serde_json::Value = serde_json::from_str(&format!("{{{json}")).unwrap();
    let recovery = codes["codes"][0].as_str().unwrap();
    session.end();

    for is_first in [true, false] {
        let mut client = machine.ssh_up_to_code(&pty, "alice");
        client.answer("?");
        client.when_asked("go back: ", "1");
        client.when_asked("Recovery code, or ? for another way: ", recovery);
        if is_first {
            Session::of(client, "alice").end();
        } else {
            client.expect("That code was used already");
        }
    }

    let words = ["secinfo", "--json", "access-pass", "issue", "alice"];
    let issued = machine.run(words).json();
    for _ in 0..2 {
        let mut client = machine.ssh_up_to_code(&pty, "alice");
        client.answer("?");
        let ways = client.when_asked("go back: ", "2");
        assert!(ways.contains("2. Access pass\n"), "{ways}");
        client.when_asked(": ", issued["pass"].as_str().unwrap());
        Session::of(client, "alice").end();
    }
    machine
        .run(["secinfo", "access-pass", "revoke", "alice"])
        .ok();
    let mut client = machine.ssh_up_to_code(&pty, "alice");
    client.answer("?");
    let ways = client.expect("go back: ");
    assert!(!ways.contains("Access pass"), "{ways}");
}
