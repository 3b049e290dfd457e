//! Deleting at once, after the waiting time, and not at all.

use crate::fixture::*;
use secinfo_domain::event::{Accepted, DefaultReason, DeletionReason};
use secinfo_domain::{
    Answer, HostAction, KeyId, Kind, KindSet, Place, Policy, Purpose, Refusal, Strength, TimeStep,
    decide, destroyed_keys,
};

const DAY: u64 = 86_400;

/// Alice has an app and, far later, a text number beside it; both are settled.
fn app_and_text() -> Story {
    given([
        alice().enroll(method(1), app()),
        alice().enroll(method(2), text(Place::Mobile)),
        alice().issue_recovery_codes(method(3)),
    ])
}

/// Alice has a phone and an app, and a fresh proof by the code of a text alone.
fn text_then_app() -> Story {
    given([
        alice()
            .from(ELSEWHERE)
            .enroll(method(1), text(Place::Mobile)),
        administrator_for(ALICE).enroll(method(2), app()),
        alice().code_for(method(1), message(1)).into(),
        alice().type_code(method(1), message(1)),
    ])
}

#[test]
fn a_proof_as_strong_deletes_at_once() {
    app_and_text().when(alice().delete(method(1))).then_events([
        deleted(method(1), DeletionReason::Requested),
        default_is(method(2), DefaultReason::Fallback),
    ]);
}

#[test]
fn what_is_deleted_is_gone() {
    let story = app_and_text().and(alice().delete(method(1)));
    assert_eq!(story.methods_of(ALICE), [2, 3].map(method));
    for command in [
        alice().verify(method(1), step(500)),
        alice().delete(method(1)),
        alice().set_default(method(1)),
        alice().rename(method(1), "again"),
        alice().cancel_deletion(method(1)),
        alice().resynchronize(method(1), None),
    ] {
        story.when(command).then_refused(Refusal::UnknownMethod);
    }
}

#[test]
fn a_deletion_destroys_the_key_of_the_method() {
    let story = app_and_text();
    let events = decide(&story.state, &alice().delete(method(1))).unwrap();
    let destroyed: Vec<_> = events
        .iter()
        .flat_map(|event| destroyed_keys(&story.state, event))
        .collect();
    assert_eq!(destroyed, [KeyId::from(method(1))]);
}

#[test]
fn a_weaker_proof_deletes_only_after_the_waiting_time() {
    let story = text_then_app()
        .when(alice().at(10).delete(method(2)))
        .then_events([scheduled(method(2), at(10 + DAY))]);
    assert_eq!(story.methods_of(ALICE), [1, 2].map(method));
    assert_eq!(story.state.next_due(), Some(at(10 + DAY)));
    assert_eq!(story.state.due(at(9 + DAY)), []);
    assert_eq!(story.state.due(at(10 + DAY)), [ALICE]);
    let story = story
        .when(daemon_for(ALICE).at(9 + DAY).carry_out_due())
        .then_nothing()
        .when(daemon_for(ALICE).at(10 + DAY).carry_out_due())
        .then_events([
            deleted_by_others(method(2), DeletionReason::WaitingOver),
            default_is(method(1), DefaultReason::Fallback),
        ]);
    assert_eq!(story.state.next_due(), None);
}

#[test]
fn the_waiting_time_comes_from_policy() {
    given_rules(
        |rules| rules.deletion_wait = secinfo_domain::Seconds::new(60),
        [
            alice().enroll(method(1), text(Place::Mobile)),
            administrator_for(ALICE).enroll(method(2), app()),
        ],
    )
    .when(alice().delete(method(2)))
    .then_events([scheduled(method(2), at(60))]);
}

#[test]
fn asking_again_with_the_weaker_proof_changes_nothing() {
    text_then_app()
        .and(alice().delete(method(2)))
        .when(alice().at(300).delete(method(2)))
        .then_nothing();
}

