//! Wrong codes slow down, then lock, for a time that grows; no user is locked out for good.

use crate::fixture::*;
use secinfo_domain::event::{Accepted, Familiarity, Who};
use secinfo_domain::{
    Answer, HostAction, Purpose, Refusal, Seconds, Strength, TimeStep, verification_outlook,
};

const WRONG: Answer = Answer::Wrong;

/// An app, a time token and recovery codes.
fn many_methods() -> Story {
    given([
        alice().enroll(method(1), app()),
        alice().enroll(method(2), time_token()),
        alice().issue_recovery_codes(method(4)),
    ])
}

/// The n-th guess of an attacker who waits a minute before each, through a PAM service.
fn patient_guess(id: u8, n: u64) -> secinfo_domain::Command {
    let ask = alice().called_by(Who::Root).at(1000 + n * 60);
    ask.verify(method(id), WRONG)
}

fn app_locked() -> Story {
    many_methods().and_times(10, |n| patient_guess(1, n))
}

fn app_accepted(step: u64) -> secinfo_domain::event::Fact {
    let accepted = Accepted::TimeStep(TimeStep(step));
    proved(method(1), Strength::Possession, accepted)
}

#[test]
fn the_first_wrong_codes_cost_no_waiting() {
    many_methods()
        .when(alice().verify(method(1), WRONG))
        .then_events([wrong(method(1))])
        .when(alice().verify(method(1), WRONG))
        .then_events([wrong(method(1))])
        .when(alice().verify(method(1), step(101)))
        .then_events([app_accepted(101)]);
}

#[test]
fn then_each_wrong_code_doubles_the_wait_up_to_the_longest() {
    let mut story = many_methods().and_times(2, |_| alice().verify(method(1), WRONG));
    let mut now = 0;
    for wait in [1, 2, 4, 8, 16, 30, 30] {
        story = story.and(alice().at(now).verify(method(1), WRONG));
        let until = at(now + wait);
        let early = alice().at(now + wait - 1);
        story
            .when(early.clone().verify(method(1), WRONG))
            .then_refused(Refusal::TooSoon { until });
        story
            .when(early.verify(method(1), step(101)))
            .then_refused(Refusal::TooSoon { until });
        now += wait;
    }
    assert_eq!(story.user(ALICE).failures(Familiarity::Elsewhere), 9);
}

#[test]
fn that_an_attempt_would_not_be_heard_is_told_before_the_answer_is_looked_at() {
    let story = many_methods().and_times(3, |_| alice().verify(method(1), WRONG));
    let outlook = |seconds| {
        let ask = alice().at(seconds);
        let (user, context) = ask.parts();
        verification_outlook(&story.state, user, context, method(1), Purpose::SignIn)
    };
    assert_eq!(outlook(0), Err(Refusal::TooSoon { until: at(1) }));
    assert_eq!(outlook(1), Ok(()));
}

#[test]
fn ten_wrong_codes_lock_the_method() {
    let story = many_methods().and_times(9, |n| patient_guess(1, n));
    let until = at(1540 + 300);
    let story = story
        .when(patient_guess(1, 9))
        .then_events([wrong(method(1)), locked(method(1), until)]);
    story
        .when(alice().at(1839).verify(method(1), step(101)))
        .then_refused(Refusal::MethodLocked { until });
    story
        .when(alice().at(1840).verify(method(1), step(101)))
        .then_events([app_accepted(101)]);
}

#[test]
fn each_further_lock_lasts_twice_as_long_up_to_the_longest() {
    let mut story = many_methods().and_times(9, |n| patient_guess(1, n));
    let mut now = 10_000;
    for length in [300, 600, 1200, 2400, 3600, 3600] {
        let until = at(now + length);
        story = story
            .when(
                alice()
                    .called_by(Who::Root)
                    .at(now)
                    .verify(method(1), WRONG),
            )
            .then_events([wrong(method(1)), locked(method(1), until)]);
        now += length;
    }
}

#[test]
fn a_right_code_starts_the_count_and_the_locks_anew() {
    let story = app_locked()
        .and(alice().at(5000).verify(method(1), step(101)))
        .and_times(9, |n| patient_guess(1, 200 + n));
    story.when(patient_guess(1, 209)).then_events([
        wrong(method(1)),
        locked(method(1), at(1000 + 209 * 60 + 300)),
    ]);
}

#[test]
fn wrong_codes_count_across_methods() {
    let story = many_methods()
        .and_times(5, |n| patient_guess(1, n))
        .and_times(4, |n| patient_guess(2, 5 + n));
    story
        .when(patient_guess(2, 9))
        .then_events([wrong(method(2)), locked(method(2), at(1540 + 300))]);
}

