//! Which method is asked first, and why.

use crate::fixture::*;
use secinfo_domain::event::{Credential, DefaultReason, DeletionReason};
use secinfo_domain::{
    HostAction, Kind, KindSet, Place, Policy, Refusal, Strength, enrollment_outlook,
};

const TEXT: Credential = text(Place::Mobile);
const CALL: Credential = call(Place::Office);
const EMAIL: Credential = email();

#[test]
fn the_first_method_becomes_the_default() {
    for credential in [app(), time_token(), counter_token(), TEXT, CALL] {
        let enroll = alice().enroll(method(1), credential.clone());
        given([]).with_code_sent(&enroll).when(enroll).then_events([
            enrolled_first(method(1), credential),
            default_is(method(1), DefaultReason::First),
        ]);
    }
}

#[test]
fn what_only_serves_password_reset_never_becomes_the_default() {
    let enroll = alice().enroll(method(1), EMAIL);
    let story = given([])
        .with_code_sent(&enroll)
        .when(enroll)
        .then_events([enrolled_with(method(1), EMAIL, None, None)]);
    assert_eq!(story.default_of(ALICE), None);
}

#[test]
fn the_first_that_can_be_the_default_becomes_it_after_others_that_cannot() {
    let enroll = alice().enroll(method(2), TEXT);
    given([alice().enroll(method(1), EMAIL)])
        .with_code_sent(&enroll)
        .when(enroll)
        .then_events([
            enrolled_first(method(2), TEXT),
            default_is(method(2), DefaultReason::First),
        ]);
}

#[test]
fn an_authenticator_app_takes_over_the_default() {
    given([alice().enroll(method(1), TEXT)])
        .when(alice().enroll(method(2), app()))
        .then_events([
            enrolled(method(2), app(), Strength::Delivered),
            default_is(method(2), DefaultReason::AppSetUp),
        ]);
}

#[test]
fn any_other_kind_leaves_the_default_alone() {
    for credential in [time_token(), text(Place::Office), CALL, EMAIL] {
        let enroll = alice().enroll(method(2), credential.clone());
        given([alice().enroll(method(1), TEXT)])
            .with_code_sent(&enroll)
            .when(enroll)
            .then_events([enrolled(method(2), credential, Strength::Delivered)]);
    }
}

#[test]
fn clients_can_tell_beforehand_whether_a_method_would_become_the_default() {
    let story = given([alice().enroll(method(1), TEXT)]);
    for (kind, becomes) in [
        (Kind::AuthenticatorApp, true),
        (Kind::HardwareToken, false),
        (Kind::Text, false),
        (Kind::Call, false),
        (Kind::Email, false),
    ] {
        let ask = alice();
        let (user, context) = ask.parts();
        let outlook = enrollment_outlook(&story.state, user, context, kind, None).unwrap();
        assert_eq!(outlook.becomes_default, becomes, "{kind}");
    }
}

#[test]
fn the_user_may_choose_any_method_that_serves_sign_in() {
    given([
        alice().enroll(method(1), app()),
        alice().enroll(method(2), TEXT),
    ])
    .when(alice().set_default(method(2)))
    .then_events([default_is(method(2), DefaultReason::Chosen)])
    .when(alice().set_default(method(2)))
    .then_nothing();
}

#[test]
fn what_is_never_the_default_cannot_be_chosen() {
    let story = given([
        alice().enroll(method(1), app()),
        alice().enroll(method(2), EMAIL),
        alice().issue_recovery_codes(method(4)),
        administrator_for(ALICE).issue_access_pass(method(5)),
    ]);
    for (id, kind) in [
        (2, Kind::Email),
        (4, Kind::RecoveryCodes),
        (5, Kind::AccessPass),
    ] {
        story
            .when(alice().set_default(method(id)))
            .then_refused(Refusal::NeverTheDefault(kind));
    }
}

#[test]
fn a_method_of_another_user_cannot_be_chosen() {
    given([
        alice().enroll(method(1), app()),
        bob().enroll(method(2), app()),
    ])
    .when(alice().set_default(method(2)))
    .then_refused(Refusal::UnknownMethod);
}