#[test]
fn a_method_that_waits_for_its_deletion_still_verifies() {
    text_then_app()
        .and(alice().delete(method(2)))
        .when(alice().at(1).verify(method(2), step(101)))
        .then_events([proved(
            method(2),
            Strength::Possession,
            Accepted::TimeStep(TimeStep(101)),
        )]);
}

#[test]
fn a_proof_strong_enough_deletes_at_once_what_waits() {
    let story = text_then_app()
        .and(alice().delete(method(2)))
        .and(alice().at(1).verify(method(2), step(101)))
        .when(alice().at(2).delete(method(2)))
        .then_events([
            deleted(method(2), DeletionReason::Requested),
            default_is(method(1), DefaultReason::Fallback),
        ]);
    assert_eq!(story.state.next_due(), None);
}

#[test]
fn a_deletion_that_waits_can_be_called_off_without_a_proof() {
    let story = text_then_app()
        .and(alice().delete(method(2)))
        .when(alice().from(ELSEWHERE).at(5000).cancel_deletion(method(2)))
        .then_events([cancelled(method(2))]);
    assert_eq!(story.state.next_due(), None);
    story
        .when(daemon_for(ALICE).at(2 * DAY).carry_out_due())
        .then_nothing();
}

#[test]
fn there_is_nothing_to_call_off_where_no_deletion_waits() {
    app_and_text()
        .when(alice().cancel_deletion(method(1)))
        .then_refused(Refusal::NothingScheduled);
}

#[test]
fn everything_that_is_due_is_carried_out_one_after_the_other() {
    let story = given([
        alice().enroll(method(1), text(Place::Mobile)),
        administrator_for(ALICE).enroll(method(2), app()),
        administrator_for(ALICE).enroll(method(3), time_token()),
        administrator_for(ALICE).issue_access_pass(method(4)),
        alice().delete(method(2)),
        alice().delete(method(3)),
    ]);
    let later = || daemon_for(ALICE).at(3 * DAY).carry_out_due();
    let story = story.and_times(3, |_| later()).when(later()).then_nothing();
    assert_eq!(story.methods_of(ALICE), [method(1)]);
    assert_eq!(story.state.due(at(3 * DAY)), []);
}

fn required(number: u8) -> impl FnOnce(&mut secinfo_domain::policy::Rules) {
    move |rules| rules.required = number
}

#[test]
fn the_last_method_that_policy_requires_cannot_be_deleted() {
    given_rules(required(1), [alice().enroll(method(1), app())])
        .when(alice().delete(method(1)))
        .then_refused(Refusal::LastMethod);
}

#[test]
fn the_last_required_method_can_be_replaced() {
    given_rules(
        required(1),
        [
            alice().enroll(method(1), app()),
            alice().enroll(method(2), app()),
        ],
    )
    .when(alice().delete(method(1)))
    .then_events([deleted(method(1), DeletionReason::Requested)])
    .and(alice().verify(method(2), step(101)))
    .when(alice().delete(method(2)))
    .then_refused(Refusal::LastMethod);
}

#[test]
fn what_serves_password_reset_only_or_is_never_default_does_not_count_as_required() {
    given_rules(
        required(1),
        [
            alice().enroll(method(1), app()),
            alice().enroll(method(2), email()),
            alice().issue_recovery_codes(method(3)),
        ],
    )
    .when(alice().delete(method(1)))
    .then_refused(Refusal::LastMethod)
    .when(alice().delete(method(2)))
    .then_events([deleted(method(2), DeletionReason::Requested)])
    .when(alice().delete(method(3)))
    .then_events([deleted(method(3), DeletionReason::Requested)]);
}

#[test]
fn a_method_that_waits_for_its_deletion_does_not_count_as_required() {
    let story = given_rules(
        required(1),
        [
            alice().enroll(method(1), text(Place::Mobile)),
            administrator_for(ALICE).enroll(method(2), app()),
            alice().delete(method(2)),
        ],
    );
    story
        .when(alice().delete(method(1)))
        .then_refused(Refusal::LastMethod);
}

