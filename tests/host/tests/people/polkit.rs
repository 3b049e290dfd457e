//! Only a user who proves to be an administrator may act for others.

use secinfo_host_tests::{APP, Machine, Pty, Session, password};

const NAME: &str = "org.secinfo.SecurityInfo1";
const ROOT: &str = "/org/secinfo/SecurityInfo1";
const REFUSED: &str = "not allowed";

/// The words of a call by `busctl`.
fn call(path: &str, interface: &str, rest: &str) -> String {
    format!("busctl call {NAME} {path} {NAME}.{interface} {rest}")
}

fn uid(machine: &Machine, user: &str) -> String {
    machine.run(["id", "-u", user]).ok().trim().to_owned()
}

#[test]
fn an_administrator_proves_to_be_one_in_the_terminal_for_one_command_at_a_time() {
    let machine = Machine::boot_for_people("");
    machine.set_up_app("alice");
    let mut app = machine.set_up_app("admin");
    let pty = Pty::open();
    let mut session = machine.sign_in(&pty, "admin", &mut app);
    for (command, action, shown) in [
        ("secinfo users", "read-users", "alice"),
        ("secinfo channels", "manage-channels", "spool"),
    ] {
        session.start(command);
        let asked = session.when_agent_asks(&machine, "Password: ", &password("admin"));
        assert!(asked.contains(&format!("{NAME}.{action} ")), "{asked}");
        session.when_agent_asks(&machine, APP, &app.fresh());
        let (code, said) = session.finish();
        assert!(code == 0 && said.contains(shown), "{command}: {said}");
    }
    // Nothing of it is left over: who only says that they may is asked.
    let check = format!("pkcheck --action-id {NAME}.read-users --process $$");
    assert!(session.fails(&check).contains("requires authentication"));
    let list = call(ROOT, "Manager", "ListUsers su '' 10");
    let list = format!("{list} --allow-interactive-authorization=no");
    assert!(session.fails(&list).contains(REFUSED));
    machine.shell(&list).ok();
}

#[test]
fn a_user_who_is_no_administrator_cannot_become_one_at_the_prompt() {
    let machine = Machine::boot_for_people("");
    let pty = Pty::open();
    let mut session = machine.sign_in_by_password(&pty, "bob");
    for word in [password("bob"), String::new()] {
        session.start("secinfo users");
        let asked = session.when_agent_asks(&machine, "Password: ", &word);
        assert!(asked.contains("Authenticating as: admin"), "{asked}");
        let (code, said) = session.finish();
        assert_eq!(code, 5, "{said}");
        assert!(said.contains(REFUSED), "{said}");
    }
}

/// What no user may do to another without being asked for a password.
fn forbidden(alice: &str, method: &str) -> Vec<String> {
    let property = |path: &str, interface: &str, name: &str| {
        format!("busctl get-property {NAME} {path} {NAME}.{interface} {name}")
    };
    let mut calls = vec![
        call(ROOT, "Manager", "ListUsers su '' 10"),
        call(ROOT, "Manager", "GetUserByName s alice"),
        call(ROOT, "Tokens", "ListTokens"),
        call(ROOT, "Channels", "ListChannels"),
        call(ROOT, "Audit", "Read tu 0 10"),
        call(
            alice,
            "User",
            "StartEnrollment 'sa{sv}' authenticator-app 0",
        ),
        call(alice, "User", "IssueRecoveryCodes"),
        call(alice, "User", "IssueAccessPass tbt 3600 true 0"),
        call(alice, "User", "SetDefault o /"),
        call(alice, "User", "Unlock"),
        call(alice, "User", "Erase"),
        call(method, "Method", "Rename s Mine"),
        call(method, "Method", "Delete"),
    ];
    calls.extend(["Name", "Methods", "LockedUntil"].map(|name| property(alice, "User", name)));
    calls.extend(["Kind", "Hint"].map(|name| property(method, "Method", name)));
    calls
}

fn is_refused_to(session: &mut Session<'_>, calls: &[String]) {
    for call in calls {
        let said = session.fails(call);
        assert!(said.contains(REFUSED), "{call}: {said}");
    }
}

#[test]
fn a_stranger_reaches_nothing_of_another_user() {
    let machine = Machine::boot_for_people("");
    machine.set_up_app("alice");
    machine.set_up_app("bob");
    let alice = format!("{ROOT}/users/u{}", uid(&machine, "alice"));
    let methods = format!("busctl get-property {NAME} {alice} {NAME}.User Methods");
    let methods = machine.shell(&methods).ok();
    let method = methods.split('"').nth(1).unwrap();
    let pty = Pty::open();
    let mut carol = machine.sign_in_by_password(&pty, "carol");
    is_refused_to(&mut carol, &forbidden(&alice, method));

    // Nor do they see that it is there: the tree shows them their own object only.
    let tree = carol.ok(&format!("busctl --list tree {NAME}"));
    assert!(
        tree.contains(&format!("u{}", uid(&machine, "carol"))),
        "{tree}"
    );
    assert!(!tree.contains(&alice), "{tree}");
    let objects =
        format!("busctl call {NAME} {ROOT} org.freedesktop.DBus.ObjectManager GetManagedObjects");
    assert!(!carol.ok(&objects).contains(&alice));

    // Only the daemon can own its name and ask polkit about others.
    machine.run(["systemctl", "stop", "secinfod"]).ok();
    let bus = "org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus";
    let said = carol.fails(&format!("busctl call {bus} RequestName su {NAME} 0"));
    assert!(said.contains("denied"), "{said}");
    let check = format!("pkcheck --action-id {NAME}.read-users --process 1");
    assert!(carol.fails(&check).contains("Only trusted callers"));

    // The next call starts it again.
    carol.ok("secinfo status");
    machine.run(["systemctl", "is-active", "secinfod"]).ok();
}
