//! What each kind serves.

use crate::fixture::*;
use secinfo_domain::policy::MethodOrder;
use secinfo_domain::{Answer, Kind, Place, Policy, Purpose, Refusal, Seconds};

#[test]
fn every_kind_serves_password_reset() {
    for kind in Kind::ALL {
        assert!(kind.serves(Purpose::PasswordReset), "{kind}");
    }
}

#[test]
fn email_and_security_questions_do_not_serve_sign_in_and_all_others_do() {
    for kind in Kind::ALL {
        let resets_only = [Kind::Email, Kind::SecurityQuestions].contains(&kind);
        assert_eq!(kind.serves(Purpose::SignIn), !resets_only, "{kind}");
    }
}

#[test]
fn an_answer_for_a_purpose_that_the_kind_does_not_serve_is_refused() {
    given([alice().enroll(method(1), email())])
        .when(alice().verify(method(1), secinfo_domain::Answer::Wrong))
        .then_refused(Refusal::NotForThisPurpose(Kind::Email, Purpose::SignIn));
}

#[test]
fn a_password_reset_leaves_no_proof_that_changes_security_info() {
    given([
        alice().enroll(method(1), app()),
        alice()
            .at(1000)
            .verify_for(Purpose::PasswordReset, method(1), step(101)),
    ])
    .when(alice().at(1001).delete(method(1)))
    .then_refused(Refusal::FreshProofNeeded);
}

#[test]
fn the_default_is_asked_first_and_what_does_not_serve_is_not_asked() {
    let story = given([
        alice().enroll(method(1), text(Place::Mobile)),
        alice().enroll(method(2), time_token()),
        alice().enroll(method(3), email()),
        alice().issue_recovery_codes(method(4)),
        alice().enroll(method(5), call(Place::Office)),
    ]);
    let policy = Policy::default().effective(&[], None);
    let asked = |purpose| -> Vec<_> {
        let user = story.user(ALICE);
        let candidates = user.candidates(purpose, &policy, Seconds::from_days(1), at(0));
        candidates.iter().map(|method| method.id()).collect()
    };
    assert_eq!(asked(Purpose::SignIn), [1, 2, 5, 4].map(method));
    assert_eq!(asked(Purpose::PasswordReset), [1, 2, 5, 3, 4].map(method));
}

#[test]
fn where_policy_says_so_the_strongest_is_asked_first_whatever_the_default_is() {
    let story = given([
        alice().enroll(method(1), text(Place::Mobile)),
        alice().enroll(method(2), time_token()),
        alice().issue_recovery_codes(method(4)),
        alice().enroll(method(5), call(Place::Office)),
        alice().enroll(method(6), security_key(1)),
        administrator_for(ALICE).issue_access_pass(method(7)),
    ]);
    assert_eq!(story.user(ALICE).default_method().unwrap().id(), method(1));
    let mut policy = Policy::default();
    let asked = |policy: &Policy, purpose| -> Vec<_> {
        let user = story.user(ALICE);
        let policy = policy.effective(&[], None);
        let candidates = user.candidates(purpose, &policy, Seconds::from_days(1), at(0));
        candidates.iter().map(|method| method.id()).collect()
    };
    let reset = asked(&policy, Purpose::PasswordReset);
    policy.rules.order = MethodOrder::StrongestFirst;
    assert_eq!(
        asked(&policy, Purpose::SignIn),
        [7, 6, 2, 1, 5, 4].map(method)
    );
    // A reset has an order of its own.
    assert_eq!(asked(&policy, Purpose::PasswordReset), reset);
}

#[test]
fn a_number_or_an_address_is_to_be_confirmed_so_many_days_after_it_was_proved() {
    let day = 86_400;
    let story = given([
        alice().enroll(method(1), app()),
        alice().enroll(method(3), email()),
    ]);
    let due =
        |story: &Story, method, days| story.user(ALICE).method(method).unwrap().confirm_due(days);
    assert_eq!(due(&story, method(3), 0), None);
    assert_eq!(due(&story, method(3), 30), Some(at(30 * day)));
    assert_eq!(due(&story, method(1), 30), None, "it is sent nowhere");
    let story = story
        .and(
            alice()
                .at(1000)
                .code_to(Purpose::PasswordReset, method(3), message(1)),
        )
        .and(
            alice()
                .at(1010)
                .gate(method(3), Answer::DeliveredCode(message(1))),
        );
    assert_eq!(due(&story, method(3), 30), Some(at(1010 + 30 * day)));
}