#[test]
fn when_the_default_is_deleted_it_falls_to_the_strongest_that_is_left() {
    let mut story = given([
        alice().enroll(method(1), CALL),
        alice().enroll(method(2), TEXT),
        alice().enroll(method(3), time_token()),
        alice().enroll(method(4), app()),
    ]);
    let administrator = || administrator_for(ALICE);
    assert_eq!(story.default_of(ALICE), Some(method(4)));
    for (gone, next) in [(4, 3), (3, 2), (2, 1)] {
        story = story
            .when(administrator().delete(method(gone)))
            .then_events([
                deleted_by_others(method(gone), DeletionReason::Administrator),
                default_is(method(next), DefaultReason::Fallback),
            ]);
    }
    let story = story.when(administrator().delete(method(1))).then_events([
        deleted_by_others(method(1), DeletionReason::Administrator),
        no_default(),
    ]);
    assert_eq!(story.default_of(ALICE), None);
}

#[test]
fn of_two_as_strong_the_default_falls_to_the_older() {
    given([
        alice().enroll(method(9), TEXT),
        alice().at(1).enroll(method(5), text(Place::Office)),
        alice().at(2).enroll(method(1), app()),
    ])
    .when(alice().at(3).delete(method(1)))
    .then_events([
        deleted(method(1), DeletionReason::Requested),
        default_is(method(9), DefaultReason::Fallback),
    ]);
}

#[test]
fn deleting_another_method_leaves_the_default_alone() {
    given([
        alice().enroll(method(1), app()),
        alice().enroll(method(2), TEXT),
    ])
    .when(alice().delete(method(2)))
    .then_events([deleted(method(2), DeletionReason::Requested)]);
}

fn without(kind: Kind) -> secinfo_domain::Command {
    let mut policy = Policy::default();
    policy.rules.allowed = Kind::ALL.into_iter().filter(|k| *k != kind).collect();
    host(HostAction::SetPolicy(Box::new(policy)))
}

#[test]
fn a_default_that_policy_no_longer_allows_gives_way_to_the_strongest_allowed() {
    given([
        alice().enroll(method(1), CALL),
        alice().enroll(method(2), TEXT),
        alice().enroll(method(3), app()),
        without(Kind::AuthenticatorApp),
    ])
    .when(daemon_for(ALICE).rename(method(1), "home"))
    .then_events([
        secinfo_domain::event::MethodRenamed {
            method: method(1),
            label: sealed("home"),
        }
        .into(),
        default_is(method(2), DefaultReason::Policy),
    ]);
}

#[test]
fn the_default_stays_when_policy_allows_none_of_the_methods() {
    let story = given([alice().enroll(method(1), TEXT), without(Kind::Text)])
        .and(daemon_for(ALICE).rename(method(1), "mobile"));
    assert_eq!(story.default_of(ALICE), Some(method(1)));
}

#[test]
fn the_fallback_is_no_kind_that_policy_forbids_while_an_allowed_one_is_left() {
    given([
        alice().enroll(method(1), CALL),
        alice().enroll(method(2), time_token()),
        alice().enroll(method(3), app()),
        without(Kind::HardwareToken),
    ])
    .when(administrator_for(ALICE).delete(method(3)))
    .then_events([
        deleted_by_others(method(3), DeletionReason::Administrator),
        default_is(method(1), DefaultReason::Fallback),
    ]);
}

#[test]
fn a_service_that_allows_fewer_kinds_changes_nothing_about_the_fallback() {
    let policy = policy_of_service("kiosk", |refined| {
        refined.allowed = Some(KindSet::from_iter([Kind::Call, Kind::AuthenticatorApp]));
    });
    given_policy(
        policy,
        [
            alice().enroll(method(1), CALL),
            alice().enroll(method(2), time_token()),
            alice().enroll(method(3), app()),
        ],
    )
    .when(administrator_for(ALICE).through("kiosk").delete(method(3)))
    .then_events([
        deleted_by_others(method(3), DeletionReason::Administrator),
        default_is(method(2), DefaultReason::Fallback),
    ]);
}
