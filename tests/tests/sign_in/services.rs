//! Services other than SSH: sudo, which may ask less by policy, su, login, and a lock screen that
//! runs as its user.

use crate::fixture::{
    CODE, count, pamtester_result, password_then_code, recovery_codes, strict, sudo_with_a_code,
    sudo_without_a_code, with_app,
};
use secinfo_tests::{
    ALICE, ALICE_ACCOUNT, BOB, BOB_ACCOUNT, CAROL_ACCOUNT, Dialogue, EXEMPT_GROUP, Pty, Setup,
    SignInHost, UnixAccount, module_alone,
};

fn sudo<'p>(host: &SignInHost, pty: &'p Pty, account: UnixAccount) -> Dialogue<'p> {
    pty.run(&host.command_of(account, &["sudo", "id", "-un"]))
}

/// Checks that the command ran as root.
fn ran(mut sudo: Dialogue<'_>) -> String {
    let said = sudo.expect("root\n");
    assert!(sudo.ended().0.success());
    said
}

/// Checks that the command did not run. sudo does not show why, unless `!pam_silent` is set.
fn did_not_run(sudo: Dialogue<'_>) -> String {
    let (status, said) = sudo.ended();
    assert!(!status.success() && !said.contains("root\n"), "{said}");
    said
}

#[tokio::test]
async fn sudo_asks_for_password_and_code() {
    let (host, mut app) = with_app(strict()).await;
    let pty = Pty::open();
    let mut first = sudo(&host, &pty, ALICE_ACCOUNT);
    password_then_code(&mut first, ALICE_ACCOUNT);
    first.answer(&app.codes.fresh());
    ran(first);

    let mut second = sudo(&host, &pty, ALICE_ACCOUNT);
    password_then_code(&mut second, ALICE_ACCOUNT);
    second.answer(&app.codes.wrong());
    let said = did_not_run(second);
    assert!(said.contains("incorrect password attempt"), "{said}");
}

#[tokio::test]
async fn sudo_uses_the_language_of_its_user() {
    let (host, mut app) = with_app(Setup::with_drift()).await;
    let pty = Pty::open();
    let mut command = host.command_of(ALICE_ACCOUNT, &["sudo", "id", "-un"]);
    command.env("LC_ALL", "fr_FR.UTF-8");
    let mut sudo = pty.run(&command);
    sudo.when_asked("assword", ALICE_ACCOUNT.password);
    sudo.expect("Code (Application d’authentification « Phone ») : ");
    sudo.answer(&app.codes.fresh());
    ran(sudo);
}

#[tokio::test]
async fn sudo_remembers_a_proof_in_its_terminal_and_in_no_other_for_as_long_as_policy_says() {
    let setup = || Setup::with_drift().more("[service.sudo]\nremember = \"10m\"\n");
    let (mut host, mut app) = with_app(setup()).await;
    host.service("sudo", "auth required {module}");
    let (pty, other) = (Pty::open(), Pty::open());
    let mut shell = host.shell(&pty, ALICE_ACCOUNT);
    sudo_with_a_code(&mut shell, &mut app);
    sudo_without_a_code(&mut shell);
    assert_eq!(count(&host, "remembered-sign-in").await, 1);

    // Neither on another terminal nor for another user on the same one.
    let mut elsewhere = host.shell(&other, ALICE_ACCOUNT);
    elsewhere.when_asked("$ ", "sudo id -un");
    elsewhere.expect(CODE);
    let mut bobs = host.client(BOB).await.enroll_app("Phone", 10).await;
    shell.when_asked("$ ", "sudo -u bob sudo id -un");
    // Alice is remembered, and Bob is not.
    shell.expect(CODE);
    shell.when_asked(": ", &bobs.codes.fresh());
    shell.expect("root\n");

    // Ten minutes later neither is remembered.
    host.set_up(setup().later("11m"));
    host.restart().await;
    shell.when_asked("$ ", "sudo id -un");
    shell.expect(CODE);
    assert_eq!(count(&host, "remembered-sign-in").await, 2);
}

#[tokio::test]
async fn a_remembered_terminal_is_remembered_over_a_restart_of_the_daemon() {
    let setup = Setup::with_drift().more("[service.sudo]\nremember = \"10m\"\n");
    let (mut host, mut app) = with_app(setup).await;
    host.service("sudo", "auth required {module}");
    let pty = Pty::open();
    let mut shell = host.shell(&pty, ALICE_ACCOUNT);
    sudo_with_a_code(&mut shell, &mut app);
    host.restart().await;
    sudo_without_a_code(&mut shell);
    assert_eq!(count(&host, "remembered-sign-in").await, 1);
}

#[tokio::test]
async fn a_proof_to_another_service_is_not_remembered_without_policy() {
    let setup = Setup::with_drift().more("[service.sudo]\nremember = \"10m\"\n");
    let (host, mut app) = with_app(setup).await;
    for service in ["sudo", "su"] {
        host.service(service, "auth required {module}");
    }
    let pty = Pty::open();
    let mut shell = host.shell(&pty, ALICE_ACCOUNT);
    sudo_with_a_code(&mut shell, &mut app);
    shell.when_asked("$ ", "su alice -c 'id -un'");
    shell.expect(CODE);
    shell.when_asked(": ", &app.codes.fresh());
    shell.expect("alice\n");
    shell.when_asked("$ ", "exit");
}

#[tokio::test]
async fn where_policy_turns_it_off_sudo_asks_for_the_password_alone_while_ssh_asks_for_a_code() {
    let setup = Setup::with_drift().more("[service.sudo]\nverify = \"off\"\n");
    let (host, _) = with_app(setup).await;
    let pty = Pty::open();
    let mut sudo = sudo(&host, &pty, ALICE_ACCOUNT);
    sudo.when_asked("assword", ALICE_ACCOUNT.password);
    let said = ran(sudo);
    assert!(!said.contains(CODE), "{said}");
    let sshd = host.sshd("");
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    password_then_code(&mut client, ALICE_ACCOUNT);
}

