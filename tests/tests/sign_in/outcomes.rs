//! Every row of the outcome table of `docs/reference/pam.md` that can be produced with a real daemon or
//! PAM host.

use crate::fixture::{CODE, count, lenient, pamtester_result, with_probe};
use rustix::process::Signal;
use secinfo_tests::disk::MemoryDisk;
use secinfo_tests::{ALICE, ALICE_ACCOUNT, BOB, Dialogue, Pty, Setup, SignInHost, module_alone};
use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixListener;
use std::thread;
use std::time::Duration;

pub(crate) const SUCCESS: &str = "successfully authenticated";
/// `PAM_IGNORE`, as the rules of `module_alone` report it.
pub(crate) const IGNORED: &str = "User credentials expired";
const AUTH_ERR: &str = "Authentication failure";
const MAXTRIES: &str = "Have exhausted maximum number of retries for service";
pub(crate) const AUTHINFO_UNAVAIL: &str =
    "Authentication service cannot retrieve authentication info";
const USER_UNKNOWN: &str = "User not known to the underlying authentication module";
const SERVICE_ERR: &str = "Error in service module";

/// The return codes of Linux-PAM.
const PAM_SUCCESS: i32 = 0;
const PAM_PERM_DENIED: i32 = 6;
const PAM_AUTH_ERR: i32 = 7;
const PAM_CRED_ERR: i32 = 17;
const PAM_CONV_ERR: i32 = 19;

/// The module's outcome for Alice if it asks nothing.
pub(crate) fn outcome(host: &SignInHost) -> String {
    outcome_for(host, "alice")
}

pub(crate) fn outcome_for(host: &SignInHost, user: &str) -> String {
    let pty = Pty::open();
    let (status, said) = host.pamtester(&pty, "probe", user).ended();
    assert!(!said.contains("Code"), "{said}");
    pamtester_result((status, said))
}

/// The module's outcome for Alice if she answers with this code.
pub(crate) fn outcome_of(host: &SignInHost, code: &str) -> String {
    let pty = Pty::open();
    let mut dialogue = at_the_prompt(host, &pty);
    dialogue.answer(code);
    pamtester_result(dialogue.ended())
}

fn at_the_prompt<'p>(host: &SignInHost, pty: &'p Pty) -> Dialogue<'p> {
    let mut dialogue = host.pamtester(pty, "probe", "alice");
    dialogue.expect(CODE);
    dialogue.expect(": ");
    dialogue
}

#[tokio::test]
async fn verified_is_success() {
    let (host, mut app) = with_probe(Setup::with_drift()).await;
    assert_eq!(outcome_of(&host, &app.codes.fresh()), SUCCESS);
}

#[tokio::test]
async fn remembered_is_success() {
    let setup = Setup::with_drift().more("[service.probe]\nremember = \"10m\"\n");
    let (host, mut app) = with_probe(setup).await;
    let pty = Pty::open();
    let mut shell = pty.run(&{
        let mut command = host.command(&["sh"]);
        command.env("PS1", "$ ").env_remove("ENV");
        command
    });
    let tester = format!("pamtester -I tty={} probe alice authenticate", pty.name());
    shell.when_asked("$ ", &tester);
    shell.expect(CODE);
    shell.when_asked(": ", &app.codes.fresh());
    shell.expect(SUCCESS);
    shell.when_asked("$ ", &tester);
    let said = shell.expect(SUCCESS);
    assert!(!said.contains(CODE), "{said}");
    shell.when_asked("$ ", "exit");
}

#[tokio::test]
async fn not_covered_is_ignored_by_the_module_and_never_success() {
    let off = "[service.probe]\nverify = \"off\"\n";
    let (mut host, _) = with_probe(Setup::with_drift().more(off)).await;
    assert_eq!(outcome(&host), IGNORED);
    host.set_up(Setup::with_drift());
    host.restart().await;
    assert_eq!(outcome_for(&host, "bob"), IGNORED, "nothing enrolled");
}

#[tokio::test]
async fn postponed_is_ignored_by_the_module() {
    let setup = Setup::with_drift().policy("required = 1");
    let (host, _) = with_probe(setup).await;
    assert_eq!(outcome_for(&host, "bob"), IGNORED);
    assert_eq!(count(&host, "set-up-postponed").await, 1);
}

