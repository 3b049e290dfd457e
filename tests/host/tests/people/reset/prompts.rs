//! Where people who cannot sign in are led to a reset.

use super::{GUIDE, NEW, TWO_GATES, choose, prove, with_two_methods};
use secinfo_host_tests::{APP, Codes, Dialogue, Machine, Pty, password};

/// What the package has among its examples.
const EXAMPLE: &str = include_str!("../../../../../docs/examples/sshd-reset.conf");

const PROMPT: &str = "Password (reset if you forgot it): ";

/// Puts the line of the guide where it says.
fn offer_at_login(machine: &Machine) {
    let mut lines = GUIDE.lines();
    let line = lines.find(|line| line.ends_with("pam_secinfo.so reset"));
    let add = format!("sed -i '1i {}' /etc/pam.d/login", line.unwrap());
    machine.shell(&add).ok();
}

/// Sets up the account of the guide that leads to a reset over SSH.
fn offer_over_ssh(machine: &Machine) {
    let blocks = || GUIDE.split("```\n").map(str::trim_start);
    let account = blocks()
        .find(|block| block.starts_with("useradd "))
        .unwrap();
    machine.shell(account).ok();
    let line = GUIDE
        .lines()
        .find(|line| line.ends_with("user = reset"))
        .unwrap();
    let add = format!("sed -i '1i {line}' /etc/pam.d/sshd");
    machine.shell(&add).ok();
    let settings = blocks()
        .find(|block| block.starts_with("Match User reset"))
        .unwrap();
    assert_eq!(settings, EXAMPLE, "the guide shows what the package has");
    machine.write("/etc/ssh/sshd_config.d/reset.conf", EXAMPLE, 0o644);
    machine.run(["sshd", "-t"]).ok();
    // A restart waits until it listens.
    machine.run(["systemctl", "restart", "ssh"]).ok();
}

/// From the word to where the password is asked for once more.
fn reset(client: &mut Dialogue<'_>, app: &mut Codes, recovery: &str) {
    client.when_asked(PROMPT, "reset");
    prove(client, "Authenticator app", &app.fresh());
    prove(client, "Recovery code", recovery);
    choose(client, NEW);
    client.expect("Your new password is set");
}

#[test]
fn a_captive_account_for_resets_leads_over_ssh_to_a_new_password_and_to_nothing_else() {
    let (machine, mut app, codes) = with_two_methods();
    offer_over_ssh(&machine);
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
fn at_a_kiosk_over_ssh_each_address_has_so_many_resets_and_so_has_everybody_at_the_host() {
    let kiosk = "kiosks = [\"reset\"]\nof_caller = \"2 in 24h\"\n";
    let machine = Machine::boot_for_people(&format!("{TWO_GATES}{kiosk}"));
    offer_over_ssh(&machine);
    let begin = |address: &str| {
        let pty = Pty::open();
        let mut client = machine.ssh_with(&pty, "reset", &["-tt", "-b", address], None);
        client.when_asked("Name of the account:", "nemo");
        let said = client.expect_one_of(&["Number: ", "too many resets"]);
        said.ends_with("Number: ")
    };
    for address in ["127.0.0.1", "127.0.0.2"] {
        for _ in 0..2 {
            assert!(begin(address), "{address}");
        }
        assert!(!begin(address), "{address}");
    }
    let pty = Pty::open();
    let mut client = pty.run(&machine.command_as("bob", ["secinfo", "reset", "nemo"]));
    client.expect("Number: ");
}

#[test]
fn a_captive_account_for_resets_gives_nobody_at_the_host_a_shell() {
    let machine = Machine::boot_for_people(TWO_GATES);
    let mut blocks = GUIDE.split("```\n").map(str::trim_start);
    let account = blocks.find(|block| block.starts_with("useradd "));
    machine.shell(account.unwrap()).ok();
    // Neither without a password nor with an empty one.
    for way in [
        &["su", "reset", "--command", "id"][..],
        &["su", "--login", "reset", "--shell", "/bin/sh"],
    ] {
        let pty = Pty::open();
        let mut client = pty.run(&machine.command_as("alice", way.iter().copied()));
        client.when_asked("assword: ", "");
        let (status, said) = client.ended();
        assert!(!status.success() && !said.contains("uid="), "{said}");
    }
    let login = ["pamtester", "login", "reset", "authenticate"];
    let pty = Pty::open();
    let mut client = pty.run(&machine.command(login));
    client.when_asked("assword: ", "");
    assert!(!client.ended().0.success());
    // Where root lets a person in, what runs is no shell either.
    let pty = Pty::open();
    let root = ["su", "--login", "reset", "--command", "id"];
    let mut client = pty.run(&machine.command(root));
    client.expect("Name of the account:");
    client.answer("\u{3}");
    let (status, said) = client.ended();
    assert!(!status.success() && !said.contains("uid="), "{said}");
}

#[test]
fn the_word_at_the_prompt_for_the_password_leads_to_a_new_one() {
    let (machine, mut app, codes) = with_two_methods();
    offer_at_login(&machine);
    // As on a terminal, where prompts have several lines.
    let tty = "tty=/dev/tty";
    let login = ["pamtester", "-I", tty, "login", "alice", "authenticate"];
    let pty = Pty::open();
    let mut client = pty.run(&machine.command(login));
    reset(&mut client, &mut app, &codes[0]);
    // A reset is no sign-in: the password is asked for again, and then the app.
    client.when_asked(PROMPT, NEW);
    client.expect(APP);
    client.when_asked(": ", &app.fresh());
    let (status, said) = client.ended();
    assert!(status.success(), "{said}");

    let pty = Pty::open();
    let mut client = pty.run(&machine.command(login));
    client.when_asked(PROMPT, &password("alice"));
    let (status, said) = client.ended();
    assert!(!status.success(), "the former password is taken: {said}");
}

#[test]
fn the_word_leads_to_a_new_password_and_into_a_session_on_a_terminal_with_agetty_and_login() {
    let (machine, mut app, codes) = with_two_methods();
    offer_at_login(&machine);
    let time = GUIDE.lines().find(|line| line.starts_with("LOGIN_TIMEOUT"));
    let set = format!(
        "sed -i 's/^LOGIN_TIMEOUT.*/{}/' /etc/login.defs",
        time.unwrap()
    );
    machine.shell(&set).ok();
    machine.at_terminal("alice", |terminal| {
        reset(terminal, &mut app, &codes[0]);
        terminal.when_asked(PROMPT, NEW);
        terminal.expect(APP);
        terminal.when_asked(": ", &app.fresh());
    });
}
