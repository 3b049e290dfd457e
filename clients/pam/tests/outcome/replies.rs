//! Rows for the daemon's replies.

use crate::code::*;
use crate::daemon::{ReceivedCall, Reply, ask, end, error, refused};
use crate::{CANNOT_DECIDE, fixture};
use secinfo_wire::{Reason, SignInStep};

#[tokio::test(flavor = "multi_thread")]
async fn verified_is_success() {
    let end = Reply::Step(end("verified"));
    let (_scene, daemon, mut host) = fixture([ask("Code: ", false), end]).await;
    let called = host.call("authenticate", &["answer 123456"]);
    assert_eq!(called.code, SUCCESS);
    assert_eq!(called.shown, ["hidden Code: ", "info This is verified."]);
    let seen = daemon.calls();
    assert!(
        matches!(&seen[0], ReceivedCall::Start(name, service, _) if name == "alice" && service == "sshd")
    );
    assert_eq!(seen[1..], [ReceivedCall::Answer("123456".to_owned())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn remembered_is_success() {
    let (_scene, _daemon, mut host) = fixture([Reply::Step(end("remembered"))]).await;
    let called = host.call("authenticate", &[]);
    assert_eq!(called.code, SUCCESS);
    assert_eq!(called.shown, ["info This is remembered."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn not_covered_is_ignore_for_each_known_why() {
    let whys = ["off", "exempt-group", "exempt-network", "nothing-enrolled"];
    let replies = whys.map(|why| {
        Reply::Step(SignInStep {
            why: Some(why.to_owned()),
            ..end("not-covered")
        })
    });
    let (_scene, _daemon, mut host) = fixture(replies).await;
    for why in whys {
        assert_eq!(host.call("authenticate", &[]).code, IGNORE, "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn postponed_is_ignore() {
    let end = Reply::Step(end("postponed"));
    let (_scene, _daemon, mut host) = fixture([ask("Now or later? ", true), end]).await;
    let called = host.call("authenticate", &["answer later"]);
    assert_eq!(called.code, IGNORE);
    assert_eq!(called.shown[0], "shown Now or later? ");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refusal_has_its_code() {
    let rows = [
        ("too-many-attempts", MAXTRIES),
        ("locked", MAXTRIES),
        ("no-method", AUTH_ERR),
        ("grace-over", AUTH_ERR),
        ("access-pass-needed", AUTH_ERR),
        ("expired", AUTH_ERR),
        ("too-many-codes", AUTH_ERR),
        ("a-later-word", AUTHINFO_UNAVAIL),
    ];
    let (_scene, _daemon, mut host) = fixture(rows.map(|(reason, _)| refused(reason))).await;
    for (reason, code) in rows {
        let called = host.call("authenticate", &[]);
        assert_eq!(called.code, code, "{reason}");
        let shown = if code == AUTHINFO_UNAVAIL {
            CANNOT_DECIDE
        } else {
            "error This is refused."
        };
        assert_eq!(called.shown, [shown], "{reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_or_unknown_reply_is_unavailable() {
    let nameless = |outcome: &str| {
        Reply::Step(SignInStep {
            name: None,
            ..end(outcome)
        })
    };
    let replies = [
        Reply::Nonsense,
        Reply::Objectless,
        Reply::Step(end("")),
        Reply::Step(end("success")),
        Reply::Step(end("VERIFIED")),
        Reply::Step(end("not-covered")),
        Reply::Step(SignInStep {
            why: Some("later-word".to_owned()),
            ..end("not-covered")
        }),
        Reply::Step(end("refused")),
        nameless("verified"),
        nameless("remembered"),
        nameless("postponed"),
        Reply::Step(end("ask")),
    ];
    let rows = replies.len();
    let (_scene, _daemon, mut host) = fixture(replies).await;
    for row in 0..rows {
        let called = host.call("authenticate", &[]);
        assert_eq!(called.code, AUTHINFO_UNAVAIL, "row {row}");
        assert_eq!(called.shown, [CANNOT_DECIDE], "row {row}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_reply_to_an_answer_is_unavailable() {
    let (_scene, _daemon, mut host) = fixture([ask("Code: ", false), Reply::Nonsense]).await;
    let called = host.call("authenticate", &["answer 1"]);
    assert_eq!(called.code, AUTHINFO_UNAVAIL);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_about_another_user_is_refused() {
    let of_bob = |outcome: &str| {
        Reply::Step(SignInStep {
            name: Some("bob".to_owned()),
            why: Some("off".to_owned()),
            ..end(outcome)
        })
    };
    let outcomes = ["verified", "remembered", "not-covered", "postponed"];
    let (_scene, _daemon, mut host) = fixture(outcomes.map(of_bob)).await;
    for outcome in outcomes {
        assert_eq!(host.call("authenticate", &[]).code, AUTH_ERR, "{outcome}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_error_of_the_start_has_its_code() {
    let replies = Reason::ALL.iter().map(|reason| error(reason.name()));
    let (_scene, _daemon, mut host) = fixture(replies).await;
    for reason in Reason::ALL {
        let expected = match reason {
            Reason::NotFound => USER_UNKNOWN,
            Reason::NotAuthorized => CRED_INSUFFICIENT,
            _ => AUTHINFO_UNAVAIL,
        };
        let called = host.call("authenticate", &[]);
        assert_eq!(called.code, expected, "{reason:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_error_of_an_answer_has_its_code() {
    let replies = Reason::ALL
        .iter()
        .flat_map(|reason| [ask("Code: ", false), error(reason.name())]);
    let (_scene, _daemon, mut host) = fixture(replies).await;
    for reason in Reason::ALL {
        let expected = match reason {
            Reason::SessionExpired => AUTH_ERR,
            Reason::NotAuthorized => CRED_INSUFFICIENT,
            _ => AUTHINFO_UNAVAIL,
        };
        let called = host.call("authenticate", &["answer 1"]);
        assert_eq!(called.code, expected, "{reason:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_the_daemon_no_longer_knows_is_an_authentication_error() {
    let gone = Reply::Error("org.freedesktop.DBus.Error.UnknownObject".to_owned());
    let (_scene, _daemon, mut host) = fixture([ask("Code: ", false), gone]).await;
    let called = host.call("authenticate", &["answer 1"]);
    assert_eq!(called.code, AUTH_ERR);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_error_from_the_bus_is_unavailable() {
    let names = [
        "org.freedesktop.DBus.Error.AccessDenied",
        "org.freedesktop.DBus.Error.UnknownMethod",
        "org.freedesktop.DBus.Error.NoReply",
        "org.secinfo.SecurityInfo1.Error.OfALaterVersion",
        "com.example.NotFound",
    ];
    let replies = names
        .iter()
        .flat_map(|name| [ask("Code: ", false), Reply::Error((*name).to_owned())])
        .chain(names.iter().map(|name| Reply::Error((*name).to_owned())));
    let (_scene, _daemon, mut host) = fixture(replies).await;
    for name in names {
        let called = host.call("authenticate", &["answer 1"]);
        assert_eq!(called.code, AUTHINFO_UNAVAIL, "{name}");
    }
    for name in names {
        let called = host.call("authenticate", &[]);
        assert_eq!(called.code, AUTHINFO_UNAVAIL, "{name}");
    }
}