#[tokio::test]
async fn a_user_who_needs_a_method_and_cannot_set_one_up_is_an_authentication_error() {
    let setup = Setup::with_drift().policy("required = 1\ngrace_days = 0");
    let (host, _) = with_probe(setup).await;
    assert_eq!(outcome_for(&host, "bob"), AUTH_ERR);
}

#[tokio::test]
async fn an_access_pass_that_is_missing_is_an_authentication_error() {
    let setup =
        Setup::with_drift().policy("required = 1\ngrace_days = 0\nfirst_method = \"access-pass\"");
    let host = SignInHost::with(setup).await;
    host.service("probe", &module_alone("set_up"));
    assert_eq!(outcome_for(&host, "bob"), AUTH_ERR);
}

#[tokio::test]
async fn too_many_wrong_codes_are_too_many_tries() {
    let setup = lenient().more("[policy.session]\nattempts = 1\n");
    let (host, app) = with_probe(setup).await;
    assert_eq!(outcome_of(&host, &app.codes.wrong()), MAXTRIES);
}

#[tokio::test]
async fn a_lock_is_too_many_tries() {
    let setup = Setup::with_drift()
        .more("[policy.throttle]\nfree = 2\nlock_after = 3\nlongest_wait = \"1s\"\n");
    let (host, app) = with_probe(setup).await;
    let alice = host.client(ALICE).await;
    // Repeats until the method is locked, including any waiting times.
    loop {
        let refusal = alice.verify(ALICE, &app.path, &app.codes.wrong()).await;
        match refusal.unwrap_err().short() {
            "MethodLocked" | "Locked" => break,
            "TooSoon" => tokio::time::sleep(Duration::from_millis(100)).await,
            other => assert_eq!(other, "WrongCode"),
        }
    }
    assert_eq!(outcome(&host), MAXTRIES);
}

#[tokio::test]
async fn a_code_that_may_not_be_sent_is_an_authentication_error() {
    let setup = Setup::with_drift()
        .spool()
        .more("[policy.codes]\nof_user = \"1 in 1h\"\n");
    let host = SignInHost::with(setup).await;
    host.service("probe", &module_alone(""));
    let alice = host.client(ALICE).await;
    let number = "+4915112345678";
    alice.enroll_destination(&host, "text", number, None).await;
    assert_eq!(outcome(&host), AUTH_ERR);
    assert_eq!(host.messages().len(), 1);
}

#[tokio::test]
async fn an_expired_sign_in_is_an_authentication_error() {
    let setup = Setup::with_drift().more("[policy.session]\nverification = \"1s\"\n");
    let (host, mut app) = with_probe(setup).await;
    let pty = Pty::open();
    let mut dialogue = at_the_prompt(&host, &pty);
    // Any longer time is expired, too.
    tokio::time::sleep(Duration::from_millis(1200)).await;
    dialogue.answer(&app.codes.fresh());
    assert_eq!(pamtester_result(dialogue.ended()), AUTH_ERR);
    assert_eq!(count(&host, "verification-succeeded").await, 0);
}

#[tokio::test]
async fn a_user_without_an_account_is_unknown() {
    let (host, _) = with_probe(Setup::with_drift()).await;
    assert_eq!(outcome_for(&host, "mallory"), USER_UNKNOWN);
}

#[tokio::test]
async fn a_hostile_name_is_unknown_and_the_daemon_is_not_even_asked() {
    // Without a daemon, a question to it would be unavailable.
    let host = SignInHost::without_daemon(Setup::with_drift()).await;
    host.service("probe", &module_alone(""));
    let long = "a".repeat(300);
    let pty = Pty::open();
    for name in [
        b"al\nice".as_slice(),
        b"alice\n",
        b"alice:0:0",
        b" alice",
        b"al\x1b[2Jice",
        b"alice\x7f",
        b"al\xff\xfeice",
        "alice\u{85}".as_bytes(),
        long.as_bytes(),
    ] {
        let mut command = host.command(&["pamtester", "probe"]);
        command.args([OsStr::from_bytes(name), OsStr::new("authenticate")]);
        let (status, said) = pty.run(&command).ended();
        assert_eq!(
            pamtester_result((status, said)),
            USER_UNKNOWN,
            "{:?}",
            String::from_utf8_lossy(name)
        );
    }
    assert_eq!(outcome(&host), AUTHINFO_UNAVAIL, "a name like others");
}

