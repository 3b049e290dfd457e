//! The outcome table, row by row. Whole calls are tested in `tests/outcome`.

use super::*;
use secinfo_wire::names::ERROR_PREFIX;

const GRANTS: [Grant; 3] = [Grant::Verified, Grant::Remembered, Grant::BreakGlass];
const EXCUSES: [Excuse; 2] = [Excuse::NotCovered, Excuse::Postponed];

fn step(word: &str) -> SignInStep {
    SignInStep {
        outcome: word.to_owned(),
        name: Some("alice".to_owned()),
        ..SignInStep::default()
    }
}

fn outcome_of(step: &SignInStep) -> Option<Outcome> {
    match action(step) {
        Ok(Action::Finish { outcome, .. }) => Some(outcome),
        Ok(Action::Ask { .. }) => panic!("not an outcome"),
        Err(error) => {
            assert_eq!(error, Unavailable::Malformed);
            None
        }
    }
}

#[test]
fn only_a_grant_to_the_same_user_is_success() {
    for grant in GRANTS {
        let outcome = Outcome::Granted(grant);
        assert_eq!(authenticated(&outcome, Subject::Same), ReturnCode::Success);
        assert_eq!(
            authenticated(&outcome, Subject::Changed),
            ReturnCode::AuthenticationError
        );
    }
}

#[test]
fn only_an_excuse_of_the_same_user_is_ignore() {
    for excuse in EXCUSES {
        let outcome = Outcome::Excused(excuse);
        assert_eq!(authenticated(&outcome, Subject::Same), ReturnCode::Ignore);
        assert_eq!(
            authenticated(&outcome, Subject::Changed),
            ReturnCode::AuthenticationError
        );
    }
}

#[test]
fn refusals_and_failures_are_neither_success_nor_ignore() {
    let refusals = [
        (Refusal::TooManyAttempts, ReturnCode::MaximumTries),
        (Refusal::Locked, ReturnCode::MaximumTries),
        (Refusal::NoMethod, ReturnCode::AuthenticationError),
        (Refusal::GraceOver, ReturnCode::AuthenticationError),
        (Refusal::AccessPassNeeded, ReturnCode::AuthenticationError),
        (Refusal::Expired, ReturnCode::AuthenticationError),
        (Refusal::TooManyCodes, ReturnCode::AuthenticationError),
    ];
    let failures = [
        (Failure::Argument, ReturnCode::ServiceError),
        (Failure::NoUser, ReturnCode::UserUnknown),
        (Failure::UnknownUser, ReturnCode::UserUnknown),
        (Failure::NotAuthorized, ReturnCode::CredentialsInsufficient),
        (Failure::SessionOver, ReturnCode::AuthenticationError),
        (Failure::Conversation, ReturnCode::ConversationError),
        (Failure::WrongBreakGlass, ReturnCode::MaximumTries),
        (
            Failure::BreakGlassNotUsedUp,
            ReturnCode::AuthenticationUnavailable,
        ),
        (Failure::Panic, ReturnCode::SystemError),
    ];
    let unavailable = [
        Unavailable::NoBus,
        Unavailable::NoDaemon,
        Unavailable::Impostor { uid: 1000 },
        Unavailable::Hung,
        Unavailable::Lost,
        Unavailable::Malformed,
        Unavailable::Error("x".to_owned()),
        Unavailable::Endless,
    ]
    .map(|why| {
        (
            Failure::Unavailable(why),
            ReturnCode::AuthenticationUnavailable,
        )
    });
    let outcomes = refusals
        .map(|(refusal, code)| (Outcome::Refused(refusal), code))
        .into_iter()
        .chain(
            failures
                .into_iter()
                .chain(unavailable)
                .map(|(failure, code)| (Outcome::Failed(failure), code)),
        );
    for (outcome, code) in outcomes {
        for subject in [Subject::Same, Subject::Changed] {
            assert_eq!(authenticated(&outcome, subject), code, "{outcome:?}");
            assert!(!matches!(code, ReturnCode::Success | ReturnCode::Ignore));
        }
    }
}

#[test]
fn every_outcome_of_a_step_is_parsed() {
    assert_eq!(
        outcome_of(&step("verified")),
        Some(Outcome::Granted(Grant::Verified))
    );
    assert_eq!(
        outcome_of(&step("remembered")),
        Some(Outcome::Granted(Grant::Remembered))
    );
    assert_eq!(
        outcome_of(&step("postponed")),
        Some(Outcome::Excused(Excuse::Postponed))
    );
    for word in ["off", "exempt-group", "exempt-network", "nothing-enrolled"] {
        let step = SignInStep {
            why: Some(word.to_owned()),
            ..step("not-covered")
        };
        assert_eq!(
            outcome_of(&step),
            Some(Outcome::Excused(Excuse::NotCovered))
        );
    }
}

