//! The command on a real terminal: its output and its prompts.

pub(crate) mod phone;

use secinfo_tests::{ALICE, Codes, Pty, Setup, Terminal, TestHost, binary, scan_qr_code};
use std::process::Command;

fn start(host: &TestHost, name: &str, arguments: &[&str]) -> Terminal {
    start_of_size(host, name, (110, 60), arguments)
}

fn start_of_size(host: &TestHost, name: &str, size: (u16, u16), arguments: &[&str]) -> Terminal {
    start_in(host, name, size, "C.UTF-8", arguments)
}

/// Starts the command on a terminal of this size, for a person with this locale.
fn start_in(
    host: &TestHost,
    name: &str,
    size: (u16, u16),
    locale: &str,
    arguments: &[&str],
) -> Terminal {
    start_with(host, name, size, &[&format!("LC_ALL={locale}")], arguments)
}

/// Starts it with these variables in its environment.
fn start_with(
    host: &TestHost,
    name: &str,
    size: (u16, u16),
    variables: &[&str],
    arguments: &[&str],
) -> Terminal {
    let (uid, secinfo) = (ALICE.to_string(), binary("secinfo"));
    let words = [
        &[
            "setpriv",
            "--reuid",
            &uid,
            "--regid",
            &uid,
            "--clear-groups",
            "env",
        ],
        variables,
        &[secinfo.to_str().unwrap()][..],
        arguments,
    ];
    let environment = [("SECINFO_BUS_ADDRESS", host.bus().address().into())];
    let socket = host.directory().join(name);
    Terminal::start(socket, size, &words.concat(), &environment)
}

