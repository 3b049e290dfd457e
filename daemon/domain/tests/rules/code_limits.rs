//! How many codes are sent, to whom, and where to.

use crate::fixture::{self, *};
use secinfo_domain::event::Who;
use secinfo_domain::policy::{CodeRules, Limit, Rules};
use secinfo_domain::{Command, HostAction, Kind, Place, Policy, Purpose, Refusal, Seconds, decide};

/// Alice and Bob each have a phone and an email address, set up long ago. What they send counts
/// from 10,000 on.
fn given_codes(change: impl FnOnce(&mut CodeRules)) -> Story {
    given_code_rules(|rules| change(&mut rules.codes))
}

fn given_code_rules(change: impl FnOnce(&mut Rules)) -> Story {
    let mut policy = Policy::default();
    policy.rules.codes.resend_after = Seconds::new(0);
    change(&mut policy.rules);
    given([
        alice().enroll(method(1), text(Place::Mobile)),
        alice().enroll(method(2), email()),
        bob().enroll(method(3), text(Place::Office)),
        host(HostAction::SetPolicy(Box::new(policy))),
    ])
}

fn text_at(seconds: u64, number: u8) -> CodeAsk {
    alice()
        .at(10_000 + seconds)
        .code_for(method(1), message(number))
}

fn email_at(seconds: u64, number: u8) -> CodeAsk {
    let ask = alice().at(10_000 + seconds);
    let code = ask.code_to(Purpose::PasswordReset, method(2), message(number));
    code.in_unknown_country()
}

fn bobs_at(seconds: u64, number: u8) -> CodeAsk {
    bob()
        .at(10_000 + seconds)
        .code_for(method(3), message(number))
}

/// A text for a reset of the password.
fn reset_at(seconds: u64, number: u8) -> CodeAsk {
    let ask = alice().at(10_000 + seconds);
    ask.code_to(Purpose::PasswordReset, method(1), message(number))
}

fn bobs_reset_at(seconds: u64, number: u8) -> CodeAsk {
    let ask = bob().at(10_000 + seconds);
    ask.code_to(Purpose::PasswordReset, method(3), message(number))
}

fn full(seconds: u64) -> Refusal {
    Refusal::TooManyCodes {
        until: at(10_000 + seconds),
    }
}

fn just_sent(seconds: u64) -> Refusal {
    Refusal::CodeJustSent {
        until: at(10_000 + seconds),
    }
}

#[test]
fn another_code_to_the_same_destination_waits_a_little() {
    let story = given_codes(|codes| codes.resend_after = Seconds::new(30)).and(text_at(0, 1));
    story.when(text_at(0, 2)).then_refused(just_sent(30));
    story.when(text_at(29, 2)).then_refused(just_sent(30));
    story
        .clone()
        .and(text_at(30, 2))
        .when(text_at(59, 3))
        .then_refused(just_sent(60));
    // Neither to another destination, nor does another user wait.
    let _ = story.clone().and(text_at(1, 2).to(2));
    let _ = story.and(bobs_at(1, 2));
}

#[test]
fn a_call_need_not_wait_for_a_text_that_does_not_come() {
    let call = alice().at(10_001).code_for(method(4), message(2)).to(1);
    let _ = given_codes(|codes| codes.resend_after = Seconds::new(30))
        .and(alice().enroll(method(4), fixture::call(Place::Alternate)))
        .and(text_at(0, 1).to(1))
        .and(call);
}

#[test]
fn a_user_who_has_used_a_code_gets_the_next_at_once() {
    given_codes(|codes| codes.resend_after = Seconds::new(30))
        .and(text_at(0, 1))
        .and(alice().at(10_005).type_code(method(1), message(1)))
        .and(text_at(6, 2))
        .when(text_at(7, 3))
        .then_refused(just_sent(36));
}

#[test]
fn going_to_and_fro_between_two_destinations_wins_no_message() {
    given_codes(|codes| codes.resend_after = Seconds::new(30))
        .and(text_at(0, 1).to(1))
        .and(text_at(1, 2).to(2).in_place_of(message(1)))
        .when(text_at(2, 3).to(1).in_place_of(message(2)))
        .then_refused(just_sent(30));
}

#[test]
fn others_who_claim_a_phone_do_not_keep_its_owner_from_getting_codes() {
    let claim = |seconds: u64, number| {
        let asked = administrator_for(CAROL)
            .called_by(Who::User(CAROL))
            .at(10_000 + seconds);
        let code = asked.code_to_new_number(Kind::Text, Place::Mobile, message(number));
        code.to(1)
    };
    let story = given_codes(|codes| codes.of_destination = Limit::new(2, 600))
        .and(claim(0, 1))
        .and(claim(1, 2));
    story.when(claim(2, 3)).then_refused(full(600));
    let _ = story.and(text_at(2, 3).to(1));
}

