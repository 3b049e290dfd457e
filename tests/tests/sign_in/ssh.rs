//! Real OpenSSH, server and client, on a loopback address.

use crate::fixture::{
    CODE, SESSION, assert_refused, assert_refused_once_read, assert_session, count, lenient,
    password_then_code, recovery_codes, strict, with_app,
};
use secinfo_tests::{
    ALICE, ALICE_ACCOUNT, BOB_ACCOUNT, Dialogue, Pty, ROOT, Setup, SignInHost, Sshd, TestHost,
    user_path,
};
use std::time::Duration;

const MOBILE: &str = "+4915112345678";

async fn access_pass(host: &TestHost, once: bool) -> String {
    let root = host.client(ROOT).await;
    let (pass, _): (String, u64) = root
        .call(
            &user_path(ALICE),
            "User",
            "IssueAccessPass",
            &(3600_u64, once, 0_u64),
        )
        .await
        .unwrap();
    pass
}

#[tokio::test]
async fn a_password_and_a_code_open_a_session() {
    let (host, mut app) = with_app(Setup::with_drift()).await;
    let sshd = host.sshd("");
    let pty = Pty::open();
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    let prompt = password_then_code(&mut client, ALICE_ACCOUNT);
    assert_eq!(prompt, " \"Phone\": ");
    client.answer(&app.codes.fresh());
    assert_session(client);
    assert_eq!(count(&host, "verification-succeeded").await, 1);

    // One code opens only one session.
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    password_then_code(&mut client, ALICE_ACCOUNT);
    client.answer(&app.codes.again());
    client.expect("That code was used already: wait for the next one, in ");
    client.expect(" s.\nCode from");
    client.answer(&app.codes.fresh());
    assert_session(client);
}

#[tokio::test]
async fn a_wrong_password_is_refused_before_any_code_is_asked_for() {
    let (host, _) = with_app(Setup::with_drift()).await;
    let sshd = host.sshd("");
    let pty = Pty::open();
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    client.when_asked("Password: ", BOB_ACCOUNT.password);
    let said = assert_refused(client);
    assert!(!said.contains(CODE), "{said}");
}

#[tokio::test]
async fn a_key_and_a_code_open_a_session_without_a_password() {
    let (host, mut app) = with_app(strict()).await;
    host.service("sshd", "auth required {module}");
    let sshd = host.sshd("AuthenticationMethods publickey,keyboard-interactive");
    let key = sshd.authorize_key(ALICE_ACCOUNT);
    let key = key.each_ref().map(String::as_str);
    let pty = Pty::open();
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &key);
    let said = client.expect(CODE);
    assert!(!said.contains("assword"), "{said}");
    client.when_asked(": ", &app.codes.fresh());
    assert_session(client);

    // Neither alone is enough.
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &key);
    client.expect(CODE);
    client.when_asked(": ", &app.codes.wrong());
    client.expect("Too many wrong codes: begin again.");
    assert_refused_once_read(client);
    let client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    let said = assert_refused(client);
    assert!(said.contains("Permission denied"), "{said}");
}

#[tokio::test]
async fn a_code_comes_by_text_and_opens_a_session() {
    let host = SignInHost::with(Setup::with_drift().spool()).await;
    let alice = host.client(ALICE).await;
    alice.enroll_destination(&host, "text", MOBILE, None).await;
    let sshd = host.sshd("");
    let pty = Pty::open();
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    client.when_asked("Password: ", ALICE_ACCOUNT.password);
    client.expect("Code sent by text to +49 *** **78 (Enter to send another): ");
    let message = host.message(2).await;
    assert_eq!(message.purpose, "sign-in");
    assert_eq!(message.service, "sshd");
    assert!(message.origin.contains("127.0.0.1"), "{}", message.origin);
    client.answer("");
    client.expect("A code was sent a moment ago");
    client.expect(": ");
    client.answer(&message.code);
    assert_session(client);
}

