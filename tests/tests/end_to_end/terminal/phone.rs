//! Phones that approve sign-ins, as a person at a terminal adds and uses them.

use super::start;
use secinfo_test_phone::{Choice, Entry, Link, Phone, Request};
use secinfo_tests::{
    ALICE, Codes, Dialogue, Pty, Relay, Setup, TestHost, binary, scan_qr_code, shown, user_path,
};
use std::process::Command;
use std::time::{Duration, Instant};

/// How long the relay may take to show a request.
const PATIENCE: Duration = Duration::from_secs(30);

/// A host whose phones can be asked again after a short while.
async fn host() -> (Relay, TestHost) {
    let sections = "[policy.authenticator-app]\ndrift = 10\n[policy.push]\nask_after = \"5s\"\n";
    Relay::with_host(Setup::new().more(sections)).await
}

/// The command as Alice runs it in this locale.
pub(crate) fn secinfo(host: &TestHost, locale: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("setpriv");
    command
        .args([format!("--reuid={ALICE}"), format!("--regid={ALICE}")])
        .arg("--clear-groups")
        .arg(binary("secinfo"))
        .args(arguments)
        .env("SECINFO_BUS_ADDRESS", host.bus().address())
        .env("LC_ALL", locale)
        .env("NO_COLOR", "1");
    command
}

/// A phone whose user opens the link that a dialogue shows, in one line, as a terminal copies it.
struct Opened {
    phone: Phone,
    entry: Entry,
}

impl Opened {
    /// Opens the link that stands in what a dialogue said.
    async fn by(relay: &Relay, said: &str) -> Self {
        let phone = relay.phone();
        let entry = relay.register(&phone, &link(said)).await.unwrap();
        Self { phone, entry }
    }

    /// The request that it shows when it is pulled down.
    async fn request(&mut self) -> Request {
        shown(&mut self.phone, &self.entry).await
    }

    /// Accepts the request that it shows; the code that it shows then.
    async fn approve(&mut self) -> String {
        let request = self.request().await;
        let accepted = self.answer(&request, Choice::Accept).await;
        accepted.expect("the phone shows a code")
    }

    async fn answer(&self, request: &Request, choice: Choice<'_>) -> Option<String> {
        let answered = self.phone.answer(&self.entry, request, choice).await;
        answered.unwrap().code
    }
}

fn link(said: &str) -> Link {
    let link = said.lines().find(|line| line.starts_with("pia://pipush/"));
    Link::read(link.expect("the link stands on a line of its own")).unwrap()
}

/// Presses Enter until another request can be sent: one was sent a moment ago.
fn press_enter_until(dialogue: &mut Dialogue<'_>, prompt: &str, sent: &str) {
    let begun = Instant::now();
    loop {
        dialogue.answer("");
        let said = dialogue.expect_one_of(&["sent to the phone just now", sent]);
        if said.ends_with(sent) {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "no other request is sent");
        dialogue.expect(prompt);
    }
}

