//! The word in place of the password, and a password that is passed on.

use crate::Fixture;
use crate::code::*;
use crate::daemon::{Daemon, ReceivedCall, Reply, ask};
use crate::host::{PamHost, module};
use secinfo_wire::password_reset::{Decision, Outcome, PasswordResetError, Step};
use secinfo_wire::varlink;
use std::fs;

/// One that takes the word.
const SERVICE: &str = "login";

const PROMPT: &str = "hidden Passwort (reset, wenn Sie es vergessen haben): ";

/// A stack that asks for the password, and writes what the next module gets of it into a file.
fn configure(fixture: &Fixture, arguments: &str) {
    let (module, socket) = (module(), fixture.socket());
    let script = fixture.path().join("next");
    fs::write(
        &script,
        format!("#!/bin/sh\ncat > {}\n", passed(fixture).display()),
    )
    .unwrap();
    let text = format!(
        "auth [ignore=ignore default=die] {} socket={} {arguments}\n\
         auth [success=done default=die] pam_exec.so expose_authtok quiet /bin/sh {}\n",
        module.display(),
        socket.display(),
        script.display()
    );
    fs::write(fixture.pam_d().join(SERVICE), text).unwrap();
}

/// A host in which alice wants to sign in at this service.
fn host_at(fixture: &Fixture, service: &str) -> PamHost {
    let mut host = PamHost::start(&fixture.pam_d());
    host.begin_at(service, "alice");
    host
}

fn passed(fixture: &Fixture) -> std::path::PathBuf {
    fixture.path().join("passed")
}

/// An end of a reset.
fn end(outcome: Outcome) -> Reply {
    let decision = Decision {
        outcome,
        messages: vec!["This is the end.".to_owned()],
    };
    Reply::Raw(varlink::reply(&Step::End(decision), 256).to_vec())
}

#[test]
fn a_password_is_passed_on_and_admits_nobody() {
    let fixture = Fixture::new();
    configure(&fixture, "reset");
    let daemon = Daemon::start(&fixture.socket(), 0, []);
    let mut host = host_at(&fixture, SERVICE);
    let called = host.call("authenticate", &["answer  a pass word "]);
    assert_eq!(called.shown, [PROMPT]);
    // What comes of it is the next module's to say.
    assert_eq!(called.code, SUCCESS);
    let got = fs::read_to_string(passed(&fixture)).unwrap();
    assert_eq!(got.trim_end_matches('\0'), " a pass word ");
    assert_eq!(daemon.calls(), [], "the daemon is not asked");

    // With nothing behind it, nobody is let in.
    let alone = format!("auth required {} reset\n", module().display());
    fs::write(fixture.pam_d().join(SERVICE), alone).unwrap();
    let mut host = host_at(&fixture, SERVICE);
    let called = host.call("authenticate", &["answer a password"]);
    assert_ne!(called.code, SUCCESS);
}

#[test]
fn over_ssh_the_word_is_a_password_like_any_other() {
    let fixture = Fixture::new();
    configure(&fixture, "reset");
    fs::rename(fixture.pam_d().join(SERVICE), fixture.pam_d().join("sshd")).unwrap();
    let daemon = Daemon::start(&fixture.socket(), 0, []);
    let mut host = host_at(&fixture, "sshd");
    let called = host.call("authenticate", &["answer reset"]);
    assert_eq!(called.shown, ["hidden Passwort: "]);
    let got = fs::read_to_string(passed(&fixture)).unwrap();
    assert_eq!(got.trim_end_matches('\0'), "reset");
    assert_eq!(daemon.calls(), [], "the daemon is not asked");
}

#[test]
fn the_word_begins_a_reset_and_the_new_password_is_asked_for() {
    let fixture = Fixture::new();
    configure(&fixture, "reset");
    let replies = [ask("New password: ", false), end(Outcome::Set)];
    let daemon = Daemon::start(&fixture.socket(), 0, replies);
    let mut host = host_at(&fixture, SERVICE);
    let answers = ["answer reset", "answer  new one ", "answer  new one "];
    let called = host.call("authenticate", &answers);
    let shown = [
        PROMPT,
        "hidden New password: ",
        "info This is the end.",
        PROMPT,
    ];
    assert_eq!(called.shown, shown);
    assert_eq!(called.code, SUCCESS);
    let calls = daemon.calls();
    let [
        ReceivedCall::StartReset(start),
        ReceivedCall::Answer(answer),
    ] = calls.as_slice()
    else {
        panic!("{calls:?}");
    };
    assert_eq!(
        (start.name.as_str(), answer.as_str()),
        ("alice", " new one ")
    );
    assert_eq!(start.language.as_deref(), Some("de_DE.UTF-8"));
}

#[test]
fn a_reset_that_fails_lets_nobody_in() {
    let rows = [
        (end(Outcome::Refused), AUTH_ERR, "error This is the end."),
        (
            Reply::Error(PasswordResetError::NotOffered.name().to_owned()),
            AUTHINFO_UNAVAIL,
            "error Auf diesem Rechner werden keine Passwörter zurückgesetzt: Bitten Sie die Administration um ein neues.",
        ),
        (
            Reply::Error(PasswordResetError::Internal.name().to_owned()),
            AUTHINFO_UNAVAIL,
            "error Das Passwort kann im Moment nicht zurückgesetzt werden: Fragen Sie die Administration.",
        ),
        (
            Reply::Raw(b"{}\0".to_vec()),
            AUTHINFO_UNAVAIL,
            crate::CANNOT_DECIDE,
        ),
    ];
    for (reply, code, told) in rows {
        let fixture = Fixture::new();
        configure(&fixture, "reset=forgotten");
        let _daemon = Daemon::start(&fixture.socket(), 0, [reply]);
        let called = host_at(&fixture, SERVICE).call("authenticate", &["answer forgotten"]);
        assert_eq!((called.code, called.shown[1].as_str()), (code, told));
        assert!(!passed(&fixture).exists(), "the word is no password");
    }
}

#[test]
fn without_a_conversation_or_a_daemon_nothing_is_decided() {
    let fixture = Fixture::new();
    configure(&fixture, "reset");
    assert_eq!(
        host_at(&fixture, SERVICE)
            .call("authenticate", &["fail"])
            .code,
        CONV_ERR
    );
    let called = host_at(&fixture, SERVICE).call("authenticate", &["answer reset"]);
    assert_eq!(called.code, AUTHINFO_UNAVAIL);
}
