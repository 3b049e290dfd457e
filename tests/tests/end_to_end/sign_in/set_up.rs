//! Set-up at the prompt: the QR code on the terminal, phones, recovery codes, days of grace, and who
//! may use it.

use super::{SignIn, after_the_password, plain, types};
use crate::sent_codes::MOBILE;
use secinfo_tests::{ALICE, Codes, ROOT, Setup, TestHost, scan_qr_code, user_path};
use serde_json::json;
use std::fs::File;
use std::path::Path;

fn required() -> Setup {
    Setup::with_drift().more("[policy.sign-in]\nverify = \"required\"\n")
}

/// A picture of the QR code in a prompt, as on a light-on-dark terminal.
fn screenshot(prompt: &str, picture: &Path) {
    const SCALE: usize = 4;
    let mut rows: Vec<Vec<bool>> = Vec::new();
    for line in prompt.lines().filter(|line| line.contains(['█', '▀', '▄'])) {
        let halves = |lit: [char; 2]| line.chars().map(move |c| lit.contains(&c)).collect();
        rows.push(halves(['█', '▀']));
        rows.push(halves(['█', '▄']));
    }
    let width = rows.iter().map(Vec::len).max().unwrap();
    let side = |modules: usize| u32::try_from(modules * SCALE).unwrap();
    let mut encoder = png::Encoder::new(
        File::create(picture).unwrap(),
        side(width),
        side(rows.len()),
    );
    encoder.set_color(png::ColorType::Grayscale);
    let mut pixels = Vec::new();
    for row in &rows {
        for _ in 0..SCALE {
            for x in 0..width {
                let light = row.get(x).copied().unwrap_or_default();
                pixels.extend([if light { 255 } else { 0 }; SCALE]);
            }
        }
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&pixels).unwrap();
}

/// The content of the QR code, and the key next to it.
fn read(sign_in: &SignIn, host: &TestHost) -> (String, String) {
    let prompt = sign_in.prompt();
    let lines: Vec<_> = prompt.split('\n').collect();
    assert_eq!(lines[0], "", "whatever the program writes before it");
    assert!(lines.len() - 1 <= 24, "{} rows", lines.len() - 1);
    for line in &lines {
        assert!(line.chars().count() <= 80, "{line:?}");
    }
    let picture = host.directory().join("prompt.png");
    screenshot(prompt, &picture);
    let key: String = lines
        .iter()
        .map(|line| line.trim_matches(['█', '▀', '▄', ' ']))
        .skip_while(|text| !text.ends_with("Key:"))
        .skip(1)
        .take_while(|text| !text.is_empty())
        .collect();
    (scan_qr_code(&picture), key.replace(' ', "").to_uppercase())
}

/// Chooses the app, and then its picture, where the key comes first; what stands in the picture, the key,
/// and the app's codes.
fn chooses_the_app(sign_in: &mut SignIn, host: &TestHost) -> (String, String, Codes) {
    // The client's terminal may not be able to draw: first the key, in ASCII.
    sign_in.answer("1").shows("Key:\n");
    let prompt = sign_in.prompt();
    assert!(prompt.is_ascii(), "{prompt}");
    assert!(prompt.ends_with("(q for a QR code, ? to go back): "));
    assert!(prompt.lines().rev().skip(1).all(|line| line.len() < 40));
    sign_in.answer("q");
    let (uri, key) = read(sign_in, host);
    let mut codes = Codes::of_uri(&uri);
    codes.drift = 10;
    (uri, key, codes)
}