#[test]
fn wrong_codes_count_across_purposes_and_services() {
    let story = many_methods()
        .and(alice().through("sshd").verify(method(1), WRONG))
        .and(alice().through("sudo").verify(method(2), WRONG))
        .and(
            alice()
                .through("login")
                .verify_for(Purpose::PasswordReset, method(1), WRONG),
        );
    for service in ["sshd", "sudo", "login", "another"] {
        story
            .when(alice().through(service).verify(method(1), step(101)))
            .then_refused(Refusal::TooSoon { until: at(1) });
    }
}

#[test]
fn a_right_code_of_one_method_does_not_wipe_out_the_wrong_codes_of_another() {
    let story = many_methods()
        .and_times(9, |n| patient_guess(1, n))
        .and(alice().at(1539).verify(method(2), step(101)));
    assert_eq!(story.user(ALICE).failures(Familiarity::Elsewhere), 9);
    story
        .when(patient_guess(1, 9))
        .then_events([wrong(method(1)), locked(method(1), at(1840))]);
}

#[test]
fn a_code_that_was_used_before_counts_like_a_wrong_one() {
    let story = many_methods().and_times(3, |_| alice().verify(method(1), step(100)));
    story
        .when(alice().verify(method(1), step(101)))
        .then_refused(Refusal::TooSoon { until: at(1) });
}

#[test]
fn a_locked_method_leaves_the_others_open() {
    app_locked()
        .when(alice().at(1600).verify(method(2), step(101)))
        .then_events([proved(
            method(2),
            Strength::Possession,
            Accepted::TimeStep(TimeStep(101)),
        )]);
}

#[test]
fn what_cannot_be_guessed_is_never_locked_and_waits_for_no_other_method() {
    let story = many_methods().and_times(10, |n| patient_guess(1, n));
    let at_once = || alice().at(1540);
    story
        .when(at_once().verify(method(4), Answer::RecoveryCode(0)))
        .then_events([proved(
            method(4),
            // Issued on a proof by the app, within the waiting time of deletions.
            Strength::Possession,
            Accepted::RecoveryCode(0),
        )]);
    let wrong_codes = story.and_times(40, |n| patient_guess(4, 100 + n));
    let codes = wrong_codes.user(ALICE).method(method(4)).unwrap();
    assert_eq!(codes.throttle(Familiarity::Elsewhere).failures(), 40);
    assert_eq!(codes.locked_at(at(1000 + 139 * 60)), None);
}

#[test]
fn what_cannot_be_guessed_slows_down_for_its_own_wrong_codes() {
    let story = many_methods().and_times(3, |_| alice().verify(method(4), WRONG));
    story
        .when(alice().verify(method(4), Answer::RecoveryCode(1)))
        .then_refused(Refusal::TooSoon { until: at(1) });
}

#[test]
fn an_access_pass_gets_in_whom_others_have_locked_out() {
    app_locked()
        .and(
            administrator_for(ALICE)
                .at(1540)
                .issue_access_pass(method(9)),
        )
        .when(alice().at(1540).verify(method(9), Answer::AccessPass))
        .then_events([proved(method(9), Strength::Strong, Accepted::AccessPass)]);
}

#[test]
fn an_administrator_lifts_every_lock() {
    app_locked()
        .when(alice().at(1541).unlock())
        .then_refused(Refusal::AdministratorNeeded)
        .when(administrator_for(ALICE).at(1541).unlock())
        .then_events([secinfo_domain::event::Unlocked { gates: Vec::new() }.into()])
        .when(alice().at(1541).verify(method(1), step(101)))
        .then_events([app_accepted(101)]);
}

#[test]
fn the_wrong_codes_for_one_user_do_not_slow_another_down() {
    let story = app_locked().and(bob().enroll(method(21), app()));
    story
        .when(bob().at(1540).verify(method(21), step(101)))
        .then_events([proved(
            method(21),
            Strength::Possession,
            Accepted::TimeStep(TimeStep(101)),
        )]);
}

/// Carol calls verifications of others, and may cause five wrong codes in ten minutes.
fn five_by_carol() -> Story {
    let calling = |n| alice().called_by(Who::User(CAROL)).at(1000 + n * 60);
    given_rules(
        |rules| {
            rules.throttle.caller_limit = 5;
            rules.throttle.caller_window = Seconds::new(600);
        },
        [
            alice().enroll(method(1), app()),
            bob().enroll(method(2), app()),
        ],
    )
    .and_times(5, |n| calling(n).verify(method(1), WRONG))
}

#[test]
fn one_calling_account_may_cause_only_so_many_wrong_codes_for_whomever() {
    let story = five_by_carol();
    let until = at(1600);
    let carol_at = |seconds| bob().called_by(Who::User(CAROL)).at(seconds);
    story
        .when(carol_at(1599).verify(method(2), step(101)))
        .then_refused(Refusal::TooSoon { until });
    story
        .when(carol_at(1599).fail_activation())
        .then_refused(Refusal::TooSoon { until });
    let token = given_token_of(&story);
    token
        .when(carol_at(1599).resynchronize(method(3), None))
        .then_refused(Refusal::TooSoon { until });
    let _ = story.and(carol_at(1600).verify(method(2), step(101)));
}

