//! A code is sent only to whom its answer would be heard from.

use crate::fixture::*;
use secinfo_domain::event::Familiarity;
use secinfo_domain::policy::FirstMethod;
use secinfo_domain::{Answer, Command, HostAction, Kind, KindSet, Place, Purpose, Refusal};

#[test]
fn there_is_no_code_to_send_for_what_makes_its_own() {
    let story = given([
        alice().enroll(method(1), app()),
        alice().issue_recovery_codes(method(2)),
    ]);
    for (id, kind) in [(1, Kind::AuthenticatorApp), (2, Kind::RecoveryCodes)] {
        story
            .when(alice().code_for(method(id), message(1)))
            .then_refused(Refusal::NothingToSend(kind));
    }
    for kind in [Kind::AuthenticatorApp, Kind::HardwareToken] {
        story
            .when(alice().code_to_new_number(kind, Place::Mobile, message(1)))
            .then_refused(Refusal::NothingToSend(kind));
    }
}

#[test]
fn no_code_is_sent_for_a_method_that_is_not_there() {
    phones_and_email()
        .when(bob().code_for(method(1), message(1)))
        .then_refused(Refusal::UnknownMethod);
}

#[test]
fn no_code_is_sent_that_does_not_serve_the_purpose() {
    phones_and_email()
        .when(alice().code_for(method(3), message(1)))
        .then_refused(Refusal::NotForThisPurpose(Kind::Email, Purpose::SignIn));
}

#[test]
fn no_code_is_sent_by_a_kind_that_policy_does_not_allow() {
    let mut policy = policy_of_service("sshd", |refined| {
        refined.allowed = Some(KindSet::from_iter([Kind::AuthenticatorApp]));
    });
    let story = phones_and_email().and(host(HostAction::SetPolicy(Box::new(policy.clone()))));
    story
        .when(alice().through("sshd").code_for(method(1), message(1)))
        .then_refused(Refusal::KindNotAllowed(Kind::Text));
    policy.rules.allowed = KindSet::from_iter([Kind::Text]);
    story
        .and(host(HostAction::SetPolicy(Box::new(policy))))
        .when(alice().code_to_new_number(Kind::Call, Place::Mobile, message(1)))
        .then_refused(Refusal::KindNotAllowed(Kind::Call));
}

#[test]
fn no_code_is_sent_whose_answer_would_not_be_heard() {
    let wrong = |n: u64| alice().at(1000 + n * 60).verify(method(1), Answer::Wrong);
    let story = phones_and_email().and_times(4, wrong);
    story
        .when(alice().at(1180).code_for(method(2), message(1)))
        .then_refused(Refusal::TooSoon { until: at(1182) });
    let locked = story.and_times(6, |n| wrong(n + 4));
    let until = at(1540 + 300);
    locked
        .when(alice().at(1839).code_for(method(1), message(1)))
        .then_refused(Refusal::MethodLocked { until });
    let _ = locked
        .clone()
        .and(alice().at(1839).code_for(method(2), message(1)));
    let _ = locked.and(alice().at(1840).code_for(method(1), message(1)));
}

#[test]
fn a_code_for_a_second_method_needs_a_fresh_proof() {
    let story = phones_and_email();
    let ask = || alice().at(700);
    let codes: [Command; 2] = [
        ask().code_to_new_address(message(1)).into(),
        ask()
            .code_to_new_number(Kind::Text, Place::Alternate, message(1))
            .into(),
    ];
    for code in codes {
        story.when(code).then_refused(Refusal::FreshProofNeeded);
    }
    let _ = story
        .and(alice().at(690).code_for(method(1), message(1)))
        .and(alice().at(695).type_code(method(1), message(1)))
        .and(
            ask()
                .code_to_new_number(Kind::Text, Place::Alternate, message(2))
                .to(2),
        );
}

#[test]
fn a_code_for_the_first_method_needs_an_access_pass_where_policy_says_so() {
    given_rules(|rules| rules.first_method = FirstMethod::AccessPass, [])
        .when(alice().code_to_new_number(Kind::Text, Place::Mobile, message(1)))
        .then_refused(Refusal::AccessPassNeeded);
}

#[test]
fn wrong_codes_for_a_phone_that_is_added_slow_down_and_the_right_one_ends_that() {
    let story = given([])
        .and(alice().code_to_new_number(Kind::Text, Place::Mobile, message(1)))
        .and_times(4, |n| alice().at(n * 10).fail_activation());
    let enroll = |seconds| alice().at(seconds).enroll(method(1), text_by(message(1)));
    story
        .when(enroll(31))
        .then_refused(Refusal::TooSoon { until: at(32) });
    story
        .when(alice().at(31).code_to_new_address(message(2)))
        .then_refused(Refusal::TooSoon { until: at(32) });
    assert_eq!(
        story
            .and(enroll(32))
            .user(ALICE)
            .failures(Familiarity::Elsewhere),
        0
    );
}
