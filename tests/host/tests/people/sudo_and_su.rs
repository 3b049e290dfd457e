//! Becoming another user, in a session over SSH.

use secinfo_host_tests::{APP, Machine, Pty, password};

#[test]
fn sudo_asks_for_a_code_and_remembers_it_in_its_terminal_alone() {
    let machine = Machine::boot_for_people("[service.sudo]\nremember = \"10m\"\n");
    let mut app = machine.set_up_app("admin");
    let (pty, other) = (Pty::open(), Pty::open());
    let mut session = machine.sign_in(&pty, "admin", &mut app);
    let become_root = "sudo -k; sudo id -un";
    session.start(become_root);
    session.when_asked("password for admin: ", &password("admin"));
    session.when_asked(APP, &app.fresh());
    let (code, said) = session.finish();
    assert!(code == 0 && said.ends_with("root\n"), "{code} {said}");

    session.start(become_root);
    session.when_asked("password for admin: ", &password("admin"));
    let (code, said) = session.finish();
    assert!(code == 0 && said.ends_with("root\n"), "{code} {said}");
    assert!(!said.contains(APP), "{said}");
    assert_eq!(machine.events("remembered-sign-in"), 1);

    let mut elsewhere = machine.sign_in(&other, "admin", &mut app);
    elsewhere.start(become_root);
    elsewhere.when_asked("password for admin: ", &password("admin"));
    elsewhere.when_asked(APP, &app.fresh());
    assert_eq!(elsewhere.finish().0, 0);
}

#[test]
fn su_asks_for_a_code_of_whom_it_becomes() {
    let machine = Machine::boot_for_people("[policy.session]\nattempts = 1\n");
    let mut app = machine.set_up_app("alice");
    let pty = Pty::open();
    let mut session = machine.sign_in_by_password(&pty, "bob");
    session.start("su alice -c 'id -un'");
    session.when_asked("Password: ", &password("alice"));
    session.when_asked(APP, &app.fresh());
    let (code, said) = session.finish();
    assert!(code == 0 && said.ends_with("alice\n"), "{code} {said}");

    // Not his own, and not without.
    let mut his = machine.set_up_app("bob");
    session.start("su alice -c 'id -un'");
    session.when_asked("Password: ", &password("alice"));
    session.when_asked(APP, &his.fresh());
    let (code, said) = session.finish();
    assert!(code != 0 && !said.contains("alice\n"), "{code} {said}");
}