#[test]
fn messages_to_a_destination_count_when_the_key_of_its_tag_has_changed() {
    let story = given_codes(|codes| codes.of_destination = Limit::new(2, 600))
        .and(text_at(0, 1).to(1))
        .and(text_at(100, 2).retagged(2, 1));
    story
        .when(text_at(200, 3).retagged(2, 1))
        .then_refused(full(600));
    let _ = story.and(text_at(200, 3).retagged(3, 4));
}

#[test]
fn one_user_gets_only_so_many() {
    let story = given_codes(|codes| codes.of_user = Limit::new(3, 600))
        .and(text_at(0, 1).to(1))
        .and(text_at(100, 2).to(2))
        .and(text_at(200, 3).to(3));
    story.when(text_at(200, 4).to(4)).then_refused(full(600));
    story.when(text_at(599, 4).to(4)).then_refused(full(600));
    let _ = story.clone().and(bobs_at(200, 4).to(4));
    story
        .and(text_at(600, 4).to(4))
        .when(text_at(600, 5).to(5))
        .then_refused(full(700));
}

#[test]
fn codes_that_enroll_and_codes_that_verify_count_together() {
    given_codes(|codes| codes.of_user = Limit::new(2, 600))
        .and(text_at(0, 1))
        .and(alice().at(10_001).type_code(method(1), message(1)))
        .and(
            alice()
                .at(10_002)
                .code_to_new_number(Kind::Call, Place::Alternate, message(2)),
        )
        .when(text_at(3, 3))
        .then_refused(full(600));
}

#[test]
fn to_one_destination_go_only_so_many_for_all_users_together() {
    let story = given_codes(|codes| codes.of_destination = Limit::new(2, 600))
        .and(text_at(0, 1).to(7))
        .and(bobs_at(50, 2).to(7));
    // Not when the oldest goes out of count: that would tell when others had theirs.
    story.when(text_at(60, 3).to(7)).then_refused(full(660));
    story.when(bobs_at(599, 3).to(7)).then_refused(full(1199));
    let _ = story.clone().and(text_at(60, 3).to(8));
    story
        .and(text_at(600, 3).to(7))
        .when(bobs_at(600, 4).to(7))
        .then_refused(full(1200));
}

#[test]
fn to_one_country_go_only_so_many() {
    let story = given_codes(|codes| codes.of_country = Limit::new(2, 600))
        .and(text_at(0, 1).to(1))
        .and(bobs_at(50, 2).to(2));
    story.when(text_at(60, 3).to(3)).then_refused(full(600));
    let _ = story.clone().and(text_at(60, 3).in_country("FR"));
    let _ = story.clone().and(email_at(60, 3));
    story
        .and(text_at(600, 3).to(3))
        .when(bobs_at(600, 4).to(4))
        .then_refused(full(650));
}

#[test]
fn mail_does_not_count_for_any_country() {
    given_codes(|codes| codes.of_country = Limit::new(2, 600))
        .and_times(4, |n| email_at(n, 1 + u8::try_from(n).unwrap()))
        .and(text_at(10, 11).to(1))
        .and(text_at(11, 12).to(2))
        .when(text_at(12, 13).to(3))
        .then_refused(full(610));
}

#[test]
fn in_all_go_only_so_many() {
    let story = given_codes(|codes| codes.in_all = Limit::new(2, 600))
        .and(text_at(0, 1).to(1))
        .and(bobs_at(50, 2).to(2));
    story
        .when(text_at(60, 3).to(3).in_country("FR"))
        .then_refused(full(600));
    story.when(text_at(599, 3).to(3)).then_refused(full(600));
    story
        .and(text_at(600, 3).to(3))
        .when(bobs_at(600, 4).to(4))
        .then_refused(full(650));
}

#[test]
fn codes_for_resets_take_nothing_away_from_any_other_code() {
    let story = given_code_rules(|rules| {
        rules.codes.resend_after = Seconds::new(30);
        rules.codes.of_user = Limit::new(2, 600);
        rules.codes.of_destination = Limit::new(2, 600);
        rules.codes.of_country = Limit::new(2, 600);
        rules.codes.in_all = Limit::new(2, 600);
    });
    // With and without those of resets, the same is sent.
    for story in [story.clone(), story.and(reset_at(0, 1).to(1))] {
        story
            .and(text_at(1, 2).to(1))
            .and(text_at(31, 3).to(1))
            .when(text_at(61, 4).to(1))
            .then_refused(full(601));
    }
}

#[test]
fn codes_for_resets_have_limits_of_their_own() {
    let story = given_code_rules(|rules| rules.reset.codes_of_user = Limit::new(2, 600))
        .and_times(8, |n| text_at(n, 100 + u8::try_from(n).unwrap()).to(9))
        .and(reset_at(10, 1).to(1))
        .and(reset_at(20, 2).to(2));
    story.when(reset_at(609, 3).to(3)).then_refused(full(610));
    let _ = story.clone().and(bobs_reset_at(30, 3).to(3));
    story
        .and(reset_at(610, 3).to(3))
        .when(reset_at(611, 4).to(4))
        .then_refused(full(620));
}