#[tokio::test]
async fn an_app_is_set_up_from_the_qr_code_on_the_terminal_followed_by_recovery_codes() {
    let host = TestHost::with(required()).await;
    let root = host.client(ROOT).await;
    let mut sign_in = SignIn::at(&root, "sshd", &after_the_password());
    sign_in.shows("You need a way to verify that it is you. Set it up now:\n1. Authenticator app\n2. Later (until 20");
    assert!(sign_in.prompt().ends_with(")\nNumber: "));
    let (uri, key, mut codes) = chooses_the_app(&mut sign_in, &host);
    assert_eq!(codes.key, key, "the key for a user who cannot scan");
    assert!(uri.starts_with("otpauth://totp/Example:daemon"), "{uri}");
    sign_in
        .answer(&codes.wrong())
        .shows("That code is not right.\nCode that the app shows");
    let light = sign_in.answer("i").prompt().to_owned();
    assert!(
        light.lines().nth(1).unwrap().trim().is_empty(),
        "the quiet zone is not drawn"
    );
    assert_eq!(
        sign_in
            .answer("I")
            .prompt()
            .lines()
            .nth(1)
            .unwrap()
            .chars()
            .next(),
        Some('█')
    );
    assert_eq!(read(&sign_in, &host).0, uri, "the same picture");

    sign_in.answer(&codes.fresh());
    assert_eq!(
        sign_in.prompt(),
        "Authenticator app is set up. Make recovery codes, for when you do not have it?\n(y/n): "
    );
    sign_in.answer("maybe").shows("Type y or n: ");
    sign_in
        .answer("y")
        .shows("Keep these recovery codes in a safe place.");
    let shown: Vec<String> = sign_in
        .prompt()
        .lines()
        .flat_map(str::split_whitespace)
        .filter(|word| word.len() == 14 && word.matches('-').count() == 2)
        .map(str::to_owned)
        .collect();
    assert_eq!(shown.len(), 10);
    sign_in.answer("").ended("verified");
    assert_eq!(sign_in.told(), "Authenticator app is set up.");

    let mut next = SignIn::at(&root, "sshd", &after_the_password());
    assert_eq!(
        next.prompt(),
        "Code from Authenticator app, or ? for another way: "
    );
    next.answer(&codes.fresh()).ended("verified");
    let mut next = SignIn::at(&root, "sshd", &after_the_password());
    next.answer("?").answer("1").answer(&shown[3]);
    next.ended("verified");
}

#[tokio::test]
async fn the_picture_comes_at_once_where_it_can_surely_be_drawn() {
    let host = TestHost::with(required()).await;
    let root = host.client(ROOT).await;
    for (options, is_drawn) in [
        (json!({"set_up": true, "language": "en_US.UTF-8"}), true),
        (json!({"set_up": true, "language": "C"}), false),
        (
            json!({"set_up": true, "language": "en_US.UTF-8", "remote_host": "192.0.2.7"}),
            false,
        ),
    ] {
        let mut sign_in = SignIn::at(&root, "sudo", &options);
        sign_in.answer("1");
        assert_eq!(sign_in.prompt().contains('█'), is_drawn, "{options}");
    }
}

#[tokio::test]
async fn a_phone_is_set_up_with_the_code_that_is_sent_to_it() {
    let host = TestHost::with(required().spool()).await;
    let root = host.client(ROOT).await;
    let mut sign_in = SignIn::at(&root, "sshd", &after_the_password());
    sign_in.shows("1. Authenticator app\n2. Text message\n3. Phone call\n4. Later");
    sign_in.answer("2").shows("Number of your mobile phone");
    sign_in
        .answer("nonsense")
        .shows("That number cannot be used");
    sign_in.answer("?").answer("3");
    sign_in.shows("Number of your phone");
    sign_in.answer("+49 (0)1511 234 56 78 ext. 9");
    sign_in.shows("The extension is left out, because it is not dialled.\nCode sent by call to +4915112345678 (Enter");
    sign_in.answer("").shows("A code was sent a moment ago");
    let message = host.message(1).await;
    assert_eq!(
        (message.destination.as_str(), message.purpose.as_str()),
        (MOBILE, "enrollment")
    );
    let wrong = format!(
        "{:06}",
        (message.code.parse::<u32>().unwrap() + 1) % 1_000_000
    );
    sign_in.answer(&wrong).shows("That code is not right.");
    sign_in.answer(&message.code).shows("Phone call is set up.");
    sign_in.answer("n").ended("verified");
    let alice = host.client(ALICE).await;
    assert_eq!(alice.methods_of(ALICE).await.len(), 1);
}

#[tokio::test]
async fn set_up_can_be_postponed_only_for_the_days_of_grace() {
    let mut host = TestHost::with(required()).await;
    let root = host.client(ROOT).await;
    let mut sign_in = SignIn::at(&root, "sshd", &after_the_password());
    sign_in.answer("2").ended("postponed");
    assert!(
        sign_in.told().contains("to set up a way to verify"),
        "{}",
        sign_in.told()
    );
    assert_eq!(types(&root).await.pop().unwrap(), "set-up-postponed");
    // Where set-up is not possible, a user who may postpone it is admitted; the first time is
    // recorded.
    let before = types(&root).await.len();
    SignIn::at(&root, "sudo", &plain()).ended("postponed");
    assert_eq!(types(&root).await.len(), before);

    host.set_up(required().later("15d"));
    host.restart().await;
    let root = host.client(ROOT).await;
    let over = SignIn::at(&root, "sudo", &plain());
    over.refused("grace_over");
    let sign_in = SignIn::at(&root, "sshd", &after_the_password());
    assert_eq!(
        sign_in.prompt(),
        "You need a way to verify that it is you. Set it up now:\n1. Authenticator app\nNumber: "
    );
}

