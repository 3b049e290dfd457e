//! What may be added, beside what, and how many.

use crate::fixture::*;
use secinfo_domain::policy::FirstMethod;
use secinfo_domain::{
    Action, Answer, Command, HostAction, Kind, MethodId, Place, Policy, Refusal, Strength,
    enrollment_outlook,
};

#[test]
fn a_signed_in_session_is_enough_for_the_first_method_where_policy_says_so() {
    given([])
        .when(alice().enroll(method(1), app()))
        .then_events([
            enrolled_first(method(1), app()),
            default_is(method(1), secinfo_domain::event::DefaultReason::First),
        ]);
}

/// Policy asks for an access pass before the first method.
fn pass_first<I: IntoIterator<Item = Command>>(commands: I) -> Story {
    given_rules(
        |rules| rules.first_method = FirstMethod::AccessPass,
        commands,
    )
}

#[test]
fn the_first_method_needs_an_access_pass_where_policy_says_so() {
    pass_first([])
        .when(alice().enroll(method(1), app()))
        .then_refused(Refusal::AccessPassNeeded);
}

#[test]
fn an_access_pass_that_was_issued_must_be_proved_before_the_first_method() {
    pass_first([administrator_for(ALICE).issue_access_pass(method(1))])
        .when(alice().enroll(method(2), app()))
        .then_refused(Refusal::FreshProofNeeded);
}

#[test]
fn a_proved_access_pass_lets_the_first_method_in() {
    pass_first([
        administrator_for(ALICE).issue_access_pass(method(1)),
        alice().verify(method(1), Answer::AccessPass),
    ])
    .when(alice().at(1).enroll(method(2), app()))
    .then_events([
        enrolled(method(2), app(), Strength::Strong),
        default_is(method(2), secinfo_domain::event::DefaultReason::First),
    ]);
}

#[test]
fn an_access_pass_for_one_use_lets_the_first_method_in_after_it_is_used_up() {
    let story = pass_first([
        administrator_for(ALICE).issue_once_pass(method(1)),
        alice().verify(method(1), Answer::AccessPass),
    ]);
    assert_eq!(story.methods_of(ALICE), []);
    story
        .when(alice().at(601).enroll(method(2), app()))
        .then_refused(Refusal::AccessPassNeeded)
        .when(alice().from(ELSEWHERE).enroll(method(2), app()))
        .then_refused(Refusal::AccessPassNeeded)
        .when(alice().at(599).enroll(method(2), app()))
        .then_events([
            enrolled_first(method(2), app()),
            default_is(method(2), secinfo_domain::event::DefaultReason::First),
        ]);
}

#[test]
fn an_administrator_enrols_the_first_method_without_an_access_pass() {
    let story = pass_first([]).and(administrator_for(ALICE).enroll(method(1), app()));
    assert_eq!(story.default_of(ALICE), Some(method(1)));
}

#[test]
fn recovery_codes_go_only_beside_another_method() {
    let alone = given([alice().enroll(method(1), email())]);
    let codes = alice().issue_recovery_codes(method(2));
    alone
        .when(codes.clone())
        .then_refused(Refusal::AnotherMethodFirst(Kind::RecoveryCodes));
    let beside = alone.and(alice().enroll(method(9), call(Place::Office)));
    assert_eq!(beside.and(codes).methods_of(ALICE).len(), 3);
}

#[test]
fn of_each_kind_there_are_at_most_so_many() {
    for (kind, credential, most) in [
        (Kind::AuthenticatorApp, app(), 5),
        (Kind::HardwareToken, time_token(), 2),
        (Kind::HardwareToken, counter_token(), 2),
        (Kind::Email, email(), 1),
    ] {
        let add = |number| alice().enroll(method(number), credential.clone());
        given([alice().enroll(method(0), text(Place::Mobile))])
            .and_times(u64::from(most), |n| add(u8::try_from(n).unwrap() + 1))
            .when(add(most + 1))
            .then_refused(Refusal::TooManyMethods { kind, most });
    }
}

#[test]
fn the_most_apps_and_tokens_come_from_policy() {
    given_rules(
        |rules| rules.authenticator_app.most = 1,
        [alice().enroll(method(1), app())],
    )
    .when(alice().enroll(method(2), app()))
    .then_refused(Refusal::TooManyMethods {
        kind: Kind::AuthenticatorApp,
        most: 1,
    });
}

#[test]
fn what_would_be_refused_in_the_end_is_refused_before_anything_is_made() {
    let story = given([alice().enroll(method(1), app())]);
    let outlook = |ask: Ask, kind| {
        let (user, context) = ask.parts();
        enrollment_outlook(&story.state, user, context, kind, None)
    };
    assert_eq!(
        outlook(alice().from(ELSEWHERE), Kind::Text),
        Err(Refusal::FreshProofNeeded)
    );
    assert_eq!(
        outlook(alice(), Kind::AccessPass),
        Err(Refusal::IssuedNotEnrolled(Kind::AccessPass))
    );
    assert_eq!(
        outlook(bob(), Kind::RecoveryCodes),
        Err(Refusal::AnotherMethodFirst(Kind::RecoveryCodes))
    );
    assert!(outlook(alice(), Kind::RecoveryCodes).is_ok());
}

#[test]
fn a_kind_that_policy_does_not_allow_cannot_be_enrolled_not_even_by_an_administrator() {
    let mut policy = Policy::default();
    policy.rules.allowed = [Kind::AuthenticatorApp].into_iter().collect();
    let story = given([]).and(host(HostAction::SetPolicy(Box::new(policy))));
    for ask in [alice(), administrator_for(ALICE)] {
        story
            .when(ask.enroll(method(1), text(Place::Mobile)))
            .then_refused(Refusal::KindNotAllowed(Kind::Text));
    }
}

#[test]
fn renaming_changes_what_is_sealed_and_nothing_else() {
    let story = given([alice().enroll(method(1), app())]);
    let renamed = story
        .clone()
        .and(alice().from(ELSEWHERE).rename(method(1), "new phone"));
    let method_of = |story: &Story| story.user(ALICE).methods()[0].clone();
    let former = method_of(&story).sealed().clone();
    assert_eq!(
        method_of(&renamed).sealed(),
        &former.with_label(&sealed("new phone"))
    );
    assert_eq!(
        method_of(&renamed).credential(),
        method_of(&story).credential()
    );
    assert_eq!(renamed.default_of(ALICE), story.default_of(ALICE));
}

#[test]
fn a_method_that_was_not_compared_with_all_others_is_compared_again_and_not_added() {
    let both = given([
        alice().enroll(method(1), app()),
        alice().enroll(method(2), app()),
    ]);
    let compared_with = |others: Vec<MethodId>| {
        alice().command(Action::Enroll {
            method: method(3),
            credential: as_proved(app()),
            sealed: sealed_method("label"),
            token: None,
            same_number: Vec::new(),
            compared: others,
        })
    };
    both.when(compared_with(vec![method(1)]))
        .then_refused(Refusal::NotCompared);
    both.and(compared_with(vec![method(2), method(1)]));
}
