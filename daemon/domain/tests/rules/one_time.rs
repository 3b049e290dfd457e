//! One-time is one time.

use crate::fixture::*;
use secinfo_domain::event::{Accepted, DeletionReason, Resynchronized};
use secinfo_domain::{Answer, Counter, Place, Purpose, Refusal, Strength, TimeStep};

fn step_accepted(id: u8, step: u64) -> secinfo_domain::event::Fact {
    let accepted = Accepted::TimeStep(TimeStep(step));
    proved(method(id), Strength::Possession, accepted)
}

fn counter_accepted(id: u8, counter: u64) -> secinfo_domain::event::Fact {
    let accepted = Accepted::Counter(Counter(counter));
    proved(method(id), Strength::Possession, accepted)
}

#[test]
fn the_code_that_enrolled_an_app_is_used_up() {
    given([alice().enroll(method(1), app())])
        .when(alice().verify(method(1), step(100)))
        .then_events([used(method(1))]);
}

#[test]
fn accepting_a_time_step_uses_up_it_and_all_before_it() {
    for credential in [app(), time_token()] {
        given([alice().enroll(method(1), credential)])
            .when(alice().verify(method(1), step(105)))
            .then_events([step_accepted(1, 105)])
            .when(alice().verify(method(1), step(105)))
            .then_events([used(method(1))])
            .when(alice().verify(method(1), step(104)))
            .then_events([used(method(1))])
            .when(alice().verify(method(1), step(106)))
            .then_events([step_accepted(1, 106)]);
    }
}

#[test]
fn accepting_a_counter_uses_up_it_and_all_before_it() {
    given([alice().enroll(method(1), counter_token())])
        .when(alice().verify(method(1), counter(9)))
        .then_events([used(method(1))])
        .when(alice().verify(method(1), counter(12)))
        .then_events([counter_accepted(1, 12)])
        .when(alice().verify(method(1), counter(12)))
        .then_events([used(method(1))])
        .when(alice().verify(method(1), counter(10)))
        .then_events([used(method(1))])
        .when(alice().verify(method(1), counter(13)))
        .then_events([counter_accepted(1, 13)]);
}

#[test]
fn the_very_last_counter_is_never_accepted_because_nothing_could_mark_it_as_used() {
    given([alice().enroll(method(1), counter_token())])
        .when(alice().verify(method(1), counter(u64::MAX)))
        .then_events([used(method(1))])
        .when(alice().verify(method(1), counter(u64::MAX - 1)))
        .then_events([counter_accepted(1, u64::MAX - 1)])
        .when(alice().verify(method(1), counter(u64::MAX - 1)))
        .then_events([used(method(1))]);
}

#[test]
fn each_recovery_code_is_accepted_once() {
    let issued = given([
        alice().enroll(method(1), app()),
        administrator_for(ALICE).issue_recovery_codes(method(2)),
    ]);
    let all = (0..10_u8).fold(issued, |story, number| {
        let later = || alice().at(u64::from(number) * 100);
        let story = story
            .when(later().verify(method(2), Answer::RecoveryCode(number)))
            .then_events([proved(
                method(2),
                Strength::Strong,
                Accepted::RecoveryCode(number),
            )])
            .when(later().verify(method(2), Answer::RecoveryCode(number)))
            .then_events([used(method(2))]);
        let left = story.user(ALICE).method(method(2)).unwrap().remaining();
        assert_eq!(left, 9 - u32::from(number));
        story
    });
    assert!(!all.user(ALICE).method(method(2)).unwrap().is_usable(at(0)));
    all.when(alice().at(5000).verify(method(2), Answer::RecoveryCode(10)))
        .then_events([used(method(2))]);
}

#[test]
fn a_recovery_code_number_beyond_any_is_not_accepted() {
    let story = given([
        alice().enroll(method(1), app()),
        alice().issue_recovery_codes(method(2)),
    ]);
    for number in [10, 15, 16, 17, 255] {
        story
            .when(alice().verify(method(2), Answer::RecoveryCode(number)))
            .then_events([used(method(2))]);
    }
}

#[test]
fn a_pass_for_one_use_is_gone_with_it() {
    given([administrator_for(ALICE).issue_once_pass(method(1))])
        .when(alice().verify(method(1), Answer::AccessPass))
        .then_events([
            proved(method(1), Strength::Strong, Accepted::AccessPass),
            deleted(method(1), DeletionReason::UsedUp),
        ])
        .when(alice().verify(method(1), Answer::AccessPass))
        .then_refused(Refusal::UnknownMethod);
}

#[test]
fn a_code_used_for_one_purpose_is_used_up_for_the_other() {
    given([
        alice().enroll(method(1), app()),
        alice().verify_for(Purpose::PasswordReset, method(1), step(101)),
    ])
    .when(alice().verify(method(1), step(101)))
    .then_events([used(method(1))]);
}

#[test]
fn a_code_used_at_one_service_is_used_up_at_every_other() {
    given([
        alice().enroll(method(1), app()),
        alice().through("sshd").verify(method(1), step(101)),
    ])
    .when(alice().through("sudo").verify(method(1), step(101)))
    .then_events([used(method(1))]);
}

#[test]
fn an_answer_of_another_kind_than_the_method_is_refused() {
    let story = given([
        alice().enroll(method(1), app()),
        alice().enroll(method(2), counter_token()),
        alice().issue_recovery_codes(method(3)),
        alice().enroll(method(4), text(Place::Mobile)),
    ]);
    for (id, answer) in [
        (1, counter(11)),
        (1, Answer::RecoveryCode(1)),
        (1, Answer::AccessPass),
        (2, step(101)),
        (3, step(101)),
        (3, Answer::AccessPass),
        (4, step(101)),
    ] {
        story
            .when(alice().verify(method(id), answer))
            .then_refused(Refusal::AnswerDoesNotFit);
    }
}

#[test]
fn resynchronizing_uses_up_the_codes_it_took() {
    let found = Resynchronized::Clock {
        drift: 3,
        last_step: TimeStep(56_666_669),
    };
    given([
        alice().enroll(method(1), time_token()),
        alice().resynchronize(method(1), Some(found)),
    ])
    .when(alice().verify(method(1), step(56_666_669)))
    .then_events([used(method(1))])
    .when(alice().verify(method(1), step(56_666_670)))
    .then_events([step_accepted(1, 56_666_670)]);
    given([
        alice().enroll(method(1), counter_token()),
        alice().resynchronize(method(1), Some(Resynchronized::Counter(Counter(60)))),
    ])
    .when(alice().verify(method(1), counter(59)))
    .then_events([used(method(1))])
    .when(alice().verify(method(1), counter(60)))
    .then_events([counter_accepted(1, 60)]);
}
