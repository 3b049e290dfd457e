//! Rows for the daemon's replies.

use crate::code::*;
use crate::daemon::{ReceivedCall, Reply, ask, end, end_for, error, refused, verified};
use crate::{CANNOT_DECIDE, fixture};
use secinfo_wire::sign_in::{LONGEST_MESSAGE, NotCovered, Outcome, RefusedFor, SignInError};

#[test]
fn verified_is_success() {
    let (_fixture, daemon, mut host) = fixture([ask("Code: ", false), verified()]);
    let called = host.call("authenticate", &["answer 123456"]);
    assert_eq!(called.code, SUCCESS);
    assert_eq!(called.shown, ["hidden Code: ", "info This is the end."]);
    let seen = daemon.calls();
    assert!(
        matches!(&seen[0], ReceivedCall::Start(start) if start.name == "alice" && start.service == "sshd")
    );
    assert_eq!(seen[1..], [ReceivedCall::Answer("123456".to_owned())]);
}

#[test]
fn remembered_is_success() {
    let (_fixture, _daemon, mut host) = fixture([end(Outcome::Remembered)]);
    let called = host.call("authenticate", &[]);
    assert_eq!(called.code, SUCCESS);
    assert_eq!(called.shown, ["info This is the end."]);
}

#[test]
fn not_covered_is_ignore_for_each_known_why() {
    let replies = NotCovered::ALL
        .iter()
        .map(|why| end(Outcome::NotCovered(*why)));
    let (_fixture, _daemon, mut host) = fixture(replies);
    for why in NotCovered::ALL {
        assert_eq!(host.call("authenticate", &[]).code, IGNORE, "{why:?}");
    }
}

#[test]
fn postponed_is_ignore() {
    let (_fixture, _daemon, mut host) =
        fixture([ask("Now or later? ", true), end(Outcome::Postponed)]);
    let called = host.call("authenticate", &["answer later"]);
    assert_eq!(called.code, IGNORE);
    assert_eq!(called.shown[0], "shown Now or later? ");
}

#[test]
fn each_refusal_has_its_code() {
    let (_fixture, _daemon, mut host) = fixture(RefusedFor::ALL.iter().copied().map(refused));
    for reason in RefusedFor::ALL {
        let code = match reason {
            RefusedFor::TooManyAttempts | RefusedFor::Locked => MAXTRIES,
            RefusedFor::NoMethod
            | RefusedFor::GraceOver
            | RefusedFor::AccessPassNeeded
            | RefusedFor::Expired
            | RefusedFor::TooManyCodes
            | RefusedFor::Declined
            | RefusedFor::Renamed => AUTH_ERR,
        };
        let called = host.call("authenticate", &[]);
        assert_eq!(called.code, code, "{reason:?}");
        assert_eq!(called.shown, ["error This is the end."], "{reason:?}");
    }
}

/// Messages that are no step of this version.
fn malformed() -> Vec<Reply> {
    let decision = |fields: &str| {
        format!("{{\"parameters\":{{\"decision\":{{{fields},\"messages\":[]}}}}}}\0").into_bytes()
    };
    let alice = "\"name\":\"alice\",\"uid\":1000";
    let mut long = b"{\"parameters\":{\"prompt\":{\"text\":\"".to_vec();
    long.resize(LONGEST_MESSAGE, b'x');
    long.extend_from_slice(b"\",\"echo\":true}}}\0");
    let nested = format!("{{\"parameters\":{}\0", "[".repeat(60_000)).into_bytes();
    let mut two = decision(&format!("\"outcome\":\"verified\",{alice}"));
    two.extend_from_slice(&two.clone());
    [
        b"7\0".to_vec(),
        b"\0".to_vec(),
        b"{}\0".to_vec(),
        b"\xff\xfe\0".to_vec(),
        b"{\"parameters\":{}}\0".to_vec(),
        b"{\"parameters\":{\"prompt\":{\"text\":\"Code: \"}}}\0".to_vec(),
        b"{\"parameters\":{\"prompt\":{\"echo\":true}}}\0".to_vec(),
        decision(&format!("\"outcome\":\"\",{alice}")),
        decision(&format!("\"outcome\":\"success\",{alice}")),
        decision(&format!("\"outcome\":\"VERIFIED\",{alice}")),
        decision(&format!("\"outcome\":\"not_covered\",{alice}")),
        decision(&format!(
            "\"outcome\":\"not_covered\",\"why\":\"later\",{alice}"
        )),
        decision(&format!("\"outcome\":\"refused\",{alice}")),
        decision(&format!(
            "\"outcome\":\"refused\",\"reason\":\"later\",{alice}"
        )),
        decision("\"outcome\":\"verified\",\"uid\":1000"),
        decision("\"outcome\":\"verified\",\"name\":7,\"uid\":1000"),
        two,
        long,
        nested,
    ]
    .map(Reply::Last)
    .to_vec()
}