#[test]
fn an_unknown_value_or_a_missing_field_is_malformed() {
    for word in [
        "",
        "Verified",
        "verified ",
        "success",
        "not-covered",
        "refused",
    ] {
        assert_eq!(outcome_of(&step(word)), None, "{word:?}");
    }
    for word in ["verified", "remembered", "postponed"] {
        let nameless = SignInStep {
            name: None,
            ..step(word)
        };
        assert_eq!(outcome_of(&nameless), None);
    }
    let other_why = SignInStep {
        why: Some("because".to_owned()),
        ..step("not-covered")
    };
    assert_eq!(outcome_of(&other_why), None);
    let other_reason = SignInStep {
        reason: Some("because".to_owned()),
        ..step("refused")
    };
    assert_eq!(outcome_of(&other_reason), None);
    let no_prompt = SignInStep {
        echo: Some(true),
        ..step("ask")
    };
    assert!(action(&no_prompt).is_err());
    let no_echo = SignInStep {
        prompt: Some("Code: ".to_owned()),
        ..step("ask")
    };
    assert!(action(&no_echo).is_err());
}

#[test]
fn every_error_of_the_daemon_maps_to_a_failure() {
    for reason in Reason::ALL {
        let name = format!("{ERROR_PREFIX}{}", reason.name());
        let unavailable = Failure::Unavailable(Unavailable::Error(name.clone()));
        let started = match reason {
            Reason::NotFound => Failure::UnknownUser,
            Reason::NotAuthorized => Failure::NotAuthorized,
            _ => unavailable.clone(),
        };
        assert_eq!(start_failed(&name), started);
        let answered = match reason {
            Reason::SessionExpired => Failure::SessionOver,
            Reason::NotAuthorized => Failure::NotAuthorized,
            _ => unavailable,
        };
        assert_eq!(answer_failed(&name), answered);
    }
    let gone = "org.freedesktop.DBus.Error.ServiceUnknown";
    assert_eq!(answer_failed(gone), Failure::Unavailable(Unavailable::Lost));
    let object = "org.freedesktop.DBus.Error.UnknownObject";
    assert_eq!(answer_failed(object), Failure::SessionOver);
    assert!(matches!(
        start_failed("com.example.NotFound"),
        Failure::Unavailable(_)
    ));
}

#[test]
fn later_phases_require_the_user_of_the_decision() {
    let granted = Decision {
        user: "alice".to_owned(),
        granted: true,
    };
    let excused = Decision {
        granted: false,
        ..granted.clone()
    };
    let alice = Some(b"alice".as_slice());
    for other in [Some(b"bob".as_slice()), Some(b"alice2"), Some(b""), None] {
        for passed in [&granted, &excused] {
            assert_eq!(account(Some(passed), other), ReturnCode::PermissionDenied);
            assert_eq!(
                credentials(Some(passed), other),
                ReturnCode::CredentialsError
            );
        }
    }
    assert_eq!(account(Some(&granted), alice), ReturnCode::Success);
    assert_eq!(account(Some(&excused), alice), ReturnCode::Ignore);
    assert_eq!(account(None, alice), ReturnCode::Ignore);
    assert_eq!(credentials(Some(&granted), alice), ReturnCode::Success);
    assert_eq!(credentials(Some(&excused), alice), ReturnCode::Ignore);
    assert_eq!(credentials(None, alice), ReturnCode::Success);
}

/// Making a single sign-in fail does not lead to the break-glass prompt.
#[test]
fn a_break_glass_code_is_asked_for_only_if_no_user_can_be_verified() {
    let of = |reason: Reason| Unavailable::Error(format!("{ERROR_PREFIX}{}", reason.name()));
    for lasting in [
        Unavailable::NoBus,
        Unavailable::NoDaemon,
        Unavailable::Impostor { uid: 1000 },
        Unavailable::Hung,
        Unavailable::Lost,
        of(Reason::StorageUnavailable),
        of(Reason::ShuttingDown),
    ] {
        assert!(lasting.is_lasting(), "{lasting:?}");
    }
    for passing in [
        Unavailable::Malformed,
        Unavailable::Endless,
        of(Reason::LimitsExceeded),
        of(Reason::Internal),
        of(Reason::InvalidArgument),
        Unavailable::Error("com.example.Any".to_owned()),
    ] {
        assert!(!passing.is_lasting(), "{passing:?}");
    }
}
