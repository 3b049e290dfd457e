//! People who forgot their passwords set new ones, and sign in with them.

use secinfo_host_tests::{APP, Codes, Dialogue, Machine, Pty, is_refused, password};
use serde_json::Value;

/// What administrators are told to do.
const GUIDE: &str = include_str!("../../../../docs/how-to/reset.md");

const NEW: &str = "Tr0ub4dor-and-three-trees";

/// A host on which passwords are reset by two methods, and what alice has: an app and recovery codes.
fn with_two_methods() -> (Machine, Codes, Vec<String>) {
    let machine = Machine::boot_for_people("[policy.reset]\nenabled = true\ngates = \"two\"\n");
    // The dictionary is a package that apt would install with ours.
    let script = "echo 'dictcheck = 0' >>/etc/security/pwquality.conf";
    machine.shell(script).ok();
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

/// Chooses the way that is called so, and proves it.
fn prove(client: &mut Dialogue<'_>, way: &str, code: &str) -> String {
    let said = client.expect("Number: ");
    let row = said.lines().find(|line| line.contains(way));
    let row = row.unwrap_or_else(|| panic!("{way} is not offered: {said}"));
    let (number, _) = row.trim().split_once('.').unwrap();
    client.answer(number);
    said.clone() + &client.when_asked("another way): ", code)
}

/// Types a new password, and the same once more.
fn choose(client: &mut Dialogue<'_>, password: &str) -> String {
    let said = client.when_asked("New password: ", password);
    said + &client.when_asked("once more: ", password)
}

#[test]
fn an_app_and_a_recovery_code_set_a_new_password_with_which_alone_the_user_signs_in() {
    let (machine, mut app, codes) = with_two_methods();
    // At the terminal of another person.
    let pty = Pty::open();
    let mut client = pty.run(&machine.command_as("bob", ["secinfo", "reset", "alice"]));
    let mut said = prove(&mut client, "Authenticator app", &app.fresh());
    said += &prove(&mut client, "Recovery code", &codes[0]);
    said += &choose(&mut client, "short");
    let told = choose(&mut client, NEW);
    assert!(told.contains("shorter than 8 characters"), "{told}");
    let (status, rest) = client.ended();
    said += &(told + &rest);
    assert!(status.success(), "{said}");
    assert!(rest.contains("Your new password is set"), "{said}");
    assert!(!said.contains(NEW), "{said}");

    let pty = Pty::open();
    let mut ssh = machine.ssh_with(&pty, "alice", &[], Some("echo A session of alice."));
    ssh.when_asked("Password: ", &password("alice"));
    is_refused(ssh);
    let pty = Pty::open();
    let mut ssh = machine.ssh_with(&pty, "alice", &[], Some("echo A session of alice."));
    ssh.when_asked("Password: ", NEW);
    ssh.expect(APP);
    ssh.when_asked(": ", &app.fresh());
    ssh.expect("A session of alice.");

    assert_eq!(machine.events("password-reset"), 1);
    assert_eq!(machine.failed_units(), "");
    let journal = machine.run(["journalctl", "--boot", "--no-pager"]).ok();
    assert!(!journal.contains(NEW), "the password is in the journal");
    let log = machine.run(["secinfo", "--json", "audit", "log"]).ok();
    assert!(!log.contains(NEW), "the password is in the log");
}

#[test]
fn an_account_that_an_administrator_has_locked_stays_locked_and_looks_as_any_other() {
    let (machine, mut app, codes) = with_two_methods();
    machine.run(["usermod", "--lock", "alice"]).ok();
    let before = machine.read("/etc/shadow");
    let pty = Pty::open();
    let mut client = pty.run(&machine.command_as("bob", ["secinfo", "reset", "alice"]));
    let locked = client.expect("Number: ");
    let pty = Pty::open();
    let mut other = pty.run(&machine.command_as("bob", ["secinfo", "reset", "nemo"]));
    assert_eq!(locked, other.expect("Number: "));
    drop((client, other));

    let pty = Pty::open();
    let mut client = pty.run(&machine.command_as("bob", ["secinfo", "reset", "alice"]));
    prove(&mut client, "Authenticator app", &app.fresh());
    prove(&mut client, "Recovery code", &codes[0]);
    let (status, said) = client.ended();
    assert!(!status.success(), "{said}");
    assert_eq!(machine.read("/etc/shadow"), before);
}

#[test]
fn a_captive_account_for_resets_leads_over_ssh_to_a_new_password_and_to_nothing_else() {
    let (machine, mut app, codes) = with_two_methods();
    let blocks = || GUIDE.split("```\n").map(str::trim_start);
    let account = blocks()
        .find(|block| block.starts_with("useradd "))
        .unwrap();
    machine.shell(account).ok();
    let settings = blocks()
        .find(|block| block.starts_with("Match User reset"))
        .unwrap();
    machine.write("/etc/ssh/sshd_config.d/reset.conf", settings, 0o644);
    machine.run(["sshd", "-t"]).ok();
    // A restart waits until it listens.
    machine.run(["systemctl", "restart", "ssh"]).ok();
    let pty = Pty::open();
    let mut client = machine.ssh_with(&pty, "reset", &["-tt"], Some("/bin/sh"));
    client.when_asked("Name of the account:", "alice");
    prove(&mut client, "Authenticator app", &app.fresh());
    prove(&mut client, "Recovery code", &codes[0]);
    choose(&mut client, NEW);
    let (status, said) = client.ended();
    assert!(status.success(), "{said}");
    assert!(said.contains("Your new password is set"), "{said}");

    // Who gives up is out.
    let pty = Pty::open();
    let mut client = machine.ssh_with(&pty, "reset", &["-tt"], Some("id"));
    client.expect("Name of the account:");
    client.answer("\u{3}");
    let (status, said) = client.ended();
    assert!(!status.success() && !said.contains("uid="), "{said}");
}

#[test]
fn the_word_at_the_prompt_for_the_password_leads_to_a_new_one() {
    let (machine, mut app, codes) = with_two_methods();
    let line = GUIDE
        .lines()
        .find(|line| line.ends_with("pam_secinfo.so reset"));
    let add = format!("sed -i '1i {}' /etc/pam.d/login", line.unwrap());
    machine.shell(&add).ok();
    let login = ["pamtester", "login", "alice", "authenticate"];
    let pty = Pty::open();
    let mut client = pty.run(&machine.command(login));
    client.expect("Password (reset");
    client.when_asked(": ", "reset");
    prove(&mut client, "Authenticator app", &app.fresh());
    prove(&mut client, "Recovery code", &codes[0]);
    choose(&mut client, NEW);
    // A reset is no sign-in: the password is asked for again, and then the app.
    client.expect("Your new password is set");
    client.when_asked("Password (reset if you forgot it): ", NEW);
    client.expect(APP);
    client.when_asked(": ", &app.fresh());
    let (status, said) = client.ended();
    assert!(status.success(), "{said}");

    let pty = Pty::open();
    let mut client = pty.run(&machine.command(login));
    client.when_asked("Password (reset if you forgot it): ", &password("alice"));
    let (status, said) = client.ended();
    assert!(!status.success(), "the former password is taken: {said}");
}
