//! Who changes security info has proved a method in this session, a short while ago.

use crate::fixture::*;
use secinfo_domain::event::Accepted;
use secinfo_domain::{Answer, Command, Place, Refusal, Seconds, Strength, TimeStep};

const DAY: u64 = 86_400;

/// Alice enrolled an app and a text number; at 1000 she proves the app in HERE.
fn proved_at_1000() -> Story {
    given([
        alice().enroll(method(1), app()),
        alice().enroll(method(2), text(Place::Mobile)),
        alice().at(1000).verify(method(1), step(101)),
    ])
}

/// Everything that asks for a fresh proof.
fn changes(ask: &Ask) -> [Command; 4] {
    let ask = || ask.clone();
    [
        ask().enroll(method(9), app()),
        ask().delete(method(2)),
        ask().set_default(method(2)),
        ask().issue_recovery_codes(method(9)),
    ]
}

#[test]
fn adding_deleting_choosing_and_issuing_need_a_proof_of_the_last_ten_minutes() {
    let story = proved_at_1000();
    for change in changes(&alice().at(1599)) {
        let _ = story.clone().and(change);
    }
    for change in changes(&alice().at(1600)) {
        story.when(change).then_refused(Refusal::FreshProofNeeded);
    }
}

#[test]
fn how_long_a_proof_stays_fresh_comes_from_policy() {
    given_rules(
        |rules| rules.fresh_proof = Seconds::new(60),
        [alice().enroll(method(1), app())],
    )
    .when(alice().at(60).enroll(method(2), app()))
    .then_refused(Refusal::FreshProofNeeded);
}

#[test]
fn adding_and_deleting_security_keys_needs_a_proof_of_the_last_five_minutes() {
    let story = given([
        alice().enroll(method(1), app()),
        alice().enroll(method(2), security_key(1)),
        alice().at(1000).verify(method(1), step(101)),
    ]);
    for change in [
        alice().at(1300).enroll(method(3), security_key(2)),
        alice().at(1300).delete(method(2)),
    ] {
        story
            .clone()
            .when(change)
            .then_refused(Refusal::FreshProofNeeded);
    }
    let _ = story
        .clone()
        .and(alice().at(1299).enroll(method(3), security_key(2)));
    let _ = story.and(alice().at(1300).enroll(method(3), app()));
}

#[test]
fn a_proof_of_another_session_of_the_same_user_does_not_count() {
    for change in changes(&alice().at(1001).from(ELSEWHERE)) {
        proved_at_1000()
            .when(change)
            .then_refused(Refusal::FreshProofNeeded);
    }
}

#[test]
fn a_proof_of_another_user_in_the_same_session_does_not_count() {
    given([
        bob().enroll(method(1), app()),
        alice().enroll(method(2), app()),
    ])
    .when(bob().at(700).delete(method(1)))
    .then_refused(Refusal::FreshProofNeeded);
}

#[test]
fn a_wrong_code_is_no_proof_and_takes_none_away() {
    proved_at_1000()
        .and(
            alice()
                .at(1100)
                .from(ELSEWHERE)
                .verify(method(1), Answer::Wrong),
        )
        .when(alice().at(1101).from(ELSEWHERE).delete(method(2)))
        .then_refused(Refusal::FreshProofNeeded)
        .and(alice().at(1102).delete(method(2)));
}

#[test]
fn a_clock_set_back_makes_no_proof_fresh() {
    proved_at_1000()
        .when(alice().at(999).enroll(method(9), app()))
        .then_refused(Refusal::FreshProofNeeded);
}

#[test]
fn an_administrator_needs_no_proof_of_the_user() {
    for change in changes(&administrator_for(ALICE).at(DAY)) {
        let _ = proved_at_1000().and(change);
    }
}

#[test]
fn a_user_without_a_method_that_serves_sign_in_has_nothing_to_prove() {
    given([alice().enroll(method(1), email())]).and(alice().at(DAY).delete(method(1)));
}

#[test]
fn enrolling_is_a_proof_for_the_first_method_only() {
    given([
        alice().enroll(method(1), app()),
        alice().at(500).enroll(method(2), app()),
    ])
    .when(alice().at(600).enroll(method(3), app()))
    .then_refused(Refusal::FreshProofNeeded);
}

