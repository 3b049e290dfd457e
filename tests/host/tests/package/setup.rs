//! `secinfo setup` takes a host from the fresh package to sign-ins with a second step.

use crate::app;
use crate::doctor::{complaints, findings};
use secinfo_host_tests::{Dialogue, Machine, Pty, password};

const COMMON_AUTH: &str = "/etc/pam.d/common-auth";
const KEY: &str = "/var/lib/secinfo/master.key";
const CREDENTIAL: &str = "/etc/credstore.encrypted/secinfo.master-key";
const SSH: &str = "/etc/ssh/sshd_config.d/secinfo.conf";
const SPOOL: &str = "/var/lib/private/secinfo-spool-text-main";
const WAY_BACK: &str = "/var/lib/secinfo-setup";
/// What goes back when the host starts.
const AT_START: &str = "secinfo-setup-way-back.service";
const TIMER: &str = "secinfo-setup-take-back.timer";
const MODULE: &str = "pam_secinfo.so";
/// An interactive run.
const SETUP: &str = "secinfo setup --master-key keep --pam enable --ssh password-and-code";
/// A shell that says whose it is, and prompts for nothing.
const SHELL: &str = "echo A session of $(id -un).; PS1= exec sh";

#[test]
fn one_command_makes_a_working_host_and_the_second_one_changes_nothing() {
    let machine = Machine::boot();
    let words = "secinfo setup --non-interactive --json --master-key host \
                 --channel text=spool --test text-main=+4915112345678 \
                 --organization Example --country DE --required 1 --grace-days 0 \
                 --break-glass admin --pam enable --ssh password-and-code --pam-confirmed";
    let words: Vec<&str> = words.split_whitespace().collect();
    let said = machine.run(&words).ok();
    let report: serde_json::Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    let done = |step: &str| {
        let entries = report["steps"].as_array().unwrap().iter();
        entries
            .filter(|entry| entry["step"] == step && entry["state"] == "done")
            .count()
    };
    for step in [
        "master-key",
        "channels",
        "policy",
        "ways-back-in",
        "sign-in",
    ] {
        assert!(done(step) > 0, "{step}: {report}");
    }
    assert!(!machine.exists(KEY) && machine.exists(CREDENTIAL));
    assert_eq!(machine.failed_units(), "");
    let message = machine.shell(&format!("cat {SPOOL}/*.json")).ok();
    assert!(message.contains("+4915112345678"), "{message}");
    machine.run(["systemctl", "is-active", TIMER]).fails();
    assert_eq!(complaints(&machine), [""; 0]);

    let mut codes = app::set_up(&machine, "alice");
    let pty = Pty::open();
    let mut client = machine.ssh_with(&pty, "alice", &["-tt"], Some(SHELL));
    client.when_asked("Password: ", &password("alice"));
    client.when_asked("Code from Authenticator app", &codes.fresh());
    client.expect("A session of alice.");
    client.answer("exit");
    assert!(client.ended().0.success());

    // The vault opens after a start of the daemon with the sealed key alone.
    machine.run(["systemctl", "restart", "secinfod"]).ok();
    let restarted = machine.run(["secinfo", "--json", "status"]).json();
    assert_eq!(restarted["healthy"], true);
    app::is_there(&machine, "alice");

    let again: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| !word.starts_with("--test") && !word.starts_with("text-main"))
        .collect();
    let said = machine.run(&again).ok();
    let report: serde_json::Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    let entries = report["steps"].as_array().unwrap();
    assert!(
        entries.iter().all(|entry| entry["state"] != "done"),
        "{report}"
    );
}