#[tokio::test]
async fn the_qr_code_on_a_terminal_can_be_decoded_with_and_without_colours() {
    for color in ["always", "never"] {
        let host = TestHost::with(Setup::with_drift()).await;
        let arguments = ["--color", color, "add", "authenticator-app"];
        let terminal = start(&host, "terminal", &arguments);
        terminal.wait_for("or scan the QR code below it");
        let text = terminal.wait_for("6-digit code from your authenticator app:");
        let picture = host.directory().join("screen.png");
        terminal.screenshot(&picture);
        let uri = scan_qr_code(&picture);
        let mut app = Codes::of_uri(&uri);
        app.drift = 10;
        let key = text.lines().find_map(|line| line.split_once("  Key "));
        let key = key.expect("the key stands beside the code").1.trim();
        assert_eq!(key.replace(' ', "").to_uppercase(), app.key, "{text}");
        assert!(
            key.split(' ').all(|group| group.len() == 4),
            "in groups of four: {key}"
        );

        terminal.type_line(&app.fresh());
        let text = terminal.wait_for("ended");
        assert!(text.contains("ended 0"), "{text}");
        assert!(
            text.contains("It is your default sign-in method."),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_person_without_colours_has_the_picture_without_them() {
    let host = TestHost::with(Setup::with_drift()).await;
    let variables = ["LC_ALL=C.UTF-8", "NO_COLOR=1"];
    let arguments = ["add", "authenticator-app"];
    let terminal = start_with(&host, "terminal", (110, 60), &variables, &arguments);
    let text = terminal.wait_for("6-digit code from your authenticator app:");
    assert!(text.contains("drawn without colours"), "{text}");
    assert!(!terminal.coloured().contains('\u{1b}'), "{text}");
    let picture = host.directory().join("screen.png");
    terminal.screenshot(&picture);
    let mut app = Codes::of_uri(&scan_qr_code(&picture));
    app.drift = 10;
    terminal.type_line(&app.fresh());
    let text = terminal.wait_for("ended");
    assert!(text.contains("ended 0"), "{text}");
}

#[tokio::test]
async fn on_80_columns_and_24_rows_the_whole_qr_code_is_above_the_prompt() {
    for color in ["always", "never"] {
        let host = TestHost::with(Setup::with_drift()).await;
        let arguments = ["--color", color, "add", "authenticator-app"];
        let terminal = start_of_size(&host, "terminal", (80, 24), &arguments);
        terminal.wait_for("6-digit code from your authenticator app:");
        let picture = host.directory().join("screen.png");
        terminal.screenshot(&picture);
        let mut app = Codes::of_uri(&scan_qr_code(&picture));
        app.drift = 10;
        terminal.type_line(&app.fresh());
        let text = terminal.wait_for("ended");
        assert!(text.contains("ended 0"), "{text}");
    }
}

#[tokio::test]
async fn a_terminal_that_cannot_draw_shows_the_key_in_ascii_lines() {
    for (variables, width) in [
        (&["LC_ALL=C"][..], 80),
        (&["LC_ALL=C"], 40),
        (&["LC_ALL=C.UTF-8", "TERM=dumb"], 40),
    ] {
        let host = TestHost::with(Setup::with_drift()).await;
        let arguments = ["add", "authenticator-app"];
        let terminal = start_with(&host, "terminal", (width, 24), variables, &arguments);
        let text = terminal.wait_for("authenticator app:");
        let text = if text.contains("6-digit") {
            text
        } else {
            terminal.wait_for("6-digit")
        };
        assert!(text.is_ascii(), "{text}");
        let is_group = |word: &&str| {
            let all = word
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
            word.len() == 4 && all
        };
        let (_, below) = text
            .split_once("  Key ")
            .or(text.split_once("  Key\n"))
            .expect(&text);
        let key: Vec<_> = below.split_whitespace().take_while(is_group).collect();
        assert_eq!(key.len(), 8, "{text}");
        let mut app = Codes::new(&key.concat().to_uppercase());
        app.drift = 10;
        terminal.type_line(&app.fresh());
        let text = terminal.wait_for("ended");
        assert!(text.contains("ended 0"), "{text}");
    }
}

#[tokio::test]
async fn deleting_asks_for_confirmation_and_for_a_fresh_proof() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;

    let terminal = start(&host, "first", &["delete", "Phone"]);
    let text = terminal.wait_for("Delete it?");
    assert!(text.contains("This cannot be undone."), "{text}");
    terminal.type_line("");
    terminal.wait_for("Nothing was deleted.");
    assert_eq!(alice.methods_of(ALICE).await, [app.path.clone()]);

    let terminal = start(&host, "second", &["delete", "Phone"]);
    terminal.wait_for("Delete it?");
    terminal.type_line("y");
    terminal.wait_for("First prove that it is you.");
    assert_eq!(alice.methods_of(ALICE).await, [app.path.clone()]);
    terminal.type_line(&app.codes.fresh());
    let text = terminal.wait_for("ended");
    assert!(text.contains("ended 0"), "{text}");
    assert!(alice.methods_of(ALICE).await.is_empty());
}

#[tokio::test]
async fn the_default_is_chosen_from_a_list() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut first = alice.enroll_app("First", 10).await;
    alice.prove(&mut first).await;
    let mut second = alice.enroll_app("Second", 10).await;
    assert_eq!(alice.default_of(ALICE).await, second.path);

    let terminal = start(&host, "terminal", &["default"]);
    let text = terminal.wait_for("Number of the method");
    assert!(text.contains("(Second)  (default now)"), "{text}");
    terminal.type_line("1");
    terminal.wait_for("first at sign-in?");
    terminal.type_line("y");
    terminal.wait_for("First prove that it is you.");
    terminal.type_line(&second.codes.fresh());
    let text = terminal.wait_for("ended");
    assert!(text.contains("ended 0"), "{text}");
    assert_eq!(alice.default_of(ALICE).await, first.path);
}

#[tokio::test]
async fn a_german_user_is_asked_and_answered_in_german() {
    let host = TestHost::with(Setup::with_drift()).await;
    let german =
        |name, arguments: &[&str]| start_in(&host, name, (110, 60), "de_DE.UTF-8", arguments);

    let terminal = german("add", &["--color", "never", "add", "authenticator-app"]);
    terminal.wait_for("6-stelliger Code aus Ihrer Authenticator-App:");
    let text = terminal.wait_for("oder lesen Sie den QR-Code darunter ein:");
    let key = text
        .lines()
        .find_map(|line| line.split_once("  Schlüssel "));
    let mut app = Codes::new(key.expect("the key stands beside the code").1.trim());
    app.drift = 10;
    terminal.type_line("000000");
    terminal.wait_for("Der Code stimmt nicht: Prüfen Sie ihn");
    terminal.wait_for("Verbleibende Versuche: ");
    terminal.type_line(&app.fresh());
    let text = terminal.wait_for("ended");
    assert!(
        text.contains("Hinzugefügt: Authenticator-App.")
            && text.contains("Das ist Ihre Standardmethode für die Anmeldung."),
        "{text}"
    );

    let terminal = german("delete", &["delete", "1"]);
    let text = terminal.wait_for("Löschen? [j/N]");
    assert!(
        text.contains(
            "Das wird gelöscht: Authenticator-App. Es lässt sich nicht rückgängig machen."
        ),
        "{text}"
    );
    terminal.type_line("vielleicht");
    terminal.wait_for("Antworten Sie mit j für ja oder n für nein.");
    terminal.type_line("j");
    terminal.wait_for("Weisen Sie sich zuerst aus.");
    terminal.type_line(&app.fresh());
    let text = terminal.wait_for("ended");
    assert!(
        text.contains("ended 0")
            && text.contains("Entfernen Sie das Konto auch aus der App")
            && text.contains("Es gibt keine Standardmethode für die Anmeldung mehr"),
        "{text}"
    );
}

const ANSWERS: [&str; 5] = [
    "Xylophonius",
    "Die Zwölf Tenöre",
    "an der Großen Straße",
    "Quuxwerke",
    "Narrow Lane",
];

/// `secinfo add security-questions`, as a person in a terminal runs it.
fn add_questions(host: &TestHost) -> Command {
    let mut command = Command::new("setpriv");
    command
        .args([format!("--reuid={ALICE}"), format!("--regid={ALICE}")])
        .arg("--clear-groups")
        .arg(binary("secinfo"))
        .args(["add", "security-questions"])
        .env("SECINFO_BUS_ADDRESS", host.bus().address())
        .env("LC_ALL", "C.UTF-8")
        .env("NO_COLOR", "1");
    command
}

#[tokio::test]
async fn security_questions_are_chosen_and_answered_twice_and_mistakes_are_asked_for_again() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let pty = Pty::open();
    let mut add = pty.run(&add_questions(&host));
    let mut said = String::new();
    // Too few, and one of them twice.
    for numbers in ["1 2 3", "1 1 2 3 4"] {
        said += &add.when_asked("Numbers:", numbers);
        said += &add.expect("Name 5 different numbers from 1 to");
    }
    said += &add.when_asked("Numbers:", "1 2 3 4 5");
    said += &add.when_asked("Answer:", "ab");
    said += &add.expect("An answer has 3 to 40 characters.");
    said += &add.when_asked("Answer:", ANSWERS[0]);
    said += &add.when_asked("Answer:", &ANSWERS[0].to_uppercase());
    said += &add.expect("That answer is like another one");
    for answer in &ANSWERS[1..] {
        said += &add.when_asked("Answer:", answer);
    }
    said += &add.expect("Answer all questions once more");
    for answer in ["Xylofonius"].iter().chain(&ANSWERS[1..]) {
        said += &add.when_asked("Answer:", answer);
    }
    said += &add.expect("Not all answers are as before.");
    assert!(alice.methods_of(ALICE).await.is_empty());
    for answer in ANSWERS {
        said += &add.when_asked("Answer:", answer);
    }
    let (status, rest) = add.ended();
    said += &rest;
    assert!(status.success(), "{said}");
    assert_eq!(alice.methods_of(ALICE).await.len(), 1);
    for answer in ANSWERS {
        assert!(!said.contains(answer), "{answer} is shown: {said}");
    }
}

#[tokio::test]
async fn answers_to_security_questions_that_are_interrupted_leave_nothing_and_a_terminal_that_shows()
 {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let pty = Pty::open();
    for answers in [&ANSWERS[..1], &ANSWERS] {
        let mut add = pty.run(&add_questions(&host));
        add.when_asked("Numbers:", "1 2 3 4 5");
        for answer in answers {
            add.when_asked("Answer:", answer);
        }
        add.expect("Answer:");
        add.press('\u{3}');
        let (status, said) = add.ended();
        assert!(!status.success(), "{said}");
        assert!(alice.methods_of(ALICE).await.is_empty());
        let mut stty = Command::new("stty");
        let (_, settings) = pty.run(stty.arg("-a")).ended();
        let mut settings = settings.split_whitespace();
        assert!(settings.any(|word| word == "echo"), "typing stays hidden");
    }
}
