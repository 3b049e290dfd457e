//! Sign-ins that are approved on a phone: over SSH, by `sudo` and at the console.

use secinfo_host_tests::{Authority, Choice, Entry, Link, Machine, Phone, Pty, Session, password};

const URL: &str = "https://127.0.0.1:8443/push";
const PROMPT: &str = "7-digit code: ";

/// A phone with an entry for a user of the machine.
struct OnPhone {
    phone: Phone,
    entry: Entry,
}

impl OnPhone {
    /// Adds a phone, on the first terminal of a user who has no method.
    fn set_up(machine: &Machine, authority: &Authority, user: &str) -> Self {
        let pty = Pty::open();
        let mut add = pty.run(&machine.command_as(user, ["secinfo", "--json", "add", "push"]));
        add.expect("\"uri\":\"");
        let uri = add.expect("\"");
        let link = Link::read(uri.trim_end_matches('"')).unwrap();
        let phone = authority.phone();
        let entry = machine.with_phone(async || phone.register(&link).await);
        let mut on_phone = Self {
            phone,
            entry: entry.unwrap(),
        };
        add.expect("\"registered\"");
        add.answer(&on_phone.approve(machine));
        let (status, said) = add.ended();
        assert!(status.success(), "{said}");
        on_phone
    }

    /// Pulls the app down until it shows a request, and accepts that: the code that it shows then.
    fn approve(&mut self, machine: &Machine) -> String {
        let mut shown = Vec::new();
        machine.wait_for("a request on the phone", || {
            let polled = machine.with_phone(async || self.phone.poll(&self.entry).await);
            shown = polled.unwrap_or_default();
            !shown.is_empty()
        });
        let accepted = machine.with_phone(async || {
            self.phone
                .answer(&self.entry, &shown[0], Choice::Accept)
                .await
        });
        accepted.unwrap().code.expect("the phone shows a code")
    }
}

#[test]
fn a_phone_signs_in_over_ssh_by_sudo_and_at_the_console_and_a_renewed_certificate_loses_no_sign_in()
{
    let machine = Machine::boot_for_people(&format!("[push]\nurl = \"{URL}\"\n"));
    let authority = Authority::new();
    machine.write_certificate(&authority, "127.0.0.1");
    machine
        .run(["systemctl", "enable", "--now", "secinfo-push.socket"])
        .ok();
    // The key of the host is made at its first start with push.
    machine.wait_for("push to be ready", || {
        let entry = Entry {
            url: URL.into(),
            serial: "UNKNOWN".into(),
            host_key: Vec::new(),
        };
        let refused = machine.with_phone(async || authority.phone().poll(&entry).await);
        refused.is_err_and(|refused| format!("{refused:?}").contains("400"))
    });
    let [mut alice, mut bob, mut admin] =
        ["alice", "bob", "admin"].map(|user| OnPhone::set_up(&machine, &authority, user));

    // The certificate is renewed while the prompt waits.
    let pty = Pty::open();
    let mut client = machine.ssh_after_password(&pty, "alice");
    client.expect(PROMPT);
    machine.write_certificate(&authority, "127.0.0.1");
    machine
        .run(["systemctl", "try-restart", "secinfo-push.service"])
        .ok();
    client.answer(&alice.approve(&machine));
    let session = Session::of(client, "alice");
    session.end();

    let pty = Pty::open();
    let mut sudo = pty.run(&machine.command_as("admin", ["sudo", "id", "-un"]));
    sudo.when_asked("password for admin: ", &password("admin"));
    sudo.expect(PROMPT);
    sudo.answer(&admin.approve(&machine));
    let (status, said) = sudo.ended();
    assert!(status.success() && said.ends_with("root\n"), "{said}");

    machine.at_terminal("bob", |terminal| {
        terminal.when_asked("Password: ", &password("bob"));
        terminal.expect(PROMPT);
        terminal.answer(&bob.approve(&machine));
    });

    assert_eq!(machine.events("approval-answered"), 6);
    let journal = machine.run(["journalctl", "--boot", "--output=cat"]).ok();
    for user in [&alice, &bob, &admin] {
        assert!(!journal.contains(&user.entry.serial), "{journal}");
    }
    assert_eq!(machine.failed_units(), "");
}
