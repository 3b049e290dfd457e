//! Recovery codes are issued together, and replaced together.

use crate::fixture::*;
use secinfo_domain::event::DeletionReason;
use secinfo_domain::{Answer, Kind, Place, Refusal, Strength};

const DAY: u64 = 86_400;

#[test]
fn recovery_codes_are_issued_beside_another_method() {
    given([alice().enroll(method(1), app())])
        .when(alice().issue_recovery_codes(method(2)))
        .then_events([codes_issued(method(2), Some(Strength::Possession))]);
}

#[test]
fn issued_anew_they_replace_the_former_ones() {
    let story = given([
        alice().enroll(method(1), app()),
        alice().issue_recovery_codes(method(2)),
    ])
    .when(alice().issue_recovery_codes(method(3)))
    .then_events([
        deleted(method(2), DeletionReason::Replaced),
        codes_issued(method(3), Some(Strength::Possession)),
    ]);
    let codes = story.user(ALICE).only(Kind::RecoveryCodes).unwrap();
    assert_eq!((codes.id(), codes.remaining()), (method(3), 10));
    story
        .when(alice().verify(method(2), Answer::RecoveryCode(0)))
        .then_refused(Refusal::UnknownMethod);
}

/// Alice proves by text alone, beside recovery codes that an administrator issued.
fn text_and_codes() -> Story {
    given([
        alice().enroll(method(1), text(Place::Mobile)),
        administrator_for(ALICE).issue_recovery_codes(method(2)),
    ])
}

#[test]
fn a_weak_proof_does_not_replace_recovery_codes_that_are_good() {
    text_and_codes()
        .when(alice().issue_recovery_codes(method(3)))
        .then_refused(Refusal::StrongerProofNeeded);
}

#[test]
fn one_of_the_former_codes_is_proof_enough_to_replace_them() {
    text_and_codes()
        .and(alice().at(DAY).verify(method(2), Answer::RecoveryCode(9)))
        .when(alice().at(DAY).issue_recovery_codes(method(3)))
        .then_events([
            deleted(method(2), DeletionReason::Replaced),
            codes_issued(method(3), Some(Strength::Strong)),
        ]);
}

#[test]
fn codes_of_which_none_is_left_are_replaced_by_any_fresh_proof() {
    let all_used = text_and_codes().and_times(10, |number| {
        let number = Answer::RecoveryCode(u8::try_from(number).unwrap());
        alice().from(ELSEWHERE).verify(method(2), number)
    });
    all_used
        .when(alice().issue_recovery_codes(method(3)))
        .then_events([
            deleted(method(2), DeletionReason::Replaced),
            codes_issued(method(3), Some(Strength::Delivered)),
        ]);
}
