//! Wrong codes, and the administrator who helps.

use secinfo_host_tests::{APP, Machine, Pty, is_refused_once_read, password};

#[test]
fn wrong_codes_lock_until_an_administrator_who_proves_it_to_polkit_unlocks() {
    let machine = Machine::boot_for_people(
        "[policy.throttle]\nfree = 2\nlock_after = 3\nlongest_wait = \"1s\"\n",
    );
    let mut app = machine.set_up_app("carol");
    let pty = Pty::open();
    let mut client = machine.ssh_up_to_code(&pty, "carol");
    let slow = "After wrong codes you have to wait";
    let locked = "Wrong codes locked your methods";
    for _ in 0..2 {
        client.answer(&app.wrong());
        client.expect("That code is not right.");
        client.expect(": ");
    }
    client.answer(&app.wrong());
    while client.expect_one_of(&[slow, locked]).ends_with(slow) {
        client.expect(APP);
        client.expect(": ");
        client.answer(&app.wrong());
    }
    is_refused_once_read(client);
    let mut client = machine.ssh_after_password(&pty, "carol");
    let said = client.expect(locked);
    assert!(!said.contains(APP), "{said}");
    is_refused_once_read(client);

    // Asked once, for this alone, on the terminal.
    let mut admin = machine.sign_in_by_password(&pty, "admin");
    admin.start("secinfo unlock carol");
    let asked = admin.when_agent_asks(&machine, "Password: ", &password("admin"));
    assert!(
        asked.contains("org.secinfo.SecurityInfo1.unlock-users"),
        "{asked}"
    );
    assert!(asked.contains("Authenticating as: admin"), "{asked}");
    let (code, said) = admin.finish();
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("carol can sign in again."), "{said}");
    assert!(!said.contains("AUTHENTICATING FOR"), "{said}");
    admin.end();
    assert_eq!(machine.events("unlocked"), 1);

    machine.sign_in(&pty, "carol", &mut app).end();
}
