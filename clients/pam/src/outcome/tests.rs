//! The outcome table, row by row. Whole calls are tested in `tests/outcome`.

use super::*;

const GRANTS: [Grant; 3] = [Grant::Verified, Grant::Remembered, Grant::BreakGlass];
const EXCUSES: [Excuse; 2] = [Excuse::NotCovered, Excuse::Postponed];

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
        (RefusedFor::TooManyAttempts, ReturnCode::MaximumTries),
        (RefusedFor::Locked, ReturnCode::MaximumTries),
        (RefusedFor::NoMethod, ReturnCode::AuthenticationError),
        (RefusedFor::GraceOver, ReturnCode::AuthenticationError),
        (
            RefusedFor::AccessPassNeeded,
            ReturnCode::AuthenticationError,
        ),
        (RefusedFor::Expired, ReturnCode::AuthenticationError),
        (RefusedFor::TooManyCodes, ReturnCode::AuthenticationError),
        (RefusedFor::Declined, ReturnCode::AuthenticationError),
        (RefusedFor::Renamed, ReturnCode::AuthenticationError),
    ];
    let failures = [
        (Failure::Argument, ReturnCode::ServiceError),
        (Failure::NoUser, ReturnCode::UserUnknown),
        (Failure::UnknownUser, ReturnCode::UserUnknown),
        (Failure::NotAuthorized, ReturnCode::CredentialsInsufficient),
        (Failure::SignInOver, ReturnCode::AuthenticationError),
        (Failure::Conversation, ReturnCode::ConversationError),
        (Failure::WrongBreakGlass, ReturnCode::MaximumTries),
        (
            Failure::BreakGlassNotUsedUp,
            ReturnCode::AuthenticationUnavailable,
        ),
        (Failure::NoRoom, ReturnCode::SystemError),
        (Failure::Panic, ReturnCode::SystemError),
    ];
    let unavailable = [
        Unavailable::NoDaemon,
        Unavailable::UnsafePath,
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
fn only_a_proof_is_a_grant() {
    for (said, outcome) in [
        (
            sign_in::Outcome::Verified,
            Outcome::Granted(Grant::Verified),
        ),
        (
            sign_in::Outcome::Remembered,
            Outcome::Granted(Grant::Remembered),
        ),
        (
            sign_in::Outcome::Postponed,
            Outcome::Excused(Excuse::Postponed),
        ),
    ] {
        assert_eq!(decided(said), outcome);
    }
    for why in sign_in::NotCovered::ALL {
        let outcome = decided(sign_in::Outcome::NotCovered(*why));
        assert_eq!(outcome, Outcome::Excused(Excuse::NotCovered));
    }
    for reason in RefusedFor::ALL {
        let outcome = decided(sign_in::Outcome::Refused(*reason));
        assert_eq!(outcome, Outcome::Refused(*reason));
    }
}

#[test]
fn every_error_of_the_daemon_maps_to_a_failure() {
    for error in SignInError::ALL {
        let failure = match error {
            SignInError::UserNotFound => Failure::UnknownUser,
            SignInError::NotAuthorized => Failure::NotAuthorized,
            SignInError::NoSignIn => Failure::SignInOver,
            SignInError::StorageUnavailable
            | SignInError::LimitsExceeded
            | SignInError::ShuttingDown
            | SignInError::Internal => Unavailable::Error(error.name().to_owned()).into(),
        };
        assert_eq!(refused(error.name()), failure);
    }
    assert!(matches!(
        refused("com.example.UserNotFound"),
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
    let of = |error: SignInError| Unavailable::Error(error.name().to_owned());
    for lasting in [
        Unavailable::NoDaemon,
        Unavailable::UnsafePath,
        Unavailable::Impostor { uid: 1000 },
        Unavailable::Hung,
        Unavailable::Lost,
        of(SignInError::StorageUnavailable),
        of(SignInError::ShuttingDown),
    ] {
        assert!(lasting.is_lasting(), "{lasting:?}");
    }
    for passing in [
        Unavailable::Malformed,
        Unavailable::Endless,
        of(SignInError::LimitsExceeded),
        of(SignInError::Internal),
        Unavailable::Error("com.example.Any".to_owned()),
    ] {
        assert!(!passing.is_lasting(), "{passing:?}");
    }
}