#[tokio::test]
async fn a_socket_that_is_not_there_is_unavailable() {
    let (host, _) = with_probe(Setup::with_drift()).await;
    // Of two arguments, the last counts.
    host.service("probe", &module_alone("socket=/nonexistent/sign-in"));
    assert_eq!(outcome(&host), AUTHINFO_UNAVAIL);
}

#[tokio::test]
async fn a_daemon_that_is_absent_is_unavailable() {
    let (mut host, _) = with_probe(Setup::with_drift()).await;
    host.stop();
    assert_eq!(outcome(&host), AUTHINFO_UNAVAIL);
}

#[tokio::test]
async fn a_daemon_that_hangs_is_unavailable_at_the_start_and_during_the_conversation() {
    let (mut host, mut app) = with_probe(Setup::with_drift()).await;
    let pty = Pty::open();
    let mut dialogue = at_the_prompt(&host, &pty);
    host.daemon().signal(Signal::STOP);
    dialogue.answer(&app.codes.fresh());
    assert_eq!(pamtester_result(dialogue.ended()), AUTHINFO_UNAVAIL);
    assert_eq!(outcome(&host), AUTHINFO_UNAVAIL);
    host.daemon().signal(Signal::CONT);
    // The daemon continues; the code may have been read, so another is used.
    assert_eq!(outcome_of(&host, &app.codes.fresh()), SUCCESS);
}

#[tokio::test]
async fn a_daemon_killed_during_the_conversation_is_unavailable() {
    let (mut host, mut app) = with_probe(Setup::with_drift()).await;
    let pty = Pty::open();
    let mut dialogue = at_the_prompt(&host, &pty);
    host.kill();
    dialogue.answer(&app.codes.fresh());
    assert_eq!(pamtester_result(dialogue.ended()), AUTHINFO_UNAVAIL);
}

#[tokio::test]
async fn a_daemon_restarted_during_the_conversation_does_not_continue_it() {
    let (mut host, mut app) = with_probe(Setup::with_drift()).await;
    let pty = Pty::open();
    let mut dialogue = at_the_prompt(&host, &pty);
    host.kill();
    host.start_daemon().await;
    let code = app.codes.fresh();
    dialogue.answer(&code);
    assert_eq!(pamtester_result(dialogue.ended()), AUTHINFO_UNAVAIL);
    assert_eq!(outcome_of(&host, &code), SUCCESS, "the code was not used");
}

#[tokio::test]
async fn an_impostor_on_the_socket_is_unavailable_and_is_told_nothing() {
    let (mut host, _) = with_probe(Setup::with_drift()).await;
    host.stop();
    let listener = UnixListener::bind(host.sign_in_socket()).unwrap();
    let impostor = thread::spawn(move || {
        let bob = rustix::process::Uid::from_raw(BOB);
        rustix::thread::set_thread_res_uid(bob, bob, bob).unwrap();
        // A client that connects is told who listened last.
        rustix::net::listen(&listener, 16).unwrap();
        listener
    });
    let impostor = impostor.join().unwrap();
    assert_eq!(outcome(&host), AUTHINFO_UNAVAIL);
    let (mut stream, _) = impostor.accept().unwrap();
    let mut told = Vec::new();
    stream.read_to_end(&mut told).unwrap();
    assert_eq!(told, b"");
}

#[tokio::test]
async fn users_sign_in_while_the_bus_is_stopped_and_programs_find_the_daemon_on_the_next_bus() {
    let (mut host, mut app) = with_probe(Setup::with_drift()).await;
    host.stop_bus();
    assert_eq!(outcome_of(&host, &app.codes.fresh()), SUCCESS);
    host.start_bus().await;
    // The connection of the app was to the former bus.
    assert_eq!(count(&host, "verification-succeeded").await, 1);
    assert_eq!(outcome_of(&host, &app.codes.fresh()), SUCCESS);
}

