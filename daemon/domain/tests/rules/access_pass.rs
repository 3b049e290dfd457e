//! A pass that an administrator issues to another user, for a limited time.

use crate::fixture::*;
use secinfo_domain::event::{Accepted, DeletionReason, Who};
use secinfo_domain::{
    Answer, Barred, Kind, KindSet, Refusal, Seconds, SetUp, SignInOutlook, Strength,
};

#[test]
fn an_administrator_issues_a_pass_that_expires() {
    let story = given([])
        .when(administrator_for(ALICE).issue_access_pass(method(1)))
        .then_events([pass_issued(method(1), at(0), at(3600), false)]);
    assert_eq!(story.default_of(ALICE), None);
    assert_eq!(story.state.next_due(), Some(at(3600)));
}

#[test]
fn only_an_administrator_issues_and_revokes() {
    given([])
        .when(
            alice()
                .called_by(Who::User(BOB))
                .issue_access_pass(method(1)),
        )
        .then_refused(Refusal::AdministratorNeeded);
    given([administrator_for(ALICE).issue_access_pass(method(1))])
        .when(alice().revoke_access_pass())
        .then_refused(Refusal::AdministratorNeeded);
}

#[test]
fn nobody_issues_a_pass_to_themselves_whatever_their_rights() {
    for ask in [alice(), alice().with_all_rights()] {
        given([])
            .when(ask.issue_access_pass(method(1)))
            .then_refused(Refusal::NotForYourself);
    }
}

#[test]
fn a_pass_is_valid_for_ten_minutes_to_thirty_days() {
    let issue =
        |seconds| administrator_for(ALICE).issue_pass(method(1), Seconds::new(seconds), false);
    for outside in [0, 599, 30 * 86_400 + 1, u32::MAX] {
        given([])
            .when(issue(outside))
            .then_refused(Refusal::ValidityOutOfRange);
    }
    for inside in [600, 30 * 86_400] {
        given([]).when(issue(inside)).then_events([pass_issued(
            method(1),
            at(0),
            at(u64::from(inside)),
            false,
        )]);
    }
}

#[test]
fn a_pass_verifies_from_its_beginning_and_is_valid_from_then_on() {
    let issue = |begins| {
        let valid = Seconds::new(3600);
        administrator_for(ALICE)
            .at(100)
            .issue_pass_from(method(1), Some(at(begins)), valid, false)
    };
    let story = given([]).when(issue(5000)).then_events([pass_issued(
        method(1),
        at(5000),
        at(8600),
        false,
    )]);
    let verify = |seconds| alice().at(seconds).verify(method(1), Answer::AccessPass);
    story
        .clone()
        .when(verify(4999))
        .then_refused(Refusal::TooSoon { until: at(5000) });
    // Until then nobody adds a method of their own with the password alone, nor gets in with it.
    story
        .clone()
        .when(alice().at(4999).enroll(method(2), app()))
        .then_refused(Refusal::FreshProofNeeded);
    let at_sshd = crate::sign_in::at_sshd().at(4999);
    assert!(matches!(
        crate::sign_in::outlook(&story, at_sshd),
        SignInOutlook::SetUp(SetUp {
            may_postpone: false,
            barred: Some(Barred::ProofNeeded),
            ..
        })
    ));
    let _ = story.and(verify(5000));
    // A clock may be a little behind; but a wrong year is not now.
    given([])
        .when(issue(41))
        .then_events([pass_issued(method(1), at(100), at(3700), false)]);
    given([])
        .when(issue(39))
        .then_refused(Refusal::BeginsOutOfRange);
    let month = 30 * 86_400;
    let _ = given([]).and(issue(100 + month));
    given([])
        .when(issue(101 + month))
        .then_refused(Refusal::BeginsOutOfRange);
}

#[test]
fn a_pass_verifies_until_it_expires() {
    let story = given([administrator_for(ALICE).issue_access_pass(method(1))]);
    story
        .when(alice().at(3599).verify(method(1), Answer::AccessPass))
        .then_events([proved(method(1), Strength::Strong, Accepted::AccessPass)]);
    story
        .when(alice().at(3600).verify(method(1), Answer::AccessPass))
        .then_refused(Refusal::Expired);
}

#[test]
fn a_pass_may_be_used_more_than_once_unless_it_was_issued_for_one_use() {
    given([administrator_for(ALICE).issue_access_pass(method(1))])
        .and(alice().verify(method(1), Answer::AccessPass))
        .and(alice().verify(method(1), Answer::AccessPass));
}

#[test]
fn issued_anew_it_replaces_the_former_one() {
    let story = given([administrator_for(ALICE).issue_access_pass(method(1))])
        .when(administrator_for(ALICE).at(60).issue_access_pass(method(2)))
        .then_events([
            deleted_by_others(method(1), DeletionReason::Replaced),
            pass_issued(method(2), at(60), at(3660), false),
        ]);
    assert_eq!(story.state.next_due(), Some(at(3660)));
}

#[test]
fn a_pass_can_be_taken_back_and_its_proofs_with_it() {
    let story = given([
        administrator_for(ALICE).issue_access_pass(method(1)),
        alice().verify(method(1), Answer::AccessPass),
    ])
    .when(administrator_for(ALICE).revoke_access_pass())
    .then_events([deleted_by_others(method(1), DeletionReason::Administrator)]);
    assert_eq!(story.state.next_due(), None);
    assert_eq!(story.user(ALICE).proofs(), []);
    story
        .when(administrator_for(ALICE).revoke_access_pass())
        .then_refused(Refusal::UnknownMethod);
}

#[test]
fn no_pass_is_issued_where_policy_does_not_allow_it() {
    given_rules(
        |rules| rules.allowed = KindSet::from_iter([Kind::AuthenticatorApp]),
        [],
    )
    .when(administrator_for(ALICE).issue_access_pass(method(1)))
    .then_refused(Refusal::KindNotAllowed(Kind::AccessPass));
}

#[test]
fn a_user_with_a_pass_proves_it_before_adding() {
    given([administrator_for(ALICE).issue_access_pass(method(1))])
        .when(alice().enroll(method(2), app()))
        .then_refused(Refusal::FreshProofNeeded);
}

#[test]
fn an_expired_pass_is_nothing_to_prove() {
    given([administrator_for(ALICE).issue_access_pass(method(1))])
        .and(alice().at(3600).enroll(method(2), app()));
}
