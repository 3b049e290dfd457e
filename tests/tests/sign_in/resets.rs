//! What a password reset leaves behind: on terminals that were remembered, and with those who are told of it.

use crate::fixture::{CODE, count, sudo_with_a_code, sudo_without_a_code};
use mail_parser::MessageParser;
use secinfo_tests::{
    ADMINISTRATORS, ALICE, ALICE_ACCOUNT, BOB, CAROL_ACCOUNT, Client, PasswordHelper, Pty, ROOT,
    ResetSocket, STRANGER, Setup, SignInHost, SmtpServer, TwilioServer, code_in,
};
use serde_json::json;
use std::time::Duration;

const MOBILE: &str = "+4915112345678";
const PASSWORD: &str = "correct horse battery";

/// Begins a reset of Alice's password as an account that has nothing to do with her.
fn begin(host: &SignInHost) -> ResetSocket {
    ResetSocket::start(host, STRANGER, "alice", &json!({})).unwrap()
}

/// Types the new password, twice.
fn set_password(reset: &mut ResetSocket) {
    reset.answer(PASSWORD).unwrap().answer(PASSWORD).unwrap();
    assert_eq!(reset.ended().unwrap().0, "set");
}

/// To whom a mail goes, and what it says.
fn read(mail: &[u8]) -> (String, String) {
    let message = MessageParser::default().parse(mail).unwrap();
    let to = message.to().unwrap().first().unwrap().address().unwrap();
    (to.to_owned(), message.body_text(0).unwrap().into_owned())
}

/// The code in the newest of so many mails.
fn code_of_mail(smtp: &SmtpServer, count: usize) -> String {
    let (_, text) = read(&smtp.mail(count)[count - 1]);
    code_in(&text, 6).unwrap()
}

/// The text in the newest of so many text messages.
async fn text(twilio: &TwilioServer, count: usize) -> String {
    loop {
        let sent = twilio.created("Messages");
        if sent.len() >= count {
            return sent[count - 1]["Body"].clone();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Enrols the address of a user, whose code comes with the mail of this number.
async fn enroll_address(user: &Client, smtp: &SmtpServer, address: &str, number: usize) {
    let (path, _) = user
        .start_destination("email", address, None)
        .await
        .unwrap();
    user.send_code(path.as_str(), "Enrollment").await.unwrap();
    let code = code_of_mail(smtp, number);
    user.finish_enrollment(path.as_str(), &code).await.unwrap();
}

#[tokio::test]
async fn everybody_whom_it_concerns_is_told_of_the_reset_of_an_administrator() {
    let (twilio, smtp) = (TwilioServer::start(), SmtpServer::start());
    let setup = Setup::new().providers(&twilio, &smtp).more(&format!(
        "[policy.reset]\nenabled = true\nadministrators = [\"{ADMINISTRATORS}\"]\n\
         [policy.codes]\nresend_after = \"1s\"\n"
    ));
    let mut host = SignInHost::without_daemon(setup).await;
    host.install_providers(&twilio, &smtp);
    host.start_daemon().await;
    let root = host.client(ROOT).await;
    for channel in ["text", "email"] {
        root.wait_for_channel(channel, |channel| channel.state == "ready")
            .await;
    }
    let helper = PasswordHelper::willing(&host);
    let alice = host.client(ALICE).await;
    let (path, _) = alice
        .start_destination("text", MOBILE, Some("mobile"))
        .await
        .unwrap();
    alice.send_code(path.as_str(), "Enrollment").await.unwrap();
    let code = code_in(&text(&twilio, 1).await, 6).unwrap();
    alice.finish_enrollment(path.as_str(), &code).await.unwrap();
    enroll_address(&alice, &smtp, "alice@example.org", 1).await;
    text(&twilio, 2).await;
    let bob = host.client(BOB).await;
    enroll_address(&bob, &smtp, "bob@example.org", 2).await;
    let carol = host.client(CAROL_ACCOUNT.uid).await;
    enroll_address(&carol, &smtp, "carol@example.org", 3).await;

    // Policy asks all others for one gate.
    let mut reset = begin(&host);
    reset.choose("Text message").unwrap();
    let code = code_in(&text(&twilio, 3).await, 6).unwrap();
    reset.answer(&code).unwrap();
    assert!(
        reset.prompt().starts_with("One more proof is needed"),
        "{}",
        reset.prompt()
    );
    reset.choose("Email").unwrap();
    reset.answer(&code_of_mail(&smtp, 4)).unwrap();
    set_password(&mut reset);
    assert_eq!(helper.calls_of("SetPassword").len(), 1);

    let by_text = text(&twilio, 4).await;
    assert!(by_text.contains("new password"), "{by_text}");
    let mut told: Vec<_> = smtp.mail(6)[4..].iter().map(|mail| read(mail)).collect();
    told.sort();
    let [(first, to_alice), (second, to_bob)] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!(
        [first.as_str(), second],
        ["alice@example.org", "bob@example.org"]
    );
    assert!(
        to_alice.contains("new password") && !to_alice.contains("administrator of this host"),
        "{to_alice}"
    );
    assert!(
        to_bob.contains("for an administrator of this host"),
        "{to_bob}"
    );
    // Neither says the password, and nobody else is told.
    for text in [&by_text, to_alice, to_bob] {
        assert!(!text.contains(PASSWORD), "{text}");
    }
    assert_eq!(
        (smtp.mail(6).len(), twilio.created("Messages").len()),
        (6, 4)
    );
}

#[tokio::test]
async fn a_terminal_is_remembered_no_longer_after_a_reset() {
    let setup = Setup::with_drift()
        .spool()
        .more("[service.sudo]\nremember = \"10m\"\n[policy.reset]\nenabled = true\n");
    let host = SignInHost::with(setup).await;
    let _helper = PasswordHelper::willing(&host);
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    alice
        .enroll_destination(&host, "email", "alice@example.org", None)
        .await;
    host.service("sudo", "auth required {module}");
    let pty = Pty::open();
    let mut shell = host.shell(&pty, ALICE_ACCOUNT);
    sudo_with_a_code(&mut shell, &mut app);
    sudo_without_a_code(&mut shell);
    assert_eq!(count(&host, "remembered-sign-in").await, 1);

    let before = host.messages().len();
    let mut reset = begin(&host);
    reset.choose("Email").unwrap();
    let code = host.message(before + 1).await.code;
    reset.answer(&code).unwrap();
    set_password(&mut reset);
    shell.when_asked("$ ", "sudo id -un");
    shell.expect(CODE);
    assert_eq!(count(&host, "remembered-sign-in").await, 1);
}