#[tokio::test]
async fn members_of_an_exempt_group_are_not_asked_and_others_are() {
    let sections =
        format!("[policy.sign-in]\nverify = \"required\"\nexempt_groups = [\"{EXEMPT_GROUP}\"]\n");
    let (host, _) = with_app(Setup::with_drift().more(&sections)).await;
    host.client(CAROL_ACCOUNT.uid)
        .await
        .enroll_app("Phone", 10)
        .await;
    let pty = Pty::open();
    let mut carols = sudo(&host, &pty, CAROL_ACCOUNT);
    carols.when_asked("assword", CAROL_ACCOUNT.password);
    let said = ran(carols);
    assert!(!said.contains(CODE), "{said}");
    let mut alices = sudo(&host, &pty, ALICE_ACCOUNT);
    password_then_code(&mut alices, ALICE_ACCOUNT);
}

#[tokio::test]
async fn su_asks_the_user_that_it_switches_to() {
    let (host, mut app) = with_app(Setup::with_drift()).await;
    let pty = Pty::open();
    let mut su = pty.run(&host.command_of(BOB_ACCOUNT, &["su", "alice", "-c", "id -un"]));
    password_then_code(&mut su, ALICE_ACCOUNT);
    su.answer(&app.codes.fresh());
    su.expect("alice\n");
    assert!(su.ended().0.success());
}

#[tokio::test]
async fn login_asks_for_password_and_code() {
    let (host, mut app) = with_app(Setup::with_drift()).await;
    let pty = Pty::open();
    let mut login = host.pamtester(&pty, "login", "alice");
    password_then_code(&mut login, ALICE_ACCOUNT);
    login.answer(&app.codes.fresh());
    assert_eq!(
        pamtester_result(login.ended()),
        "successfully authenticated"
    );
}

#[tokio::test]
async fn a_lock_screen_that_runs_as_its_user_verifies_only_that_user() {
    let (host, mut app) = with_app(Setup::with_drift()).await;
    let mut bobs = host.client(BOB).await.enroll_app("Phone", 10).await;
    host.service("locker", &module_alone(""));
    let pty = Pty::open();
    let unlock = |user: &str| {
        let words = ["pamtester", "locker", user, "authenticate"];
        pty.run(&host.command_of(ALICE_ACCOUNT, &words))
    };
    let mut own = unlock("alice");
    own.expect(CODE);
    own.when_asked(": ", &app.codes.fresh());
    assert_eq!(pamtester_result(own.ended()), "successfully authenticated");

    // Another user is refused without a prompt, and so is one that does not exist, in the same words.
    let (status, said) = unlock("bob").ended();
    assert!(!said.contains(CODE), "{said}");
    let refused = pamtester_result((status, said));
    assert_eq!(
        refused,
        "Insufficient credentials to access authentication data"
    );
    assert_eq!(pamtester_result(unlock("mallory").ended()), refused);

    // Bob's own code is still valid.
    let words = ["pamtester", "locker", "bob", "authenticate"];
    let mut his = pty.run(&host.command_of(BOB_ACCOUNT, &words));
    his.expect(CODE);
    his.when_asked(": ", &bobs.codes.fresh());
    assert_eq!(pamtester_result(his.ended()), "successfully authenticated");
}

#[tokio::test]
async fn a_graphical_greeter_gets_one_line_at_a_time_and_no_set_up() {
    let setup = Setup::with_drift().policy("required = 1\ngrace_days = 0");
    let (host, mut app) = with_app(setup).await;
    host.service("greeter", &module_alone("set_up"));
    let alice = host.client(ALICE).await;
    alice.prove(&mut app).await;
    recovery_codes(&alice).await;
    let pty = Pty::open();
    let greeter = |user: &str| {
        let words = ["pamtester", "-I", "tty=:0", "greeter", user, "authenticate"];
        pty.run(&host.command(&words))
    };
    let mut alices = greeter("alice");
    alices.expect(CODE);
    alices.when_asked(": ", "?");
    let ways = alices.when_asked("or Enter to go back: ", "");
    // The line that was typed is above it.
    let (_, ways) = ways.split_once('\n').unwrap();
    assert!(
        ways.contains("1. Recovery code") && !ways.contains('\n'),
        "{ways}"
    );
    alices.expect(CODE);
    alices.when_asked(": ", &app.codes.fresh());
    assert_eq!(
        pamtester_result(alices.ended()),
        "successfully authenticated"
    );

    let bobs = greeter("bob").ended();
    assert!(bobs.1.contains("cannot set one up here"), "{bobs:?}");
    assert_eq!(pamtester_result(bobs), "Authentication failure");
}

#[tokio::test]
async fn the_terminal_that_a_users_program_claims_is_not_trusted() {
    let setup = Setup::with_drift()
        .more("[service.locker]\nremember = \"10m\"\nexempt_networks = [\"127.0.0.0/8\"]\n");
    let (host, mut app) = with_app(setup).await;
    host.service("locker", &module_alone(""));
    let pty = Pty::open();
    for _ in 0..2 {
        let words = [
            "pamtester",
            "-I",
            "rhost=127.0.0.1",
            "-I",
            &format!("tty={}", pty.name()),
            "locker",
            "alice",
            "authenticate",
        ];
        let mut locker = pty.run(&host.command_of(ALICE_ACCOUNT, &words));
        locker.expect(CODE);
        locker.when_asked(": ", &app.codes.fresh());
        assert_eq!(
            pamtester_result(locker.ended()),
            "successfully authenticated"
        );
    }
}