#[tokio::test]
async fn a_question_mark_leads_to_another_method() {
    let (host, mut app) = with_app(Setup::with_drift().spool()).await;
    let alice = host.client(ALICE).await;
    alice.prove(&mut app).await;
    alice.enroll_destination(&host, "text", MOBILE, None).await;
    recovery_codes(&alice).await;
    let sent = host.messages().len();
    let sshd = host.sshd("");
    let pty = Pty::open();
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    let prompt = password_then_code(&mut client, ALICE_ACCOUNT);
    assert_eq!(prompt, " \"Phone\", or ? for another way: ");
    client.answer("?");
    let ways = client.expect("Number, or Enter to go back: ");
    assert!(
        ways.contains("1. Text message to +49 *** **78\n2. Recovery code\n"),
        "{ways}"
    );
    // Nothing is sent before a method is chosen, and going back leads to the former prompt.
    assert_eq!(host.messages().len(), sent);
    client.answer("");
    client.when_asked(CODE, "?");
    client.when_asked("go back: ", "1");
    client.expect("Code sent by text");
    let message = host.message(sent + 1).await;
    client.when_asked(": ", &message.code);
    assert_session(client);
}

fn signs_in_with_recovery_code(client: &mut Dialogue<'_>, code: &str) {
    password_then_code(client, ALICE_ACCOUNT);
    client.answer("?");
    client.when_asked("go back: ", "1");
    client.when_asked("Recovery code, or ? for another way: ", code);
}

#[tokio::test]
async fn a_recovery_code_opens_one_session_and_says_when_few_are_left() {
    let (host, mut app) =
        with_app(Setup::with_drift().more("[policy.recovery-codes]\ncount = 5\n")).await;
    let alice = host.client(ALICE).await;
    alice.prove(&mut app).await;
    let codes = recovery_codes(&alice).await;
    let sshd = host.sshd("");
    let pty = Pty::open();

    // OpenSSH shows final messages only in a shell.
    let mut client = host.ssh_shell(&sshd, &pty, ALICE_ACCOUNT);
    signs_in_with_recovery_code(&mut client, &codes[0]);
    let said = client.expect("$ ");
    assert!(!said.contains("left"), "four are not few: {said}");
    client.answer("exit");
    assert!(client.ended().0.success());

    let mut client = host.ssh_shell(&sshd, &pty, ALICE_ACCOUNT);
    signs_in_with_recovery_code(&mut client, &codes[0]);
    client.expect("That code was used already: use another one.");
    client.when_asked(": ", &codes[1]);
    client.expect("You have 3 recovery codes left. For new ones: secinfo add recovery-codes");
    client.when_asked("$ ", "exit");
    assert!(client.ended().0.success());
}

#[tokio::test]
async fn an_access_pass_opens_a_session_without_the_phone() {
    let (host, _) = with_app(Setup::with_drift()).await;
    let pass = access_pass(&host, false).await;
    let sshd = host.sshd("");
    let pty = Pty::open();
    for _ in 0..2 {
        let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
        password_then_code(&mut client, ALICE_ACCOUNT);
        client.answer("?");
        let ways = client.when_asked("go back: ", "1");
        assert!(ways.contains("1. Access pass\n"), "{ways}");
        client.when_asked("Access pass, or ? for another way: ", &pass);
        assert_session(client);
    }
}

#[tokio::test]
async fn an_access_pass_for_once_opens_one_session() {
    let (host, _) = with_app(strict()).await;
    let pass = access_pass(&host, true).await;
    let sshd = host.sshd("");
    let pty = Pty::open();
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    password_then_code(&mut client, ALICE_ACCOUNT);
    client.answer("?");
    client.when_asked("go back: ", "1");
    client.when_asked("Access pass, or ? for another way: ", &pass);
    assert_session(client);

    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    let prompt = password_then_code(&mut client, ALICE_ACCOUNT);
    assert_eq!(prompt, " \"Phone\": ", "there is no other way any more");
    client.answer(&pass);
    client.expect("Too many wrong codes: begin again.");
    assert_refused_once_read(client);
}