#[tokio::test]
async fn users_sign_in_with_a_daemon_that_was_started_without_a_bus() {
    let (mut host, mut app) = with_probe(Setup::with_drift()).await;
    assert!(host.stop().success());
    host.stop_bus();
    host.spawn_daemon();
    assert_eq!(outcome_of(&host, &app.codes.fresh()), SUCCESS);
    host.start_bus().await;
    assert_eq!(count(&host, "verification-succeeded").await, 1);
    assert!(host.stop().success());
}

#[tokio::test]
async fn a_full_disk_is_unavailable_and_the_code_is_still_valid_afterwards() {
    let directory = tempfile::tempdir().unwrap();
    let disk = MemoryDisk::mount_at(&directory.path().join("disk"), 32);
    let setup = Setup::with_drift()
        .state(&directory.path().join("disk/state"))
        .daemon("free_space_reserve = \"1MiB\"");
    let (host, mut app) = with_probe(setup).await;
    let code = app.codes.fresh();
    let filler = disk.fill();
    assert_eq!(outcome_of(&host, &code), AUTHINFO_UNAVAIL);
    drop(filler);
    assert_eq!(outcome_of(&host, &code), SUCCESS);
}

#[tokio::test]
async fn a_user_changed_during_the_conversation_is_an_authentication_error() {
    let (host, mut app) = with_probe(Setup::with_drift()).await;
    let mut changing = host.pam_host("probe", "alice");
    changing.send("authenticate");
    changing.prompt();
    changing.send(&format!("become bob\nanswer {}", app.codes.fresh()));
    assert_eq!(changing.end(), PAM_AUTH_ERR);

    let mut steady = host.pam_host("probe", "alice");
    steady.send("authenticate");
    steady.prompt();
    steady.send(&format!("become alice\nanswer {}", app.codes.fresh()));
    assert_eq!(steady.end(), PAM_SUCCESS);
}

#[tokio::test]
async fn a_user_who_is_changed_after_it_has_neither_an_account_nor_credentials() {
    let (host, mut app) = with_probe(Setup::with_drift()).await;
    let auth = "auth required {module}\naccount required {module}";
    host.service("probe", auth);
    let mut pam = host.pam_host("probe", "alice");
    pam.send("authenticate");
    pam.prompt();
    pam.send(&format!("answer {}", app.codes.fresh()));
    assert_eq!(pam.end(), PAM_SUCCESS);
    for (name, account, credentials) in [
        ("bob", PAM_PERM_DENIED, PAM_CRED_ERR),
        ("alice", PAM_SUCCESS, PAM_SUCCESS),
    ] {
        pam.send(&format!("become {name}\naccount\ncredentials"));
        assert_eq!(pam.end(), account, "{name}");
        assert_eq!(pam.end(), credentials, "{name}");
    }
}

#[tokio::test]
async fn a_conversation_that_fails_is_a_conversation_error() {
    let (host, _) = with_probe(Setup::with_drift()).await;
    let mut failing = host.pam_host("probe", "alice");
    failing.send("authenticate");
    failing.prompt();
    failing.send("fail");
    assert_eq!(failing.end(), PAM_CONV_ERR);
}

#[tokio::test]
async fn an_unknown_argument_is_a_service_error() {
    let (host, _) = with_probe(Setup::with_drift()).await;
    for argument in [
        "nullok",
        "timeout=0",
        "timeout=never",
        "set_up=yes",
        "break-glass=/etc",
    ] {
        host.service("probe", &module_alone(argument));
        assert_eq!(outcome(&host), SERVICE_ERR, "{argument}");
    }
}

#[tokio::test]
async fn after_a_password_no_user_is_admitted_while_the_daemon_is_absent() {
    let (mut host, _) = with_probe(Setup::with_drift()).await;
    host.stop();
    let pty = Pty::open();
    let mut login = host.pamtester(&pty, "login", "alice");
    login.when_asked("Password: ", ALICE_ACCOUNT.password);
    let (status, said) = login.ended();
    assert!(said.contains("You cannot be verified now"), "{said}");
    assert_eq!(pamtester_result((status, said)), AUTHINFO_UNAVAIL);
}