#[test]
fn codes_for_resets_are_half_of_what_goes_to_a_country_and_in_all() {
    let limits: [fn(&mut CodeRules) -> &mut Limit; 2] =
        [|codes| &mut codes.of_country, |codes| &mut codes.in_all];
    for limit in limits {
        given_codes(|codes| *limit(codes) = Limit::new(4, 600))
            .and(reset_at(0, 1).to(1))
            .and(bobs_reset_at(10, 2).to(2))
            .when(reset_at(20, 3).to(3))
            .then_refused(full(600));
        // Half of one is one.
        given_codes(|codes| *limit(codes) = Limit::new(1, 600))
            .and(reset_at(0, 1).to(1))
            .when(bobs_reset_at(10, 2).to(2))
            .then_refused(full(600));
    }
}

#[test]
fn another_code_for_a_reset_waits_a_little() {
    given_codes(|codes| codes.resend_after = Seconds::new(30))
        .and(text_at(0, 1).to(1))
        .and(reset_at(1, 2).to(1))
        .when(reset_at(30, 3).to(1))
        .then_refused(just_sent(31));
}

#[test]
fn of_several_limits_the_one_that_lasts_longest_counts() {
    let story = given_codes(|codes| {
        codes.of_user = Limit::new(2, 600);
        codes.of_destination = Limit::new(1, 300);
        codes.in_all = Limit::new(1, 900);
    })
    .and(text_at(0, 1).to(1));
    story.when(text_at(10, 2).to(1)).then_refused(full(900));
    story.when(bobs_at(10, 2).to(2)).then_refused(full(900));
}

#[test]
fn a_limit_of_none_lets_nothing_through() {
    given_codes(|codes| codes.of_country = Limit::new(0, 600))
        .when(text_at(0, 1))
        .then_refused(full(600))
        .and(email_at(0, 1));
    given_codes(|codes| codes.in_all = Limit::new(0, 600))
        .when(email_at(0, 1))
        .then_refused(full(600));
}

#[test]
fn what_was_refused_does_not_count() {
    given_codes(|codes| codes.of_user = Limit::new(1, 600))
        .and(text_at(0, 1))
        .when(text_at(599, 2))
        .then_refused(full(600))
        .and(text_at(600, 3));
}

#[test]
fn the_shipped_limits_let_no_user_flood_a_phone_or_run_up_a_bill() {
    let story = given([alice().enroll(method(1), text(Place::Mobile))]);
    let hour: Vec<_> = (0..3600).step_by(10).collect();
    let (story, sent) = hour.into_iter().fold((story, 0), |(story, sent), second| {
        let number = u8::try_from(second / 10 % 250).unwrap();
        let ask: Command = text_at(second, number).into();
        match decide(&story.state, &ask) {
            Ok(_) => (story.and(ask), sent + 1),
            Err(_) => (story, sent),
        }
    });
    assert_eq!(sent, 10);
    assert_eq!(
        story.when(text_at(3599, 255)).refusal(),
        Some(full(3600)),
        "one more when the first is an hour old"
    );
}

#[test]
fn a_request_of_a_clock_that_was_ahead_stops_no_other() {
    let years = 10 * 365 * 86_400;
    given_codes(|codes| {
        codes.resend_after = Seconds::new(30);
        codes.of_user = Limit::new(1, 600);
    })
    .and(text_at(years, 1))
    .and(text_at(0, 2))
    .when(text_at(599, 3))
    .then_refused(full(600));
}

#[test]
fn messages_go_to_the_allowed_countries_only() {
    let story = given_codes(|codes| codes.allowed_countries = vec![country("DE"), country("FR")]);
    story
        .when(text_at(0, 1).in_country("US"))
        .then_refused(Refusal::CountryNotAllowed);
    let _ = story.and(text_at(0, 1)).and(text_at(1, 2).in_country("FR"));
}

#[test]
fn no_message_goes_to_a_denied_country_even_if_it_is_allowed() {
    let story = given_codes(|codes| {
        codes.allowed_countries = vec![country("DE"), country("US")];
        codes.denied_countries = vec![country("US")];
    });
    story
        .when(text_at(0, 1).in_country("US"))
        .then_refused(Refusal::CountryNotAllowed);
    let _ = story.and(text_at(0, 1));
    let others = given_codes(|codes| codes.denied_countries = vec![country("US")]);
    others
        .when(text_at(0, 1).in_country("US"))
        .then_refused(Refusal::CountryNotAllowed);
    let _ = others.and(text_at(0, 1).in_country("BR"));
}

#[test]
fn a_phone_of_no_known_country_gets_no_message_and_a_mailbox_needs_none() {
    let story = given_codes(|_| ());
    story
        .when(text_at(0, 1).in_unknown_country())
        .then_refused(Refusal::CountryNotAllowed);
    for kind in [Kind::Text, Kind::Call] {
        let code = bob().code_to_new_number(kind, Place::Mobile, message(1));
        story
            .when(code.in_unknown_country())
            .then_refused(Refusal::CountryNotAllowed);
    }
    let _ = story.and(email_at(0, 1));
}