#[tokio::test]
async fn without_grace_a_user_who_has_no_method_and_cannot_set_one_up_is_refused() {
    let host = TestHost::with(required().policy("grace_days = 0")).await;
    let root = host.client(ROOT).await;
    SignIn::at(&root, "sshd", &plain()).refused("no_method");
    let line = json!({"set_up": true, "display": "line"});
    SignIn::at(&root, "gdm", &line).refused("no_method");
}

#[tokio::test]
async fn policy_can_require_an_access_pass_before_the_first_method_at_sign_in() {
    let setup = required().policy("grace_days = 0\nfirst_method = \"access-pass\"");
    let host = TestHost::with(setup).await;
    let root = host.client(ROOT).await;
    let sign_in = SignIn::at(&root, "sshd", &after_the_password());
    sign_in.refused("access_pass_needed");
    let (pass, _): (String, u64) = root
        .call(
            &user_path(ALICE),
            "User",
            "IssueAccessPass",
            &(3600_u64, true, 0_u64),
        )
        .await
        .unwrap();
    let mut sign_in = SignIn::at(&root, "sshd", &after_the_password());
    assert_eq!(sign_in.prompt(), "Access pass: ");
    sign_in
        .answer("wrong-pass")
        .shows("That code is not right. Access pass: ");
    sign_in
        .answer(&pass)
        .shows("Set it up now:\n1. Authenticator app\nNumber: ");
    sign_in.answer("1").answer("q");
    let (uri, _) = read(&sign_in, &host);
    let mut codes = Codes::of_uri(&uri);
    codes.drift = 10;
    sign_in.answer(&codes.fresh()).answer("n");
    sign_in.ended("verified");
    let mut next = SignIn::at(&root, "sshd", &after_the_password());
    next.answer(&codes.fresh()).ended("verified");
}

#[tokio::test]
async fn a_user_with_a_method_cannot_set_up_another_with_the_password_alone() {
    let host = TestHost::with(required().policy("required = 2")).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    let root = host.client(ROOT).await;
    let mut sign_in = SignIn::at(&root, "sshd", &after_the_password());
    assert_eq!(sign_in.prompt(), "Code from Authenticator app \"Phone\": ");
    // Not accepted as a choice, because a code was asked for.
    sign_in.answer("1").shows("a code has 6 digits");
    let wrong = app.codes.wrong();
    sign_in.answer(&wrong).shows("not right");
    sign_in.answer(&app.codes.fresh());
    sign_in.shows("You need one more way to verify that it is you.");
    sign_in.answer("2").ended("verified");
    assert!(sign_in.told().contains("You have until"));
}

#[tokio::test]
async fn the_longest_keys_fit_on_the_terminal_too() {
    let setup = Setup::new()
        .more("[policy.sign-in]\nverify = \"required\"\n")
        .more("[policy.authenticator-app]\ndrift = 10\nalgorithm = \"SHA512\"\ndigits = 8\n");
    let host = TestHost::with(setup).await;
    let root = host.client(ROOT).await;
    let mut sign_in = SignIn::at(&root, "sshd", &after_the_password());
    let (_, key, mut codes) = chooses_the_app(&mut sign_in, &host);
    assert_eq!(codes.key, key);
    assert_eq!((codes.digits, key.len()), (8, 103));
    sign_in.answer(&codes.fresh()).shows("is set up");
}

#[tokio::test]
async fn postponing_set_up_after_enrolling_a_method_asks_for_the_method() {
    let host = TestHost::with(required().policy("required = 2")).await;
    let root = host.client(ROOT).await;
    let mut waiting = SignIn::at(&root, "sshd", &after_the_password());
    let alice = host.client(ALICE).await;
    alice.enroll_app("Phone", 10).await;
    waiting.answer("2").refused("expired");
    let types = types(&root).await;
    assert!(!types.contains(&"set-up-postponed".to_owned()), "{types:?}");
}

#[tokio::test]
async fn a_user_who_must_have_a_method_cannot_delete_the_last_one() {
    let host = TestHost::with(required()).await;
    let alice = host.client(ALICE).await;
    alice.enroll_app("Phone", 10).await;
    let method = alice.default_of(ALICE).await;
    let deleted: Result<(bool, u64), _> = alice.call(&method, "Method", "Delete", &()).await;
    assert_eq!(deleted.unwrap_err().short(), "LastMethod");
}