#[tokio::test]
async fn wrong_codes_lock_until_an_administrator_unlocks() {
    let setup = Setup::with_drift()
        .more("[policy.throttle]\nfree = 2\nlock_after = 3\nlongest_wait = \"1s\"\n");
    let (host, mut app) = with_app(setup).await;
    let sshd = host.sshd("");
    let pty = Pty::open();
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    password_then_code(&mut client, ALICE_ACCOUNT);
    let (wrong, slow) = (
        "That code is not right.",
        "After wrong codes you have to wait",
    );
    let locked = "Wrong codes locked your methods for 5 minutes: wait, or ask an administrator";
    for _ in 0..2 {
        client.answer(&app.codes.wrong());
        client.expect(wrong);
        client.expect(": ");
    }
    client.answer(&app.codes.wrong());
    while client.expect_one_of(&[slow, locked]).ends_with(slow) {
        client.expect("Code from");
        client.expect(": ");
        tokio::time::sleep(Duration::from_millis(100)).await;
        client.answer(&app.codes.wrong());
    }
    assert_refused_once_read(client);

    // The right code does not help any more, and is not asked for.
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    client.when_asked("Password: ", ALICE_ACCOUNT.password);
    let said = client.expect("Wrong codes locked your methods");
    assert!(!said.contains(CODE), "{said}");
    assert_refused_once_read(client);

    host.secinfo(ROOT, &["unlock", &ALICE.to_string()], "")
        .success();
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    password_then_code(&mut client, ALICE_ACCOUNT);
    client.answer(&app.codes.fresh());
    assert_session(client);
}

#[tokio::test]
async fn after_too_many_wrong_codes_the_sign_in_begins_again() {
    let setup = lenient().more("[policy.session]\nattempts = 3\n");
    let (host, mut app) = with_app(setup).await;
    let sshd = host.sshd("");
    let pty = Pty::open();
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    password_then_code(&mut client, ALICE_ACCOUNT);
    for _ in 0..2 {
        client.answer(&app.codes.wrong());
        client.expect("That code is not right. Code from");
        client.expect(": ");
    }
    client.answer(&app.codes.wrong());
    client.expect("Too many wrong codes: begin again.");
    assert_refused_once_read(client);

    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    password_then_code(&mut client, ALICE_ACCOUNT);
    client.answer(&app.codes.fresh());
    assert_session(client);
}

#[tokio::test]
async fn a_user_who_does_not_answer_is_not_admitted() {
    let (host, mut app) = with_app(Setup::with_drift()).await;
    let sshd = host.sshd("LoginGraceTime 2");
    let pty = Pty::open();
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    password_then_code(&mut client, ALICE_ACCOUNT);
    sshd.wait_idle();
    // The client notices only when its user answers.
    client.answer(&app.codes.fresh());
    assert_refused(client);
    assert_eq!(count(&host, "verification-succeeded").await, 0);
}

#[tokio::test]
async fn a_right_code_that_comes_too_late_does_not_admit_the_user() {
    let setup = Setup::with_drift().more("[policy.session]\nverification = \"1s\"\n");
    let (host, mut app) = with_app(setup).await;
    let sshd = host.sshd("");
    let pty = Pty::open();
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    password_then_code(&mut client, ALICE_ACCOUNT);
    // Longer is as good.
    tokio::time::sleep(Duration::from_millis(1200)).await;
    client.answer(&app.codes.fresh());
    client.expect("That took too long:");
    assert_refused_once_read(client);
    assert_eq!(count(&host, "verification-succeeded").await, 0);
}

#[tokio::test]
async fn ssh_asks_in_the_configured_language() {
    // OpenSSH passes no locale to PAM, and clears its own.
    let (host, mut app) =
        with_app(Setup::with_drift().more("[messages]\nlanguage = \"de\"\n")).await;
    let sshd = host.sshd("");
    let pty = Pty::open();
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    client.when_asked("assword", ALICE_ACCOUNT.password);
    client.expect("Code von Authenticator-App „Phone“: ");
    client.answer(&app.codes.wrong());
    client.expect("Der Code stimmt nicht. Code von");
    client.when_asked(": ", &app.codes.fresh());
    assert_session(client);
}