#[test]
fn what_is_not_confirmed_is_taken_back() {
    let machine = Machine::boot();
    let before = machine.read(COMMON_AUTH);
    let words: Vec<&str> = SETUP.split_whitespace().collect();

    // The person says no.
    let pty = Pty::open();
    let mut setup = pty.run(&machine.command(&words));
    up_to_confirmation(&machine, &mut setup);
    setup.answer("n");
    let (status, said) = setup.ended();
    assert!(
        !status.success() && said.contains("as it was before"),
        "{said}"
    );
    is_as_before(&machine, &before);

    // The process is killed and can take nothing back: the timer does.
    let hurried: Vec<&str> = words
        .iter()
        .copied()
        .chain(["--pam-timeout", "10s"])
        .collect();
    let mut setup = pty.run(&machine.command(hurried));
    up_to_confirmation(&machine, &mut setup);
    let process = machine.run(["pidof", "secinfo"]).ok();
    machine.run(["kill", "-KILL", process.trim()]).ok();
    assert!(!setup.ended().0.success());
    assert!(machine.read(COMMON_AUTH).contains(MODULE));
    machine.wait_for("the timer", || !machine.exists(WAY_BACK));
    is_as_before(&machine, &before);

    // The connection is lost over which it was done.
    let connection = Pty::open();
    let mut session = by_password(&machine, &connection, "admin");
    session.answer(&format!("sudo {SETUP}"));
    session.when_asked("password for admin: ", &password("admin"));
    session.when_asked("Set up a channel now? [y/N]", "n");
    session.when_asked("Go through these settings now? [Y/n]", "n");
    session.when_asked("They are shown once. [Y/n]", "n");
    session.when_asked("Set up an authenticator app for admin now? [y/N]", "n");
    session.when_asked("set a new one? [y/N]", "n");
    session.when_asked("on their phones? [y/N]", "n");
    session.expect("Does it work? [yes/No]");
    assert!(machine.read(COMMON_AUTH).contains(MODULE));
    drop(session);
    machine.wait_for("it to be taken back", || !machine.exists(WAY_BACK));
    is_as_before(&machine, &before);
}

#[test]
fn a_second_run_is_refused_and_a_start_of_the_host_takes_it_back() {
    let machine = Machine::boot();
    let before = machine.read(COMMON_AUTH);
    machine.run(["systemctl", "is-enabled", AT_START]).ok();
    let words: Vec<&str> = SETUP.split_whitespace().collect();
    let pty = Pty::open();
    let mut setup = pty.run(&machine.command(&words));
    up_to_confirmation(&machine, &mut setup);

    let second = "secinfo setup --non-interactive --pam disable";
    let refused = machine.shell(second).fails();
    assert!(refused.contains("another run"), "{refused}");
    assert!(machine.read(COMMON_AUTH).contains(MODULE) && machine.exists(WAY_BACK));
    setup.answer("y");
    setup.expect("Write yes in full");

    // An administrator who is locked out starts the machine anew, here what matters of it: the SSH server waits
    // until it is taken back.
    let kill_and_start_anew = |setup: Dialogue<'_>, stopped: &str| {
        let process = machine.run(["pidof", "secinfo"]).ok();
        machine.run(["kill", "-KILL", process.trim()]).ok();
        assert!(!setup.ended().0.success());
        let anew =
            format!("systemctl stop {TIMER} {stopped} && systemctl start {AT_START} ssh.service");
        machine.shell(&anew).ok();
        assert!(!machine.exists(WAY_BACK));
        is_as_before(&machine, &before);
    };
    kill_and_start_anew(setup, "ssh.service");
    assert!(machine.journal(AT_START).contains("Sign-in is as it was"));

    // A server that runs reads its settings again while the unit goes back.
    let mut setup = pty.run(&machine.command(&words));
    up_to_confirmation(&machine, &mut setup);
    kill_and_start_anew(setup, "");

    // Who answers yes has it for good.
    let mut setup = pty.run(&machine.command(&words));
    up_to_confirmation(&machine, &mut setup);
    setup.answer("yes");
    assert!(setup.ended().0.success());
    assert!(machine.read(COMMON_AUTH).contains(MODULE) && !machine.exists(WAY_BACK));
    machine.run(["systemctl", "is-active", TIMER]).fails();
}

