//! Codes that are sent: each is good once, for a short while, for what it was asked for.

use crate::fixture::*;
use secinfo_domain::event::{Accepted, CodeRequested, Credential, VerificationSucceeded};
use secinfo_domain::kind::{Email, Text};
use secinfo_domain::{
    Answer, HostAction, Kind, Place, Policy, Purpose, Refusal, Seconds, Strength,
};

#[test]
fn a_code_that_was_asked_for_proves_the_method() {
    phones_and_email()
        .when(alice().at(10).code_for(method(1), message(1)))
        .then_events([requested(message(1), Kind::Text, method(1), at(310))])
        .when(alice().at(20).type_code(method(1), message(1)))
        .then_events([typed(method(1), message(1))]);
}

#[test]
fn a_code_that_was_asked_for_enrolls_the_phone_it_was_sent_to() {
    given([])
        .when(alice().code_to_new_number(Kind::Text, Place::Mobile, message(1)))
        .then_events([CodeRequested {
            message: message(1),
            kind: Kind::Text,
            method: None,
            purpose: None,
            destination: destination(1),
            country: Some(country("DE")),
            expires: at(300),
            replaces: None,
        }
        .into()])
        .when(alice().at(299).enroll(method(1), text_by(message(1))))
        .then_events([
            enrolled_first(method(1), text_by(message(1))),
            default_is(method(1), secinfo_domain::event::DefaultReason::First),
        ]);
}

#[test]
fn a_code_by_email_serves_password_reset() {
    let reset = Purpose::PasswordReset;
    let typed = Answer::DeliveredCode(message(1));
    phones_and_email()
        .and(alice().code_to(reset, method(3), message(1)))
        .when(alice().verify_for(reset, method(3), typed))
        .then_events([VerificationSucceeded {
            method: method(3),
            purpose: reset,
            // It was enrolled on a proof no stronger.
            strength: Strength::Delivered,
            session: HERE,
            accepted: Accepted::DeliveredCode(message(1)),
            source: None,
            place: None,
        }
        .into()]);
}

#[test]
fn a_code_for_one_purpose_does_not_serve_the_other() {
    let purposes = [Purpose::SignIn, Purpose::PasswordReset];
    for (asked, typed) in [(0, 1), (1, 0)].map(|(a, b)| (purposes[a], purposes[b])) {
        let answer = Answer::DeliveredCode(message(1));
        let story = phones_and_email().and(alice().code_to(asked, method(1), message(1)));
        story
            .when(alice().verify_for(typed, method(1), answer))
            .then_refused(Refusal::CodeGone);
        let _ = story.and(alice().verify_for(asked, method(1), answer));
    }
}

#[test]
fn how_long_a_code_is_good_comes_from_policy() {
    let story = given_rules(
        |rules| rules.codes.life = Seconds::new(60),
        [alice().enroll(method(1), text(Place::Mobile))],
    )
    .when(alice().at(10).code_for(method(1), message(1)))
    .then_events([requested(message(1), Kind::Text, method(1), at(70))]);
    story
        .when(alice().at(70).type_code(method(1), message(1)))
        .then_refused(Refusal::CodeGone);
    let _ = story.and(alice().at(69).type_code(method(1), message(1)));
}

#[test]
fn a_code_whose_time_is_over_enrolls_nothing() {
    given([])
        .and(alice().code_to_new_number(Kind::Text, Place::Mobile, message(1)))
        .when(alice().at(300).enroll(method(1), text_by(message(1))))
        .then_refused(Refusal::CodeGone);
}

#[test]
fn a_code_is_good_once_whatever_it_is_used_for() {
    let story = phones_and_email()
        .and(alice().code_for(method(1), message(1)))
        .and(alice().type_code(method(1), message(1)));
    let answer = Answer::DeliveredCode(message(1));
    for ask in [alice(), alice().from(ELSEWHERE), alice().through("sshd")] {
        for purpose in [Purpose::SignIn, Purpose::PasswordReset] {
            story
                .when(ask.clone().verify_for(purpose, method(1), answer))
                .then_refused(Refusal::CodeGone);
        }
    }
}

#[test]
fn a_code_enrolls_one_method() {
    let second: Credential = Text {
        place: Place::Office,
        proved_by: message(1),
    }
    .into();
    given([])
        .and(alice().code_to_new_number(Kind::Text, Place::Mobile, message(1)))
        .and(alice().enroll(method(1), text_by(message(1))))
        .when(alice().enroll(method(2), second))
        .then_refused(Refusal::CodeGone)
        .when(alice().type_code(method(1), message(1)))
        .then_refused(Refusal::CodeGone);
}

#[test]
fn the_newest_code_of_a_session_alone_is_good() {
    let story = phones_and_email()
        .and(alice().code_for(method(1), message(1)))
        .when(
            alice()
                .at(30)
                .code_for(method(1), message(2))
                .in_place_of(message(1)),
        )
        .then_events([CodeRequested {
            message: message(2),
            kind: Kind::Text,
            method: Some(method(1)),
            purpose: Some(Purpose::SignIn),
            destination: destination(1),
            country: Some(country("DE")),
            expires: at(330),
            replaces: Some(message(1)),
        }
        .into()])
        .when(alice().at(40).type_code(method(1), message(1)))
        .then_refused(Refusal::CodeGone);
    let _ = story.and(alice().at(40).type_code(method(1), message(2)));
}