/// A client that asks as often as people are asked by default, and shows no messages.
const QUIET: [&str; 4] = ["-o", "LogLevel=QUIET", "-o", "NumberOfPasswordPrompts=3"];

/// Signs Alice in by the password, who is then told this, in whatever lines, and no more.
fn is_told(host: &SignInHost, sshd: &Sshd, why: &str, enter: &str) {
    let pty = Pty::open();
    let mut client = host.ssh(sshd, &pty, ALICE_ACCOUNT, &QUIET);
    client.when_asked("Password: ", ALICE_ACCOUNT.password);
    let said = client.expect(enter);
    let lines: Vec<_> = said.trim().lines().collect();
    // OpenSSH puts the name of the user and the host before the first.
    for line in &lines[1..] {
        assert!(line.chars().count() < 80, "{line}");
    }
    let flat = lines.join(" ");
    assert!(flat.ends_with(&format!("{why} {enter}")), "{flat}");
    client.answer("");
    let (status, said) = client.ended();
    assert_eq!(status.code(), Some(255), "{said}");
    assert!(
        !said.contains("assword") && !said.contains(SESSION),
        "{said}"
    );
}

#[tokio::test]
async fn why_one_is_refused_is_read_in_a_prompt_in_each_language_and_the_connection_ends() {
    for (language, why, enter) in [
        (
            "en",
            "Before you can set up a method you need an access pass: ask an administrator for one.",
            "Press Enter to end (no password here):",
        ),
        (
            "de",
            "Bevor Sie eine Methode einrichten können, brauchen Sie einen Zugangspass: Bitten Sie die \
             Administration darum.",
            "Zum Beenden Enter drücken (hier kein Passwort):",
        ),
        (
            "fr",
            "Avant d’installer une méthode il vous faut un passe d’accès : demandez-le à un \
             administrateur.",
            "Appuyez sur Entrée pour terminer (pas de mot de passe ici) :",
        ),
    ] {
        let setup = Setup::with_drift()
            .policy("required = 1\ngrace_days = 0\nfirst_method = \"access-pass\"")
            .more(&format!("[messages]\nlanguage = \"{language}\"\n"));
        let host = SignInHost::with(setup).await;
        let sshd = host.sshd("");
        is_told(&host, &sshd, why, enter);
    }
}

#[tokio::test]
async fn who_cannot_be_verified_reads_that_in_a_prompt_whatever_the_client_answers() {
    let (mut host, _) = with_app(Setup::with_drift()).await;
    let sshd = host.sshd("");
    host.stop();
    let why = "You cannot be verified now because secinfod cannot decide: tell the administrator.";
    is_told(&host, &sshd, why, "Press Enter to end (no password here):");

    // A client without a terminal answers each prompt with nothing, or with what a program of its says.
    for asked in [false, true] {
        let mut command = host.ssh_without_terminal(&sshd, ALICE_ACCOUNT, asked);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(255), "{output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
    }
}

#[tokio::test]
async fn users_in_an_exempt_network_are_not_asked_and_others_are() {
    let exempt = |network: &str| {
        Setup::with_drift().more(&format!(
            "[service.sshd]\nexempt_networks = [\"{network}\"]\n"
        ))
    };
    let (mut host, mut app) = with_app(exempt("127.0.0.0/8")).await;
    let sshd = host.sshd("");
    let pty = Pty::open();
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    client.when_asked("Password: ", ALICE_ACCOUNT.password);
    let said = client.expect(SESSION);
    assert!(!said.contains(CODE), "{said}");
    assert!(client.ended().0.success());

    host.set_up(exempt("192.0.2.0/24"));
    host.restart().await;
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    password_then_code(&mut client, ALICE_ACCOUNT);
    client.answer(&app.codes.fresh());
    assert_session(client);
}

#[tokio::test]
async fn a_user_who_has_and_needs_no_method_signs_in_with_the_password() {
    let host = SignInHost::with(Setup::new()).await;
    let sshd = host.sshd("");
    let pty = Pty::open();
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    client.when_asked("Password: ", ALICE_ACCOUNT.password);
    assert_session(client);
}