#[test]
fn what_lets_no_administrator_in_is_not_switched_on() {
    let machine = Machine::boot();
    let before = machine.read(COMMON_AUTH);
    let setup = "secinfo setup --non-interactive --required 1 --grace-days 0 \
                 --first-method access-pass --pam enable --pam-confirmed";
    let refused = machine.shell(setup).fails();
    assert!(
        refused.contains("No administrator could sign in now: admin needs an access pass"),
        "{refused}"
    );
    is_as_before(&machine, &before);

    // Told so in as many words, it is, and doctor says it at any time.
    machine
        .shell(&format!("{setup} --without-administrator"))
        .ok();
    assert!(machine.read(COMMON_AUTH).contains(MODULE));
    let found = findings(&machine);
    for id in ["sign-in-no-administrator", "sign-in-nobody-becomes-root"] {
        assert!(found.iter().any(|found| found == id), "{found:?}");
    }
    machine.shell("secinfo setup --pam disable --yes").ok();

    // Nor is it where sign-in asks already, by whichever steps.
    machine.write("/etc/secinfo/config.toml", "", 0o644);
    machine
        .shell("secinfo setup --non-interactive --pam enable --pam-confirmed")
        .ok();
    for setup in [
        setup,
        "secinfo setup --non-interactive --only policy --required 1 --grace-days 0 --first-method access-pass",
    ] {
        let refused = machine.shell(setup).fails();
        assert!(refused.contains("policy is as it was"), "{refused}");
        assert!(refused.contains("access-pass issue admin"), "{refused}");
        assert_eq!(machine.read("/etc/secinfo/config.toml"), "");
        assert_eq!(machine.run(["secinfo", "status"]).code, 0);
        let found = findings(&machine);
        assert!(
            !found.iter().any(|id| id.starts_with("sign-in-no")),
            "{found:?}"
        );
    }
    machine.shell("secinfo setup --pam disable --yes").ok();

    machine
        .shell("secinfo access-pass issue admin --valid 1h")
        .ok();
    machine.shell(setup).ok();
    let found = findings(&machine);
    let is_of_sign_in = |id: &&String| id.starts_with("sign-in-");
    let found: Vec<_> = found.iter().filter(is_of_sign_in).collect();
    assert_eq!(found, ["sign-in-users-refused"]);
}

#[test]
fn a_wrong_answer_is_asked_for_again_and_what_was_answered_before_is_kept() {
    let machine = Machine::boot();
    let pty = Pty::open();
    let words = ["secinfo", "setup", "--only", "policy"];
    let mut setup = pty.run(&machine.command(words));
    setup.when_asked("Go through these settings now? [Y/n]", "of course");
    setup.expect("Answer y for yes or n for no.");
    setup.when_asked("Go through these settings now? [Y/n]", "y");
    setup.when_asked("Name of the organization", "Example: Ltd.");
    setup.expect("it holds a colon");
    setup.when_asked("Name of the organization", "Example");
    setup.when_asked("Country of phone numbers, such as DE", "Germany");
    setup.when_asked("Country of phone numbers, such as DE", "de");
    setup.when_asked("Kinds of method that are allowed", "17");
    setup.when_asked("Kinds of method that are allowed", "");
    setup.when_asked("Who must have a method", "1");
    setup.when_asked("What the first method takes", "");
    let (status, said) = setup.ended();
    assert!(status.success(), "{said}");
    let config = machine.read("/etc/secinfo/config.toml");
    for line in ["organization = \"Example\"", "default_country = \"DE\""] {
        assert!(config.contains(line), "{config}");
    }
}

/// Goes on to where it is on, and a person is asked whether sign-in works.
fn up_to_confirmation(machine: &Machine, setup: &mut Dialogue<'_>) {
    setup.when_asked("Set up a channel now? [y/N]", "n");
    setup.when_asked("Go through these settings now? [Y/n]", "n");
    setup.when_asked("(Enter for none)", "");
    setup.when_asked("set a new one? [y/N]", "n");
    // What is typed before the question is no answer to it.
    setup.when_asked("on their phones? [y/N]", "n\nyes");
    setup.expect("Does it work? [yes/No]");
    assert!(machine.read(COMMON_AUTH).contains(MODULE));
    assert!(
        machine
            .read(SSH)
            .contains("KbdInteractiveAuthentication yes")
    );
    machine.run(["systemctl", "is-active", TIMER]).ok();
}

fn is_as_before(machine: &Machine, before: &str) {
    assert_eq!(machine.read(COMMON_AUTH), before);
    assert!(!machine.exists(SSH));
    machine.run(["systemctl", "is-active", TIMER]).fails();
    let pty = Pty::open();
    let mut session = by_password(machine, &pty, "bob");
    session.answer("exit");
    assert!(session.ended().0.success());
}

/// Signs in over SSH with the password, and is asked for nothing else.
fn by_password<'p>(machine: &Machine, pty: &'p Pty, user: &str) -> Dialogue<'p> {
    let mut client = machine.ssh_with(pty, user, &["-tt"], Some(SHELL));
    client.when_asked("assword: ", &password(user));
    client.expect(&format!("A session of {user}."));
    client
}