#[test]
fn going_over_to_another_method_makes_the_code_of_the_former_void() {
    phones_and_email()
        .and(alice().code_for(method(1), message(1)))
        .and(
            alice()
                .code_for(method(2), message(2))
                .to(2)
                .in_place_of(message(1)),
        )
        .when(alice().type_code(method(1), message(1)))
        .then_refused(Refusal::CodeGone)
        .and(alice().type_code(method(2), message(2)));
}

#[test]
fn the_codes_of_two_sessions_are_good_side_by_side() {
    phones_and_email()
        .and(alice().code_for(method(1), message(1)))
        .and(alice().at(30).code_for(method(1), message(2)))
        .and(alice().at(31).type_code(method(1), message(1)))
        .and(alice().at(32).type_code(method(1), message(2)));
}

#[test]
fn a_user_cannot_make_the_code_of_another_void() {
    phones_and_email()
        .and(bob().enroll(method(9), text(Place::Alternate)))
        .and(alice().code_for(method(1), message(1)))
        .when(
            bob()
                .code_for(method(9), message(2))
                .in_place_of(message(1)),
        )
        .then_events([requested(message(2), Kind::Text, method(9), at(300))])
        .and(alice().type_code(method(1), message(1)));
}

#[test]
fn a_code_that_was_not_asked_for_is_not_good() {
    phones_and_email()
        .when(alice().type_code(method(1), message(1)))
        .then_refused(Refusal::CodeGone);
    given([])
        .when(alice().enroll(method(1), text_by(message(1))))
        .then_refused(Refusal::CodeGone);
}

#[test]
fn a_code_of_one_method_does_not_prove_another() {
    phones_and_email()
        .and(alice().code_for(method(1), message(1)))
        .when(alice().type_code(method(2), message(1)))
        .then_refused(Refusal::CodeGone);
}

#[test]
fn a_code_of_one_user_is_of_no_use_to_another() {
    phones_and_email()
        .and(bob().enroll(method(9), app()))
        .and(alice().code_for(method(1), message(1)))
        .and(
            alice()
                .code_to_new_number(Kind::Text, Place::Alternate, message(2))
                .to(2),
        )
        .when(bob().type_code(method(9), message(1)))
        .then_refused(Refusal::CodeGone)
        .when(bob().enroll(method(8), text_by(message(2))))
        .then_refused(Refusal::CodeGone);
}

#[test]
fn a_code_that_enrolls_does_not_verify_and_the_other_way_round() {
    phones_and_email()
        .and(alice().code_for(method(1), message(1)))
        .and(
            alice()
                .code_to_new_number(Kind::Text, Place::Alternate, message(2))
                .to(2),
        )
        .when(alice().type_code(method(1), message(2)))
        .then_refused(Refusal::CodeGone)
        .when(
            alice().enroll(
                method(4),
                Text {
                    place: Place::Alternate,
                    proved_by: message(1),
                }
                .into(),
            ),
        )
        .then_refused(Refusal::CodeGone);
}

#[test]
fn a_code_to_a_mailbox_does_not_enroll_a_phone() {
    given([alice().enroll(method(1), app())])
        .and(alice().code_to_new_address(message(1)))
        .when(alice().enroll(method(2), text_by(message(1))))
        .then_refused(Refusal::CodeGone)
        .and(
            alice().enroll(
                method(2),
                Email {
                    proved_by: message(1),
                }
                .into(),
            ),
        );
}

#[test]
fn a_code_is_an_answer_for_no_other_kind() {
    given([alice().enroll(method(1), app())])
        .and(alice().code_to_new_address(message(1)))
        .when(alice().type_code(method(1), message(1)))
        .then_refused(Refusal::CodeGone);
}

#[test]
fn a_clock_set_back_makes_no_code_good() {
    phones_and_email()
        .and(alice().at(1000).code_for(method(1), message(1)))
        .when(alice().at(999).type_code(method(1), message(1)))
        .then_refused(Refusal::CodeGone);
}

#[test]
fn a_code_is_still_good_after_a_restart_and_a_used_one_is_not() {
    let story = phones_and_email().and(alice().code_for(method(1), message(1)));
    let restarted = |story: &Story| Story {
        state: story.replayed(),
        events: story.events.clone(),
    };
    restarted(&story)
        .when(alice().type_code(method(1), message(1)))
        .then_events([typed(method(1), message(1))]);
    restarted(&story.and(alice().type_code(method(1), message(1))))
        .when(alice().type_code(method(1), message(1)))
        .then_refused(Refusal::CodeGone);
}

#[test]
fn a_change_of_policy_changes_no_code_that_is_on_its_way() {
    let mut policy = Policy::default();
    policy.rules.codes.life = Seconds::new(10);
    phones_and_email()
        .and(alice().code_for(method(1), message(1)))
        .and(host(HostAction::SetPolicy(Box::new(policy))))
        .and(alice().at(200).type_code(method(1), message(1)));
}
