//! Set-up at the prompt: of an app, of a phone, postponed, and with an access pass.

use crate::fixture::{
    SESSION, assert_refused_once_read, assert_session, count, pamtester_result, password_then_code,
};
use secinfo_tests::{
    ALICE, ALICE_ACCOUNT, Codes, Dialogue, Pty, ROOT, Setup, SignInHost, after_the_password,
    module_alone, scan_qr_code,
};

const CHOOSE: &str = "Set it up now:\n";
const NUMBER: &str = "Number: ";

/// Every user must have a method, and may postpone set-up for this long.
fn required(grace_days: u32) -> Setup {
    Setup::with_drift().policy(&format!("required = 1\ngrace_days = {grace_days}"))
}

/// The codes for the key of 32 letters that is on the screen in groups of four.
fn typed_in(screen: &str) -> Codes {
    let is_group = |word: &&str| {
        word.len() == 4
            && word
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    let (_, below) = screen.split_once("Key:").expect("the key is there");
    let key: String = below.split_whitespace().filter(is_group).take(8).collect();
    let mut codes = Codes::new(&key.to_uppercase());
    codes.drift = 10;
    codes
}

/// Chooses the app and types the key.
fn sets_up_an_app(client: &mut Dialogue<'_>) -> Codes {
    client.when_asked(NUMBER, "1");
    let screen = client.expect("? to go back): ");
    let mut codes = typed_in(&screen);
    client.answer(&codes.fresh());
    client.expect("Make recovery codes, for when you do not have it?");
    client.when_asked("(y/n): ", "n");
    codes
}

#[tokio::test]
async fn the_qr_code_on_a_terminal_of_80_by_24_sets_up_an_app_before_the_session() {
    let host = SignInHost::with(required(0)).await;
    let sshd = host.sshd("");
    let terminal = host.ssh_on_screen(&sshd, ALICE_ACCOUNT);
    terminal.wait_for("Password:");
    terminal.type_line(ALICE_ACCOUNT.password);
    let screen = terminal.wait_for(NUMBER.trim_end());
    assert!(screen.contains("1. Authenticator app\n"), "{screen}");
    assert!(!screen.contains("Later"), "{screen}");
    terminal.type_line("1");
    let screen = terminal.wait_for("? to go back):");
    assert!(screen.contains("alice@"), "the account: {screen}");
    let key = typed_in(&screen).key;
    terminal.type_line("q");
    let screen = terminal.wait_for("i to invert the picture, ? to go back):");
    let picture = host.directory().join("screen.png");
    terminal.screenshot(&picture);
    let mut app = Codes::of_uri(&scan_qr_code(&picture));
    app.drift = 10;
    assert_eq!(typed_in(&screen).key, app.key, "{screen}");
    assert_eq!(key, app.key);

    terminal.type_line(&app.wrong());
    let screen = terminal.wait_for("That code is not right.");
    assert!(!screen.contains(SESSION), "{screen}");
    terminal.type_line(&app.fresh());
    terminal.wait_for("(y/n):");
    terminal.type_line("y");
    let screen = terminal.wait_for("Press Enter when you have them:");
    let codes = screen
        .split_whitespace()
        .filter(|word| word.contains('-') && word.len() > 8)
        .count();
    assert_eq!(codes, 10, "{screen}");
    terminal.type_line("");
    terminal.wait_for(SESSION);
    terminal.wait_for("ended 0");

    // From now on the app is asked for.
    let pty = Pty::open();
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    password_then_code(&mut client, ALICE_ACCOUNT);
    client.answer(&app.fresh());
    assert_session(client);
}

#[tokio::test]
async fn a_client_that_shows_nothing_but_ascii_has_the_key_and_every_prompt() {
    let host = SignInHost::with(required(0)).await;
    let sshd = host.sshd("");
    let terminal = host.ssh_on_screen_of(&sshd, ALICE_ACCOUNT, (40, 24), "C");
    terminal.wait_for("Password:");
    terminal.type_line(ALICE_ACCOUNT.password);
    terminal.wait_for(NUMBER.trim_end());
    terminal.type_line("1");
    let screen = terminal.wait_for("to go back):");
    let mut app = typed_in(&screen);
    terminal.type_line(&app.fresh());
    let offered = terminal.wait_for("(y/n):");
    terminal.type_line("y");
    let codes = terminal.wait_for("Press Enter when you have them:");
    terminal.type_line("");
    terminal.wait_for("ended 0");
    for screen in [screen, offered, codes] {
        // OpenSSH writes what is not ASCII as numbers behind a backslash there.
        assert!(screen.is_ascii() && !screen.contains('\\'), "{screen}");
    }
}

#[tokio::test]
async fn a_user_who_cannot_scan_types_the_key() {
    let host = SignInHost::with(required(0)).await;
    let sshd = host.sshd("");
    let pty = Pty::open();
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    client.when_asked("Password: ", ALICE_ACCOUNT.password);
    client.expect(CHOOSE);
    let mut app = sets_up_an_app(&mut client);
    assert_session(client);
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    password_then_code(&mut client, ALICE_ACCOUNT);
    client.answer(&app.fresh());
    assert_session(client);
}

#[tokio::test]
async fn a_phone_is_set_up_with_the_code_in_the_text() {
    let host = SignInHost::with(required(0).spool()).await;
    let sshd = host.sshd("");
    let pty = Pty::open();
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    client.when_asked("Password: ", ALICE_ACCOUNT.password);
    let rows = client.when_asked(NUMBER, "2");
    assert!(
        rows.contains("1. Authenticator app\n2. Text message\n3. Phone call\n"),
        "{rows}"
    );
    client.when_asked("Number of your mobile phone", "555");
    client.expect("That number cannot be used");
    client.when_asked("? to go back): ", "+49 1511 2345678");
    client.expect("Code sent by text to ");
    let message = host.message(1).await;
    assert_eq!(message.purpose, "enrollment");
    client.when_asked(": ", &message.code);
    client.when_asked("(y/n): ", "n");
    assert_session(client);
    let methods = host.client(ALICE).await.methods_of(ALICE).await;
    assert_eq!(methods.len(), 1);
}

#[tokio::test]
async fn set_up_can_be_postponed_only_during_the_grace_period() {
    let mut host = SignInHost::with(required(14)).await;
    let sshd = host.sshd("");
    let pty = Pty::open();
    for times in 1..=2 {
        let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
        client.when_asked("Password: ", ALICE_ACCOUNT.password);
        let rows = client.when_asked(NUMBER, "2");
        assert!(rows.contains("2. Later (until "), "{rows}");
        assert_session(client);
        assert_eq!(count(&host, "set-up-postponed").await, times);
    }

    host.set_up(required(14).later("15d"));
    host.restart().await;
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    client.when_asked("Password: ", ALICE_ACCOUNT.password);
    let rows = client.expect(NUMBER);
    assert!(!rows.contains("Later"), "{rows}");
    // The option to postpone is gone.
    client.answer("2");
    let rows = client.expect(NUMBER);
    assert!(!rows.contains("Later"), "{rows}");
    assert_eq!(count(&host, "set-up-postponed").await, 2);
}

#[tokio::test]
async fn set_up_can_be_postponed_only_as_often_as_policy_says() {
    let host = SignInHost::with(required(14).policy("grace_times = 2")).await;
    let sshd = host.sshd("");
    let pty = Pty::open();
    for (left, then) in [
        ("2 times more)", "It can be put off once more."),
        (
            "once more)",
            "At the next sign-in it can be put off no longer.",
        ),
    ] {
        let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
        client.when_asked("Password: ", ALICE_ACCOUNT.password);
        let rows = client.when_asked(NUMBER, "2");
        assert!(rows.contains(left), "{rows}");
        client.expect(then);
        assert_session(client);
    }
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    client.when_asked("Password: ", ALICE_ACCOUNT.password);
    let rows = client.expect(NUMBER);
    assert!(!rows.contains("Later"), "{rows}");
}

#[tokio::test]
async fn set_up_is_not_offered_without_a_first_factor() {
    let mut host = SignInHost::with(required(14)).await;
    host.service("probe", &module_alone(""));
    let pty = Pty::open();
    let said = host.pamtester(&pty, "probe", "alice").ended();
    assert!(said.1.contains("You have until "), "{said:?}");
    assert_eq!(
        pamtester_result(said),
        "User credentials expired",
        "PAM_IGNORE"
    );

    host.set_up(required(14).later("15d"));
    host.restart().await;
    let said = host.pamtester(&pty, "probe", "alice").ended();
    assert!(
        said.1.contains("The time in which you could put off"),
        "{said:?}"
    );
    assert_eq!(pamtester_result(said), "Authentication failure");
}

#[tokio::test]
async fn with_an_access_pass_the_first_method_is_set_up_and_without_one_it_is_not() {
    let setup = required(0).policy("first_method = \"access-pass\"");
    let host = SignInHost::with(setup).await;
    let sshd = host.sshd("");
    let pty = Pty::open();
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    client.when_asked("Password: ", ALICE_ACCOUNT.password);
    client.expect("you need an access pass: ask an administrator");
    assert_refused_once_read(client);

    let issued = host
        .secinfo(
            ROOT,
            &["--json", "access-pass", "issue", &ALICE.to_string()],
            "",
        )
        .success()
        .json();
    let pass = issued["pass"].as_str().unwrap();
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    client.when_asked("Password: ", ALICE_ACCOUNT.password);
    client.when_asked("Access pass: ", pass);
    client.expect("You need one more way to verify that it is you. Set it up now:");
    let mut app = sets_up_an_app(&mut client);
    assert_session(client);

    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    password_then_code(&mut client, ALICE_ACCOUNT);
    client.answer(&app.fresh());
    assert_session(client);
}

#[tokio::test]
async fn a_service_can_require_more_than_others() {
    let setup = Setup::with_drift().more("[service.sshd]\nrequired = 1\ngrace_days = 0\n");
    let host = SignInHost::with(setup).await;
    host.service("su", &after_the_password("set_up"));
    let pty = Pty::open();
    let words = ["su", "alice", "-c", "echo A session of alice."];
    let mut su = pty.run(&host.command_of(secinfo_tests::BOB_ACCOUNT, &words));
    su.when_asked("Password: ", ALICE_ACCOUNT.password);
    assert_session(su);
    let sshd = host.sshd("");
    let mut client = host.ssh(&sshd, &pty, ALICE_ACCOUNT, &[]);
    client.when_asked("Password: ", ALICE_ACCOUNT.password);
    client.expect(CHOOSE);
    sets_up_an_app(&mut client);
    assert_session(client);
}