#[test]
fn a_weaker_proof_later_does_not_hide_a_stronger_one_that_is_still_fresh() {
    let later = || alice().at(2 * DAY + 1);
    let story = given([
        alice().enroll(method(1), text(Place::Mobile)),
        alice().issue_recovery_codes(method(2)),
        administrator_for(ALICE).enroll(method(3), time_token()),
        alice()
            .at(2 * DAY)
            .verify(method(2), Answer::RecoveryCode(0)),
        later().code_for(method(1), message(1)).into(),
        later().type_code(method(1), message(1)),
    ]);
    let in_time = story
        .clone()
        .and(alice().at(2 * DAY + 599).delete(method(3)));
    assert_eq!(in_time.methods_of(ALICE), [1, 2].map(method));
    story
        .when(alice().at(2 * DAY + 600).delete(method(3)))
        .then_events([scheduled(method(3), at(3 * DAY + 600))]);
}

#[test]
fn a_proof_says_how_strong_it_is() {
    let story = given([
        alice().enroll(method(1), app()),
        administrator_for(ALICE).issue_recovery_codes(method(2)),
        administrator_for(ALICE).issue_access_pass(method(3)),
    ]);
    for (id, answer, accepted, strength) in [
        (
            1,
            step(101),
            Accepted::TimeStep(TimeStep(101)),
            Strength::Possession,
        ),
        (
            2,
            Answer::RecoveryCode(3),
            Accepted::RecoveryCode(3),
            Strength::Strong,
        ),
        (
            3,
            Answer::AccessPass,
            Accepted::AccessPass,
            Strength::Strong,
        ),
    ] {
        story
            .when(alice().verify(method(id), answer))
            .then_events([proved(method(id), strength, accepted)]);
    }
}

#[test]
fn the_proofs_of_many_sessions_stand_side_by_side() {
    let session = |n: u8| secinfo_domain::SessionTag::from_bytes([n; 16]);
    let story = (1..=6).fold(given([alice().enroll(method(1), app())]), |story, n| {
        story.and(
            alice()
                .at(100)
                .from(session(n))
                .verify(method(1), step(100 + u64::from(n))),
        )
    });
    for n in 1..=6 {
        let _ = story
            .clone()
            .and(alice().at(200).from(session(n)).enroll(method(9), app()));
    }
}

/// Alice proves an app and a token in both sessions.
fn proved_both_in_both_sessions() -> Story {
    given([
        alice().enroll(method(1), app()),
        alice().enroll(method(2), time_token()),
        alice().from(ELSEWHERE).at(1).verify(method(1), step(101)),
        alice().from(ELSEWHERE).at(2).verify(method(2), step(101)),
        alice().at(3).verify(method(1), step(102)),
        alice().at(4).verify(method(2), step(102)),
    ])
}

#[test]
fn what_a_deleted_method_has_proved_counts_no_more() {
    let story = given([
        alice().enroll(method(1), app()),
        alice().enroll(method(2), time_token()),
        alice().at(700).verify(method(1), step(101)),
    ]);
    // A thief with the app enrolled nothing yet.
    story
        .and(alice().at(701).delete(method(1)))
        .when(alice().at(702).enroll(method(3), app()))
        .then_refused(Refusal::FreshProofNeeded);
}

#[test]
fn a_deletion_ends_the_proofs_of_every_other_session() {
    let story = proved_both_in_both_sessions().and(alice().at(5).delete(method(1)));
    story
        .when(alice().from(ELSEWHERE).at(6).enroll(method(3), app()))
        .then_refused(Refusal::FreshProofNeeded);
    // The session that asked has proved another method, and goes on.
    story.and(alice().at(6).enroll(method(3), app()));
}

#[test]
fn a_deletion_that_waited_ends_every_proof_when_it_takes_effect() {
    let story = given([
        alice().enroll(method(1), text(Place::Mobile)),
        administrator_for(ALICE).enroll(method(2), app()),
        alice().delete(method(2)),
        alice().at(DAY - 60).verify(method(2), step(101)),
        daemon_for(ALICE).at(DAY).carry_out_due(),
    ]);
    story
        .when(alice().at(DAY).enroll(method(3), app()))
        .then_refused(Refusal::FreshProofNeeded);
}

#[test]
fn new_recovery_codes_end_what_the_former_ones_have_proved() {
    let story = given([
        alice().enroll(method(1), app()),
        alice().issue_recovery_codes(method(2)),
        alice()
            .from(ELSEWHERE)
            .at(700)
            .verify(method(2), Answer::RecoveryCode(0)),
        alice().at(701).verify(method(1), step(101)),
        alice().at(702).verify(method(2), Answer::RecoveryCode(1)),
        alice().at(703).issue_recovery_codes(method(3)),
    ]);
    for session in [HERE, ELSEWHERE] {
        story
            .when(alice().from(session).at(704).enroll(method(4), app()))
            .then_refused(Refusal::FreshProofNeeded);
    }
}