fn given_token_of(story: &Story) -> Story {
    story.clone().and(bob().enroll(method(3), time_token()))
}

#[test]
fn the_limit_of_one_caller_does_not_bind_another() {
    let story = five_by_carol();
    let _ = story
        .clone()
        .and(bob().at(1300).verify(method(2), step(101)));
    let _ = story.and(
        alice()
            .called_by(Who::Root)
            .at(1300)
            .verify(method(1), step(101)),
    );
}

/// When the newest of nine wrong codes was a day ago.
const DAY_AFTER_NINE: u64 = 1480 + 86_400;

#[test]
fn wrong_codes_are_forgotten_a_day_after_the_newest() {
    let story = many_methods().and_times(9, |n| patient_guess(1, n));
    let guess = |seconds| {
        alice()
            .called_by(Who::Root)
            .at(seconds)
            .verify(method(1), WRONG)
    };
    let until = at(DAY_AFTER_NINE - 1 + 300);
    story
        .when(guess(DAY_AFTER_NINE - 1))
        .then_events([wrong(method(1)), locked(method(1), until)]);
    let forgotten = story
        .when(guess(DAY_AFTER_NINE))
        .then_events([wrong(method(1))]);
    assert_eq!(forgotten.user(ALICE).failures(Familiarity::Elsewhere), 1);
}

#[test]
fn wrong_codes_of_every_method_and_of_activations_are_forgotten_together() {
    let story = many_methods()
        .and_times(3, |n| patient_guess(1, n))
        .and_times(3, |n| patient_guess(2, 3 + n))
        .and_times(3, |n| alice().at(1360 + n * 60).fail_activation());
    assert_eq!(story.user(ALICE).failures(Familiarity::Elsewhere), 9);
    let by_activation = story
        .clone()
        .and(alice().at(DAY_AFTER_NINE).fail_activation());
    assert_eq!(
        by_activation.user(ALICE).failures(Familiarity::Elsewhere),
        1
    );
    story
        .when(alice().at(DAY_AFTER_NINE).verify(method(1), WRONG))
        .then_events([wrong(method(1))]);
}

#[test]
fn after_how_long_wrong_codes_are_forgotten_comes_from_policy() {
    let guess = |seconds| alice().at(seconds).verify(method(1), WRONG);
    let story = given_rules(
        |rules| {
            rules.throttle.lock_after = 2;
            rules.throttle.forget_after = Seconds::new(60);
        },
        [alice().enroll(method(1), app()), guess(0)],
    );
    story
        .when(guess(59))
        .then_events([wrong(method(1)), locked(method(1), at(59 + 300))]);
    story.when(guess(60)).then_events([wrong(method(1))]);
}

#[test]
fn the_locks_that_there_were_are_not_forgotten_with_the_wrong_codes() {
    let later = |n: u64| 2 * 86_400 + n * 60;
    let guess = |n| {
        alice()
            .called_by(Who::Root)
            .at(later(n))
            .verify(method(1), WRONG)
    };
    app_locked()
        .and_times(9, guess)
        .when(guess(9))
        .then_events([wrong(method(1)), locked(method(1), at(later(9) + 600))]);
}

#[test]
fn a_clock_that_once_was_years_ahead_locks_no_user_out_for_years() {
    let years = 10 * 365 * 86_400;
    let story = many_methods().and_times(10, |n| {
        alice()
            .called_by(Who::Root)
            .at(years + n * 60)
            .verify(method(1), WRONG)
    });
    story
        .when(alice().at(5000).verify(method(1), step(101)))
        .then_events([app_accepted(101)]);
}

#[test]
fn a_wrong_code_after_the_clock_was_set_back_revives_no_lock_of_the_future() {
    let stricter = given_rules(
        |rules| rules.throttle.lock_after = 3,
        [alice().enroll(method(1), app())],
    );
    let story = stricter
        .and_times(3, |n| patient_guess(1, n))
        .and(host(HostAction::SetPolicy(Box::default())))
        .and(alice().at(10).verify(method(1), WRONG));
    let app = story.user(ALICE).method(method(1)).unwrap();
    assert_eq!(app.locked_at(at(50)), None);
}

#[test]
fn a_clock_set_back_does_not_wipe_out_what_was_counted() {
    let story = many_methods().and_times(10, |n| patient_guess(1, n));
    story
        .when(
            alice()
                .called_by(Who::Root)
                .at(500)
                .verify(method(1), WRONG),
        )
        .then_events([wrong(method(1)), locked(method(1), at(500 + 600))]);
}