#[test]
fn a_deletion_that_policy_has_come_to_forbid_is_called_off_when_it_is_due() {
    let mut stricter = Policy::default();
    stricter.rules.required = 2;
    text_then_app()
        .and(alice().delete(method(2)))
        .and(host(HostAction::SetPolicy(Box::new(stricter))))
        .when(daemon_for(ALICE).at(DAY).carry_out_due())
        .then_events([cancelled(method(2))]);
}

#[test]
fn an_administrator_deletes_the_last_required_method() {
    given_rules(required(1), [alice().enroll(method(1), app())])
        .when(administrator_for(ALICE).delete(method(1)))
        .then_events([
            deleted_by_others(method(1), DeletionReason::Administrator),
            no_default(),
        ]);
}

#[test]
fn a_service_that_allows_fewer_kinds_is_no_way_to_delete_the_last_required_method() {
    let mut policy = policy_of_service("kiosk", |refined| {
        refined.allowed = Some(KindSet::from_iter([Kind::HardwareToken]));
    });
    policy.rules.required = 1;
    given_policy(policy, [alice().enroll(method(1), app())])
        .when(alice().through("kiosk").delete(method(1)))
        .then_refused(Refusal::LastMethod);
}

#[test]
fn what_an_administrator_deletes_ends_every_proof_of_the_user() {
    given([
        alice().enroll(method(1), app()),
        alice().enroll(method(2), text(Place::Mobile)),
        administrator_for(ALICE).delete(method(1)),
    ])
    .when(alice().delete(method(2)))
    .then_refused(Refusal::FreshProofNeeded);
}

#[test]
fn a_recovery_code_proves_strongly_enough_to_delete_a_token_at_once() {
    given([
        alice().enroll(method(1), app()),
        alice().enroll(method(2), time_token()),
        alice().issue_recovery_codes(method(3)),
        alice()
            .at(2 * DAY)
            .verify(method(3), Answer::RecoveryCode(4)),
    ])
    .when(alice().at(2 * DAY).delete(method(2)))
    .then_events([deleted(method(2), DeletionReason::Requested)]);
}

#[test]
fn an_access_pass_proves_strongly_enough_to_delete_a_token_at_once() {
    given([
        alice().enroll(method(1), app()),
        alice().enroll(method(2), time_token()),
        administrator_for(ALICE)
            .at(1000)
            .issue_access_pass(method(3)),
        alice().at(2000).verify(method(3), Answer::AccessPass),
    ])
    .when(alice().at(2000).delete(method(2)))
    .then_events([deleted(method(2), DeletionReason::Requested)]);
}

#[test]
fn a_method_just_added_by_mistake_is_deleted_by_the_proof_that_let_it_in() {
    given([
        alice().enroll(method(1), text(Place::Mobile)),
        alice().enroll(method(2), time_token()),
    ])
    .when(alice().at(60).delete(method(2)))
    .then_events([deleted(method(2), DeletionReason::Requested)]);
}

#[test]
fn an_expired_access_pass_is_deleted_when_it_is_due() {
    let story = given([administrator_for(ALICE).issue_access_pass(method(1))]);
    assert_eq!(story.state.due(at(3600)), [ALICE]);
    story
        .when(daemon_for(ALICE).at(3600).carry_out_due())
        .then_events([deleted_by_others(method(1), DeletionReason::Expired)]);
}

#[test]
fn a_used_up_step_of_a_deleted_app_has_no_effect_on_another() {
    given([
        alice().enroll(method(1), app()),
        alice().enroll(method(2), app()),
        alice().verify_for(Purpose::SignIn, method(1), step(900)),
        alice().delete(method(1)),
    ])
    .when(alice().verify(method(2), step(101)))
    .then_events([proved(
        method(2),
        Strength::Possession,
        Accepted::TimeStep(TimeStep(101)),
    )]);
}
