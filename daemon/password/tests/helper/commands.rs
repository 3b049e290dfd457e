//! Passwords that are kept elsewhere, and the command that sets them.

use crate::host::{ALICE, DAEMON, Host, NEW, compile_library};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

/// A user whom the name service has from elsewhere than the files.
const DIRECTORY_USER: (&str, u32) = ("CORP\\peggy", 1_200_000);

/// A host whose name service has that user from a library of its own.
fn host() -> Host {
    let host = Host::new();
    let library = host.etc("libnss_elsewhere.so.2");
    compile_library("nss_elsewhere.c", &library);
    fs::write(
        host.etc("nsswitch.conf"),
        "passwd: files elsewhere\ngroup: files\n",
    )
    .unwrap();
    // The dynamic linker finds it through its cache.
    let cached = host.command(&["ldconfig", "/etc"]).status();
    assert!(cached.unwrap().success());
    host
}

fn with_command(script: &str) -> Host {
    let host = host();
    let path = host.script("set-password", script);
    host.configure(&format!("command = {:?}\n", path.to_str().unwrap()));
    host
}

#[test]
fn without_a_command_a_password_that_is_kept_elsewhere_is_not_set() {
    let host = host();
    let (name, uid) = DIRECTORY_USER;
    assert_eq!(host.check(name, uid), "elsewhere");
    let ticket = host.ticket(name, uid);
    assert_eq!(host.set_with(&ticket, NEW).word(), "elsewhere");
    assert_eq!(host.outcome(&ticket), "not_set");
}

#[test]
fn the_command_gets_the_name_as_its_argument_and_the_password_on_its_input_and_nothing_else() {
    let script =
        "printf '%s|' \"$@\" >/etc/seen; cat >>/etc/seen; env | sort >>/etc/seen; pwd >>/etc/seen";
    let host = with_command(script);
    let (name, uid) = DIRECTORY_USER;
    assert_eq!(host.check(name, uid), "settable");
    let ticket = host.ticket(name, uid);
    assert_eq!(host.set_with(&ticket, NEW).word(), "set");
    assert_eq!(host.outcome(&ticket), "set");
    let seen = fs::read_to_string(host.etc("seen")).unwrap();
    let expected = format!("{name}|{NEW}\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\nPWD=/\n/\n");
    assert_eq!(
        seen.replace("SHLVL=0\n", "")
            .replace("_=/usr/bin/env\n", ""),
        expected
    );
    // For users of this host the command is not run.
    fs::remove_file(host.etc("seen")).unwrap();
    assert_eq!(host.set("alice", ALICE, NEW).word(), "set");
    assert!(!host.etc("seen").exists());
}

#[test]
fn what_the_command_prints_when_it_fails_is_told_to_the_user() {
    let (name, uid) = DIRECTORY_USER;
    let host = with_command("cat >/dev/null; echo 'Too short for the directory.'; exit 1");
    let ticket = host.ticket(name, uid);
    let reply = host.set_with(&ticket, NEW);
    assert_eq!(reply.word(), "refused");
    assert_eq!(reply.messages(), ["Too short for the directory."]);
    assert_eq!(host.outcome(&ticket), "not_set");
    // It need not read the password, and need not say anything.
    let host = with_command("exit 3");
    assert_eq!(host.set(name, uid, NEW).word(), "failed");
    // It may print much.
    let host = with_command("yes 'Too short.' | head -c 1000000; exit 1");
    let reply = host.set(name, uid, NEW);
    assert_eq!(
        (reply.word().as_str(), reply.messages().len()),
        ("refused", 16)
    );
}

#[test]
fn a_command_that_prints_what_it_runs_brings_no_password_into_the_journal() {
    let (name, uid) = DIRECTORY_USER;
    for (end, noted) in [
        ("exit 0", "the command set a new password"),
        (
            "exit 4",
            "the command set no password, its exit status was 4",
        ),
    ] {
        let script = format!("set -x\nread -r password\necho \"$password\" >&2\n{end}");
        let host = with_command(&script);
        let mut helper = host.connect(DAEMON);
        helper.set(&host.ticket(name, uid), NEW);
        let journal = helper.journal();
        assert!(journal.contains(noted), "{journal}");
        assert!(!journal.contains(NEW), "{journal}");
    }
}

#[test]
fn after_a_command_that_is_killed_it_is_unknown_which_password_holds() {
    let (name, uid) = DIRECTORY_USER;
    let host = with_command("kill -9 $$");
    let ticket = host.ticket(name, uid);
    assert_eq!(host.set_with(&ticket, NEW).word(), "unknown");
    assert_eq!(host.outcome(&ticket), "unknown");
    let host = with_command("kill -9 $PPID; sleep 60");
    let ticket = host.ticket(name, uid);
    let mut helper = host.connect(DAEMON);
    helper.send(
        "SetPassword",
        &serde_json::json!({"ticket": ticket, "password": NEW}),
    );
    assert_eq!(helper.receive(), None);
    assert_eq!(host.outcome(&ticket), "unknown");
    assert_eq!(host.set_with(&ticket, NEW).word(), "TicketUsed");
}

#[test]
fn a_command_that_another_account_could_have_written_is_not_run() {
    let (name, uid) = DIRECTORY_USER;
    let host = with_command("echo >/etc/seen");
    fs::set_permissions(host.etc("set-password"), Permissions::from_mode(0o722)).unwrap();
    let ticket = host.ticket(name, uid);
    assert_eq!(host.set_with(&ticket, NEW).word(), "Internal");
    assert!(!host.etc("seen").exists());
}
