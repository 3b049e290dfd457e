//! What users say of their activity: that it was not them.

use crate::fixture::*;
use crate::sign_in::at_sshd;
use secinfo_domain::event::{ActivityReported, Event, Fact, Who};
use secinfo_domain::policy::Limit;
use secinfo_domain::{HostAction, Policy, Refusal};

/// Alice, who has signed in at sshd, and that event with its number.
fn after_a_sign_in() -> (Story, u64, Event) {
    let story = given([alice().enroll(method(1), app())])
        .and(at_sshd().from(ELSEWHERE).verify(method(1), step(101)));
    let (seq, event) = newest(&story);
    assert!(matches!(event.fact, Fact::VerificationSucceeded(_)));
    (story, seq, event)
}

fn newest(story: &Story) -> (u64, Event) {
    let event = story.events.last().expect("there is one").clone();
    (story.state.events() - 1, event)
}

#[test]
fn a_report_ends_what_sign_ins_have_left_and_is_made_once() {
    let (story, seq, event) = after_a_sign_in();
    assert!(!story.user(ALICE).proofs().is_empty());
    let story = story
        .when(alice().at(60).report(seq, &event))
        .then_events([ActivityReported { reported: seq }.into()]);
    assert!(story.user(ALICE).proofs().is_empty());
    assert!(story.user(ALICE).has_reported(seq));
    story
        .when(alice().at(61).report(seq, &event))
        .then_nothing();
}

#[test]
fn only_the_user_reports_and_only_what_somebody_did_as_them() {
    let (story, seq, event) = after_a_sign_in();
    for ask in [
        alice().called_by(Who::User(BOB)),
        administrator_for(ALICE),
        daemon_for(ALICE),
    ] {
        story
            .when(ask.report(seq, &event))
            .then_refused(Refusal::AdministratorNeeded);
    }
    story
        .when(bob().report(seq, &event))
        .then_refused(Refusal::NotToBeReported);
    let story = story.and(administrator_for(ALICE).unlock());
    let (seq, by_administrator) = newest(&story);
    for (seq, event) in [(seq, &by_administrator), (seq + 1, &event)] {
        story
            .when(alice().report(seq, event))
            .then_refused(Refusal::NotToBeReported);
    }
}

#[test]
fn reports_take_from_the_budget_of_changes() {
    let mut policy = Policy::default();
    policy.rules.budget.changes = Limit::new(3, 3600);
    let (story, ..) = after_a_sign_in();
    let story = story.and(host(HostAction::SetPolicy(Box::new(policy))));
    let mut story = story;
    let mut reported = 0;
    for round in 0..10 {
        let at = 60 + round * 30;
        story = story.and(at_sshd().at(at).verify(method(1), step(200 + round)));
        let (seq, event) = newest(&story);
        let outcome = story.when(alice().at(at).report(seq, &event));
        match outcome.refusal() {
            None => {
                reported += 1;
                story = story.and(alice().at(at).report(seq, &event));
            }
            Some(refusal) => assert!(matches!(refusal, Refusal::TooOften { .. }), "{refusal}"),
        }
    }
    assert!((1..=3).contains(&reported), "{reported}");
}

#[test]
fn a_locked_account_can_still_report() {
    let (story, seq, event) = after_a_sign_in();
    let story = story.and(alice().lock_account());
    story
        .when(alice().report(seq, &event))
        .then_events([ActivityReported { reported: seq }.into()]);
}