#[test]
fn a_malformed_or_unknown_reply_is_unavailable() {
    let replies = malformed();
    let rows = replies.len();
    let (_fixture, _daemon, mut host) = fixture(replies);
    for row in 0..rows {
        let called = host.call("authenticate", &[]);
        assert_eq!(called.code, AUTHINFO_UNAVAIL, "row {row}");
        assert_eq!(called.shown, [CANNOT_DECIDE], "row {row}");
    }
}

#[test]
fn a_malformed_reply_to_an_answer_is_unavailable() {
    let replies = malformed();
    let rows = replies.len();
    let replies = replies
        .into_iter()
        .flat_map(|reply| [ask("Code: ", false), reply]);
    let (_fixture, _daemon, mut host) = fixture(replies);
    for row in 0..rows {
        let called = host.call("authenticate", &["answer 1"]);
        assert_eq!(called.code, AUTHINFO_UNAVAIL, "row {row}");
    }
}

#[test]
fn half_a_reply_is_unavailable() {
    let half = Reply::Last(b"{\"parameters\":{\"decision\":{\"outcome\":\"verified\"".to_vec());
    let (_fixture, _daemon, mut host) = fixture([half]);
    assert_eq!(host.call("authenticate", &[]).code, AUTHINFO_UNAVAIL);
}

#[test]
fn an_end_about_another_user_is_refused() {
    let outcomes = [
        Outcome::Verified,
        Outcome::Remembered,
        Outcome::NotCovered(NotCovered::Off),
        Outcome::Postponed,
    ];
    let (_fixture, _daemon, mut host) = fixture(outcomes.map(|outcome| end_for("bob", outcome)));
    for outcome in outcomes {
        assert_eq!(host.call("authenticate", &[]).code, AUTH_ERR, "{outcome:?}");
    }
}

const fn code_of(error: SignInError) -> i32 {
    match error {
        SignInError::UserNotFound => USER_UNKNOWN,
        SignInError::NotAuthorized => CRED_INSUFFICIENT,
        SignInError::NoSignIn => AUTH_ERR,
        SignInError::StorageUnavailable
        | SignInError::LimitsExceeded
        | SignInError::ShuttingDown
        | SignInError::Internal => AUTHINFO_UNAVAIL,
    }
}

#[test]
fn each_error_of_the_start_has_its_code() {
    let (_fixture, _daemon, mut host) = fixture(SignInError::ALL.iter().copied().map(error));
    for error in SignInError::ALL {
        let called = host.call("authenticate", &[]);
        assert_eq!(called.code, code_of(*error), "{error:?}");
    }
}

#[test]
fn each_error_of_an_answer_has_its_code() {
    let replies = SignInError::ALL
        .iter()
        .flat_map(|name| [ask("Code: ", false), error(*name)]);
    let (_fixture, _daemon, mut host) = fixture(replies);
    for error in SignInError::ALL {
        let called = host.call("authenticate", &["answer 1"]);
        assert_eq!(called.code, code_of(*error), "{error:?}");
    }
}

#[test]
fn every_other_error_is_unavailable() {
    let names = [
        "org.varlink.service.MethodNotFound",
        "org.varlink.service.InvalidParameter",
        "org.secinfo.SignIn.OfALaterVersion",
        "com.example.UserNotFound",
        "",
    ];
    let error = |name: &&str| Reply::Error((*name).to_owned());
    let replies = names
        .iter()
        .flat_map(|name| [ask("Code: ", false), error(name)])
        .chain(names.iter().map(error));
    let (_fixture, _daemon, mut host) = fixture(replies);
    for name in names {
        let called = host.call("authenticate", &["answer 1"]);
        assert_eq!(called.code, AUTHINFO_UNAVAIL, "{name}");
    }
    for name in names {
        let called = host.call("authenticate", &[]);
        assert_eq!(called.code, AUTHINFO_UNAVAIL, "{name}");
    }
}