#[tokio::test]
async fn the_qr_code_of_a_phone_can_be_scanned_with_and_without_colours() {
    for color in ["always", "never"] {
        let (relay, host) = host().await;
        let terminal = start(&host, "terminal", &["--color", color, "add", "push"]);
        terminal.wait_for("Waiting for the phone, for 10 minutes at most.");
        let picture = host.directory().join("screen.png");
        terminal.screenshot(&picture);
        let link = Link::read(&scan_qr_code(&picture)).unwrap();
        let phone = relay.phone();
        let entry = relay.register(&phone, &link).await.unwrap();
        let mut phone = Opened { phone, entry };
        terminal.wait_for("7-digit code from your phone");
        terminal.type_line(&phone.approve().await);
        terminal.wait_for("Add an authenticator app as well?");
        terminal.type_line("");
        let text = terminal.wait_for("ended");
        assert!(text.contains("ended 0"), "{text}");
        assert!(
            text.contains("It is your default sign-in method."),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_phone_is_added_by_its_link_where_the_window_is_too_small_for_the_code() {
    let (relay, host) = host().await;
    let alice = host.client(ALICE).await;
    let pty = Pty::open();
    let mut add = pty.run(&secinfo(&host, "C.UTF-8", &["add", "push"]));
    let said = add.expect("Ctrl-C adds nothing.");
    assert!(said.contains("Install privacyIDEA Authenticator on your phone"));
    assert!(said.contains("This window is too small"), "{said}");

    let mut phone = Opened::by(&relay, &said).await;
    add.expect("The phone is there. Approve the test request");
    let prompt = "7-digit code from your phone (Enter sends another request):";
    add.when_asked(prompt, "1234567");
    add.expect("That code is not right");
    add.expect("Attempts left: 4.");
    assert!(alice.methods_of(ALICE).await.is_empty());

    // Declined on the phone: another request is sent.
    let request = phone.request().await;
    phone.answer(&request, Choice::Cancel).await;
    add.when_asked(prompt, "1234567");
    add.expect("The test request was declined on the phone. Press Enter to send another");
    add.expect(prompt);
    press_enter_until(&mut add, prompt, "Approve the test request in the app");
    add.when_asked(prompt, &phone.approve().await);
    add.expect("Added: Phone.");
    add.expect("It is your default sign-in method.");
    add.when_asked("Add an authenticator app as well?", "n");
    let (status, said) = add.ended();
    assert!(status.success(), "{said}");
    assert_eq!(alice.methods_of(ALICE).await.len(), 1);
}

#[tokio::test]
async fn an_authenticator_app_is_added_in_the_same_go_and_leaves_the_phone_the_default() {
    let (relay, host) = host().await;
    let alice = host.client(ALICE).await;
    let pty = Pty::open();
    let mut add = pty.run(&secinfo(&host, "C.UTF-8", &["add", "push", "--with-app"]));
    let said = add.expect("Ctrl-C adds nothing.");
    let mut phone = Opened::by(&relay, &said).await;
    add.expect("(Enter sends another request):");
    add.answer(&phone.approve().await);
    let said = add.expect("6-digit code from your authenticator app:");
    let key = said.lines().find_map(|line| line.split_once("  Key "));
    let key = key.expect("the key stands beside the code").1;
    let mut app = Codes::new(&key.replace(' ', "").to_uppercase());
    app.drift = 10;
    add.answer(&app.fresh());
    let (status, said) = add.ended();
    assert!(status.success(), "{said}");
    let methods = alice.methods_of(ALICE).await;
    assert_eq!(methods.len(), 2, "{said}");
    assert_eq!(alice.default_of(ALICE).await, methods[0], "{said}");
}

#[tokio::test]
async fn an_app_that_shows_no_codes_is_told_of_and_another_phone_can_be_added_by_the_same_link() {
    let (relay, host) = host().await;
    let pty = Pty::open();
    let mut add = pty.run(&secinfo(&host, "C.UTF-8", &["add", "push"]));
    let said = add.expect("Ctrl-C adds nothing.");
    let mut old = relay.phone();
    old.app = "privacyIDEA-App/4.6.1 Android/15".to_owned();
    relay.register(&old, &link(&said)).await.unwrap_err();
    add.expect("The app on that phone is too old to show codes. Update it to 4.7.0 or newer");

    let mut phone = Opened::by(&relay, &said).await;
    add.expect("(Enter sends another request):");
    add.answer(&phone.approve().await);
    add.expect("Added: Phone.");
}

#[tokio::test]
async fn a_phone_that_is_waited_for_is_not_added_after_ctrl_c() {
    let (relay, host) = host().await;
    let alice = host.client(ALICE).await;
    let pty = Pty::open();
    let mut add = pty.run(&secinfo(&host, "C.UTF-8", &["add", "push"]));
    let said = add.expect("Ctrl-C adds nothing.");
    add.press('\u{3}');
    let (status, _) = add.ended();
    assert!(!status.success());
    // The daemon hears from the bus that the command has ended.
    let begun = Instant::now();
    while relay.phone().register(&link(&said)).await.is_ok() {
        assert!(begun.elapsed() < PATIENCE, "the link is still good");
    }
    assert!(alice.methods_of(ALICE).await.is_empty());
}

#[tokio::test]
async fn a_user_proves_who_they_are_by_the_phone_or_by_the_app_at_the_same_prompt() {
    let (relay, host) = host().await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Pixel", 10).await;
    alice.prove(&mut app).await;
    let mut phone = alice.enroll_phone(&relay).await;
    let pty = Pty::open();
    // The phone was asked a moment ago: the command waits until it can be asked again.
    let verify = secinfo(&host, "C.UTF-8", &["verify", "--method", "Phone"]);

    let mut asked = pty.run(&verify);
    let said = asked.expect("Answer ? to use another method.)");
    let told = "Approve the request on your phone: open privacyIDEA Authenticator (open already? pull \
                down). Then type the 7 digits that it shows. The 6-digit code of your app works too.";
    let unwrapped = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(unwrapped(&said).contains(&unwrapped(told)), "{said}");
    asked.when_asked("7-digit code from your phone:", "1234567");
    asked.expect("That code is not right");
    let code = phone.approve().await;
    asked.when_asked("7-digit code from your phone:", &code);
    asked.expect("Verified by phone.");

    let mut asked = pty.run(&verify);
    asked.when_asked("7-digit code from your phone:", &app.codes.fresh());
    asked.expect("Verified by authenticator app.");
    let (status, said) = asked.ended();
    assert!(status.success(), "{said}");
    let shown = phone.phone.poll(&phone.entry).await.unwrap();
    assert!(shown.is_empty(), "{shown:?}");
}

#[tokio::test]
async fn a_request_that_is_declined_as_anothers_ends_the_proof_and_the_page_tells_of_the_pause() {
    let (relay, host) = host().await;
    let alice = host.client(ALICE).await;
    let mut phone = alice.enroll_phone(&relay).await;
    let pty = Pty::open();
    // The phone was asked a moment ago, and is the only method: the command waits.
    let mut asked = pty.run(&secinfo(&host, "C.UTF-8", &["verify"]));
    asked.expect("7-digit code from your phone:");
    let request = phone.request().await;
    phone.answer(&request, Choice::NotMe).await;
    asked.answer("1234567");
    asked.expect("The request was declined on the phone");
    let (status, _) = asked.ended();
    assert!(!status.success());

    let page = pty.run(&secinfo(&host, "C.UTF-8", &[]));
    let (_, said) = page.ended();
    assert!(
        said.contains("No requests are sent to your phone until"),
        "{said}"
    );
    let root = host.client(secinfo_tests::ROOT).await;
    let state = host.secinfo(0, &["push", "--user", &ALICE.to_string()], "");
    assert!(state.stdout.contains("phones can be asked"), "{state:?}");
    assert!(
        state.stdout.contains("To lift that: secinfo unlock"),
        "{state:?}"
    );
    let unlocked = root
        .call::<(), ()>(&user_path(ALICE), "User", "Unlock", &())
        .await;
    unlocked.unwrap();
    let (_, said) = pty.run(&secinfo(&host, "C.UTF-8", &[])).ended();
    assert!(!said.contains("No requests are sent"), "{said}");
}

#[tokio::test]
async fn a_german_user_adds_a_phone_in_german() {
    let (relay, host) = host().await;
    let pty = Pty::open();
    let mut add = pty.run(&secinfo(&host, "de_DE.UTF-8", &["add", "push"]));
    let said = add.expect("Das Telefon wird erwartet, höchstens 10 Minuten lang.");
    assert!(said.contains("Installieren Sie privacyIDEA Authenticator"));
    let mut phone = Opened::by(&relay, &said).await;
    add.expect("Das Telefon ist da.");
    let prompt = "7-stelliger Code von Ihrem Telefon (Enter schickt eine neue Anfrage):";
    add.when_asked(prompt, "1234567");
    add.expect("Der Code stimmt nicht");
    add.expect("Verbleibende Versuche: 4.");
    let request = phone.request().await;
    assert!(request.title.starts_with("Test von "), "{request:?}");
    let code = phone.answer(&request, Choice::Accept).await.unwrap();
    add.when_asked(prompt, &code);
    add.expect("Hinzugefügt: Telefon.");
    add.when_asked("Auch eine Authenticator-App hinzufügen?", "n");
    let (status, said) = add.ended();
    assert!(status.success(), "{said}");
}
