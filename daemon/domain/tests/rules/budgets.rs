//! The log is never shortened, so what one user may have written into it is limited.

use crate::fixture::*;
use secinfo_domain::policy::Limit;
use secinfo_domain::{Answer, Command, Refusal, TimeStep};

const DAY: u64 = 24 * 3600;

/// A host on which a user has ten changes a day and twenty verifications, with these commands.
fn given_ten_a_day<I: IntoIterator<Item = Command>>(commands: I) -> Story {
    given_rules(
        |rules| {
            rules.budget.changes = Limit::new(10, 24 * 3600);
            rules.budget.verifications = Limit::new(20, 24 * 3600);
        },
        commands,
    )
}

/// Alice has an app, and has added it, and given it nine other names: ten changes.
fn alice_has_spent_her_changes() -> Story {
    given_ten_a_day([alice().enroll(method(1), app())])
        .and_times(9, |_| alice().rename(method(1), "another"))
}

fn until(seconds: u64) -> Refusal {
    Refusal::TooOften { until: at(seconds) }
}

#[test]
fn changes_end_when_they_are_spent_and_come_back_one_by_one() {
    let spent = alice_has_spent_her_changes();
    let spent = spent
        .when(alice().rename(method(1), "once more"))
        .then_refused(until(DAY / 10));
    let again = spent.and(alice().at(DAY / 10).rename(method(1), "once more"));
    again
        .when(alice().at(DAY / 10).rename(method(1), "twice"))
        .then_refused(until(2 * DAY / 10));
}

#[test]
fn every_sort_of_change_takes_from_the_same_budget() {
    let spent = given_ten_a_day([alice().enroll(method(1), app())])
        .and(alice().verify(method(1), step(150)))
        .and(alice().enroll(method(2), app()))
        .and_times(7, |_| alice().rename(method(1), "another"));
    for change in [
        alice().set_default(method(1)),
        alice().enroll(method(3), app()),
        alice().issue_recovery_codes(method(3)),
        alice().rename(method(1), "another"),
    ] {
        let refusal = spent.when(change).refusal();
        assert!(
            matches!(refusal, Some(Refusal::TooOften { .. })),
            "{refusal:?}"
        );
    }
    // The default that it is already is no change.
    spent.when(alice().set_default(method(2))).then_nothing();
}

#[test]
fn when_changes_are_spent_the_user_still_signs_in_and_deletes() {
    let spent = alice_has_spent_her_changes()
        .and(alice().verify(method(1), step(150)))
        .and(alice().delete(method(1)));
    assert_eq!(spent.methods_of(ALICE), []);
}

#[test]
fn verifications_have_an_end_as_well_and_come_back() {
    // A counter that a program computes gives codes without end.
    let steps = |count: u64| alice().verify(method(1), step(101 + count));
    let spent = given_ten_a_day([alice().enroll(method(1), app())]).and_times(38, steps);
    let refused = spent.when(steps(38)).refusal();
    assert!(
        matches!(refused, Some(Refusal::TooOften { .. })),
        "{refused:?}"
    );
    let later = alice().at(DAY / 20).verify(method(1), step(1000));
    spent.and(later);
}

#[test]
fn one_user_spends_nothing_of_another() {
    alice_has_spent_her_changes()
        .and(bob().enroll(method(7), app()))
        .and(bob().rename(method(7), "another"));
}

#[test]
fn what_an_administrator_does_takes_nothing_of_the_users_budget() {
    let renamed = given_ten_a_day([alice().enroll(method(1), app())]).and_times(50, |_| {
        administrator_for(ALICE).rename(method(1), "another")
    });
    let spent = renamed.and_times(9, |_| alice().rename(method(1), "hers"));
    spent
        .clone()
        .when(alice().rename(method(1), "hers"))
        .then_refused(until(DAY / 10));
    spent.and(administrator_for(ALICE).rename(method(1), "another"));
}

#[test]
fn a_clock_that_was_ahead_once_leaves_no_budget_spent_for_years() {
    let ahead = 365 * DAY;
    given_ten_a_day([alice().enroll(method(1), app())])
        .and_times(9, |_| alice().at(ahead).rename(method(1), "another"))
        .and(alice().rename(method(1), "now"));
}

#[test]
fn a_nearly_full_disk_is_kept_for_verifications_deletions_and_administrators() {
    let known = given([
        alice().enroll(method(1), app()),
        alice().enroll(method(2), app()),
    ]);
    let known = known.and(alice().verify(method(1), step(150)));
    for change in [
        alice().on_a_full_disk().rename(method(1), "another"),
        alice().on_a_full_disk().enroll(method(3), app()),
        alice().on_a_full_disk().issue_recovery_codes(method(3)),
        alice().on_a_full_disk().set_default(method(1)),
    ] {
        known.when(change).then_refused(Refusal::RoomKept);
    }
    known
        .and(alice().on_a_full_disk().verify(method(1), step(151)))
        .and(alice().on_a_full_disk().delete(method(2)))
        .and(administrator_for(ALICE).on_a_full_disk().unlock())
        .and(administrator_for(ALICE).on_a_full_disk().delete(method(1)));
}

fn step(number: u64) -> Answer {
    Answer::TimeStep(TimeStep(number))
}
