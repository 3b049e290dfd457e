//! Push: one request at a time, answered once, and a refusal that is heard.

use crate::fixture::*;
use secinfo_domain::event::{
    Accepted, ApprovalAnswer, ApprovalAnswered, ApprovalRequested, Failure, Familiarity,
};
use secinfo_domain::{Answer, Kind, MethodId, Purpose, Refusal, Strength, Timestamp};

const APP: MethodId = method(1);
const PHONE: MethodId = method(2);

/// Alice has an app and a phone, which was added a day ago.
fn app_and_phone() -> Story {
    given([alice().enroll(APP, app())])
        .and(alice().ask_phone_for(Purpose::SignIn, None, approval(1)))
        .and(daemon_for(ALICE).phone_answers(approval(1), ApprovalAnswer::Accepted))
        .and(alice().enroll(PHONE, phone_that_approved(1)))
}

const DAY: u64 = 86_400;

fn accept(number: u8) -> ApprovalAnswered {
    answered(number, ApprovalAnswer::Accepted, None)
}

const fn answered(
    number: u8,
    answer: ApprovalAnswer,
    paused_until: Option<Timestamp>,
) -> ApprovalAnswered {
    ApprovalAnswered {
        approval: approval(number),
        answer,
        paused_until,
    }
}

fn requested(number: u8, seconds: u64) -> ApprovalRequested {
    ApprovalRequested {
        approval: approval(number),
        method: Some(PHONE),
        purpose: Purpose::SignIn,
        from: Familiarity::Elsewhere,
        expires: at(seconds + 120),
    }
}

/// The story goes on with a request at this second, to which the phone gives this answer.
fn answer(story: Story, number: u8, seconds: u64, answer: ApprovalAnswer) -> Story {
    story
        .and(alice().at(seconds).ask_phone(PHONE, approval(number)))
        .and(
            daemon_for(ALICE)
                .at(seconds + 5)
                .phone_answers(approval(number), answer),
        )
}

#[test]
fn a_phone_is_added_by_the_request_that_was_approved_on_it() {
    let asked = given([alice().enroll(APP, app())]).and(alice().ask_phone_for(
        Purpose::SignIn,
        None,
        approval(1),
    ));
    let enroll = || alice().at(10).enroll(PHONE, phone_that_approved(1));
    asked.when(enroll()).then_refused(Refusal::ApprovalGone);
    let declines = daemon_for(ALICE).phone_answers(approval(1), ApprovalAnswer::Cancelled);
    asked
        .clone()
        .and(declines)
        .when(enroll())
        .then_refused(Refusal::ApprovalGone);
    let added = asked
        .and(daemon_for(ALICE).phone_answers(approval(1), ApprovalAnswer::Accepted))
        .and(enroll());
    assert_eq!(added.default_of(ALICE), Some(PHONE));
    // Once: another phone needs a request of its own.
    added
        .when(alice().at(20).enroll(method(3), phone_that_approved(1)))
        .then_refused(Refusal::ApprovalGone);
}

#[test]
fn not_me_to_the_test_of_a_phone_that_is_being_added_pauses_nothing() {
    let asked = given([alice().enroll(APP, app())]).and(alice().ask_phone_for(
        Purpose::SignIn,
        None,
        approval(1),
    ));
    asked
        .when(daemon_for(ALICE).phone_answers(approval(1), ApprovalAnswer::NotMe))
        .then_events([answered(1, ApprovalAnswer::NotMe, None).into()])
        .and(
            alice()
                .at(30)
                .ask_phone_for(Purpose::SignIn, None, approval(2)),
        );
}

#[test]
fn the_code_of_an_approved_request_proves_the_phone_once() {
    let story = app_and_phone()
        .when(alice().at(DAY).ask_phone(PHONE, approval(2)))
        .then_events([requested(2, DAY).into()]);
    let typed = || {
        alice()
            .at(DAY + 20)
            .verify(PHONE, Answer::Approval(approval(2)))
    };
    story.when(typed()).then_refused(Refusal::ApprovalGone);
    let story = story
        .when(
            daemon_for(ALICE)
                .at(DAY + 9)
                .phone_answers(approval(2), ApprovalAnswer::Accepted),
        )
        .then_events([accept(2).into()])
        .when(typed())
        .then_events([proved(
            PHONE,
            Strength::Possession,
            Accepted::Approval(approval(2)),
        )]);
    story.when(typed()).then_refused(Refusal::ApprovalGone);
    // Who has typed the code need not wait for the next request.
    story
        .when(alice().at(DAY + 21).ask_phone(PHONE, approval(3)))
        .then_events([requested(3, DAY + 21).into()]);
}

#[test]
fn an_approval_is_good_for_its_method_purpose_user_and_time() {
    let story = answer(app_and_phone(), 2, DAY, ApprovalAnswer::Accepted);
    let typed = |ask: crate::fixture::Ask| ask.verify(PHONE, Answer::Approval(approval(2)));
    let gone = |command| story.when(command).then_refused(Refusal::ApprovalGone);
    gone(typed(alice().at(DAY + 120)));
    gone(typed(alice().at(DAY - 1)));
    gone(
        alice()
            .at(DAY + 10)
            .verify(PHONE, Answer::Approval(approval(1))),
    );
    story
        .when(
            alice()
                .at(DAY + 10)
                .verify(APP, Answer::Approval(approval(2))),
        )
        .then_refused(Refusal::AnswerDoesNotFit);
    story
        .when(typed(bob().at(DAY + 10)))
        .then_refused(Refusal::UnknownMethod);
}

#[test]
fn there_is_one_request_at_a_time_and_half_a_minute_between_two() {
    let story = app_and_phone().and(alice().at(DAY).ask_phone(PHONE, approval(2)));
    let ask =
        |story: &Story, seconds| story.when(alice().at(seconds).ask_phone(PHONE, approval(3)));
    let until = at(DAY + 120);
    ask(&story, DAY + 119).then_refused(Refusal::ApprovalOpen { until });
    ask(&story, DAY + 120).then_events([requested(3, DAY + 120).into()]);
    let cancels = daemon_for(ALICE).at(DAY + 5);
    let story = story.and(cancels.phone_answers(approval(2), ApprovalAnswer::Cancelled));
    let until = at(DAY + 30);
    ask(&story, DAY + 29).then_refused(Refusal::ApprovalOpen { until });
    ask(&story, DAY + 30).then_events([requested(3, DAY + 30).into()]);
}

#[test]
fn a_request_whose_session_has_ended_makes_room_for_another_after_half_a_minute() {
    let story = app_and_phone().and(alice().at(DAY).ask_phone(PHONE, approval(2)));
    let instead = |seconds, of| {
        alice()
            .at(seconds)
            .ask_phone_instead(PHONE, approval(3), approval(of))
    };
    let until = at(DAY + 30);
    story
        .when(instead(DAY + 29, 2))
        .then_refused(Refusal::ApprovalOpen { until });
    // Another one says nothing of the one that is open.
    let until = at(DAY + 120);
    story
        .when(instead(DAY + 30, 1))
        .then_refused(Refusal::ApprovalOpen { until });
    let story = story
        .when(instead(DAY + 30, 2))
        .then_events([requested(3, DAY + 30).into()]);
    story
        .when(
            daemon_for(ALICE)
                .at(DAY + 31)
                .phone_answers(approval(2), ApprovalAnswer::Accepted),
        )
        .then_refused(Refusal::ApprovalGone);
}

#[test]
fn requests_that_are_given_up_count_as_not_answered() {
    let story = (3..5).fold(
        app_and_phone().and(alice().at(DAY).ask_phone(PHONE, approval(2))),
        |story, number: u8| {
            let seconds = DAY + 30 * u64::from(number);
            let (new, former) = (approval(number), approval(number - 1));
            story.and(alice().at(seconds).ask_phone_instead(PHONE, new, former))
        },
    );
    // The last of them counts as well, though it could still be approved.
    let asks = alice()
        .at(DAY + 150)
        .ask_phone_instead(PHONE, approval(5), approval(4));
    let until = at(DAY + 120 + 900);
    story
        .when(asks)
        .then_refused(Refusal::PushUnanswered { until });
}

/// A host with password resets, on which Alice has an app and a phone.
fn where_resets_ask_phones() -> Story {
    given_rules(
        |rules| rules.reset.enabled = true,
        [
            alice().enroll(APP, app()),
            alice().ask_phone_for(Purpose::SignIn, None, approval(1)),
            daemon_for(ALICE).phone_answers(approval(1), ApprovalAnswer::Accepted),
            alice().enroll(PHONE, phone_that_approved(1)),
        ],
    )
}

fn stranger_asks(seconds: u64, number: u8) -> secinfo_domain::Command {
    let reset = Purpose::PasswordReset;
    alice()
        .at(seconds)
        .ask_phone_for(reset, Some(PHONE), approval(number))
}

#[test]
fn what_strangers_ask_in_resets_takes_nothing_away_from_sign_ins() {
    // A sign-in does not wait for a reset, and takes its place on the phone.
    let story = where_resets_ask_phones()
        .and(stranger_asks(DAY, 2))
        .when(alice().at(DAY + 1).ask_phone(PHONE, approval(3)))
        .then_events([requested(3, DAY + 1).into()]);
    let answers = |number| {
        daemon_for(ALICE)
            .at(DAY + 5)
            .phone_answers(approval(number), ApprovalAnswer::Accepted)
    };
    story.when(answers(2)).then_refused(Refusal::ApprovalGone);
    // A reset waits for a sign-in.
    let until = at(DAY + 121);
    story
        .when(stranger_asks(DAY + 40, 4))
        .then_refused(Refusal::ApprovalOpen { until });
    story.and(answers(3));

    // What is not answered in resets ends there alone.
    let story = (2..5).fold(where_resets_ask_phones(), |story, number: u8| {
        story.and(stranger_asks(DAY + 130 * u64::from(number), number))
    });
    let later = DAY + 1000;
    let until = at(DAY + 520 + 900);
    story
        .when(stranger_asks(later, 9))
        .then_refused(Refusal::PushUnanswered { until });
    let story = story.and(alice().at(later).ask_phone(PHONE, approval(9)));
    // A proof at a sign-in lets resets ask again.
    story
        .and(alice().at(later + 1).verify(APP, step(200)))
        .and(stranger_asks(later + 120, 10));
}

#[test]
fn not_me_to_a_reset_pauses_resets_alone() {
    let story = where_resets_ask_phones().and(stranger_asks(DAY, 2)).and(
        daemon_for(ALICE)
            .at(DAY + 5)
            .phone_answers(approval(2), ApprovalAnswer::NotMe),
    );
    let until = at(DAY + 5 + 900);
    story
        .when(stranger_asks(DAY + 100, 3))
        .then_refused(Refusal::PushPaused { until });
    story.and(alice().at(DAY + 100).ask_phone(PHONE, approval(3)));
}

#[test]
fn a_gate_of_a_reset_says_nothing_of_requests_at_sign_ins() {
    let story = (2..5).fold(where_resets_ask_phones(), |story, number: u8| {
        let seconds = DAY + 130 * u64::from(number);
        story.and(alice().at(seconds).ask_phone(PHONE, approval(number)))
    });
    let passed = alice()
        .at(DAY + 1000)
        .verify_for(Purpose::PasswordReset, APP, step(200));
    let until = at(DAY + 520 + 900);
    story
        .and(passed)
        .when(alice().at(DAY + 1001).ask_phone(PHONE, approval(9)))
        .then_refused(Refusal::PushUnanswered { until });
}

#[test]
fn requests_take_from_the_budget_of_verifications() {
    let story = given_rules(
        |rules| {
            rules.budget.changes = secinfo_domain::policy::Limit::new(5, 24 * 3600);
            rules.budget.verifications = secinfo_domain::policy::Limit::new(5, 24 * 3600);
            rules.push.unanswered = 16;
        },
        [
            alice().enroll(APP, app()),
            alice().ask_phone_for(Purpose::SignIn, None, approval(1)),
            daemon_for(ALICE).phone_answers(approval(1), ApprovalAnswer::Accepted),
            alice().enroll(PHONE, phone_that_approved(1)),
        ],
    );
    let story = (0..10).fold(story, |story, number: u8| {
        let seconds = DAY + 130 * u64::from(number);
        story.and(alice().at(seconds).ask_phone(PHONE, approval(number + 2)))
    });
    let refused = story
        .when(alice().at(DAY + 1300).ask_phone(PHONE, approval(20)))
        .refusal();
    assert!(
        matches!(refused, Some(Refusal::TooOften { .. })),
        "{refused:?}"
    );
}

/// The story goes on with three requests from this source, from this second on, which nobody answers.
fn three_unanswered(story: Story, seconds: u64, from: u16) -> Story {
    (2..5).fold(story, |story, number: u8| {
        let seconds = seconds + 130 * u64::from(number - 2);
        let asks = alice().at(seconds).coming_from(from);
        story.and(asks.ask_phone(PHONE, approval(number)))
    })
}

#[test]
fn three_requests_that_are_not_approved_pause_push_until_another_method_is_proved() {
    let story = three_unanswered(app_and_phone(), DAY, 1);
    let ask = |story: &Story, seconds| {
        story
            .when(alice().at(seconds).ask_phone(PHONE, approval(9)))
            .refusal()
    };
    let until = at(DAY + 260 + 900);
    for later in [DAY + 380, DAY + 260 + 899] {
        let refused = Refusal::PushUnanswered { until };
        assert_eq!(ask(&story, later), Some(refused), "{later}");
    }
    let proved = story
        .clone()
        .and(alice().at(DAY + 400).verify(APP, step(200)));
    assert_eq!(ask(&proved, DAY + 401), None);
    let lifted = story.and(administrator_for(ALICE).at(DAY + 400).unlock());
    assert_eq!(ask(&lifted, DAY + 401), None);

    // Spread over a day they are a phone that was elsewhere.
    let spread = (2..9).fold(app_and_phone(), |story, number: u8| {
        let seconds = DAY + 400 * u64::from(number);
        story.and(alice().at(seconds).ask_phone(PHONE, approval(number)))
    });
    assert_eq!(ask(&spread, DAY + 4000), None);
}

#[test]
fn each_further_request_that_is_not_approved_makes_the_pause_longer() {
    let mut story = three_unanswered(app_and_phone(), DAY, 1);
    let mut last = DAY + 260;
    for (number, pause) in [(5, 900), (6, 3600), (7, DAY), (8, DAY)] {
        let asks = |seconds| alice().at(seconds).ask_phone(PHONE, approval(number));
        let until = at(last + pause);
        story
            .when(asks(last + pause - 1))
            .then_refused(Refusal::PushUnanswered { until });
        last += pause;
        story = story.and(asks(last));
    }
    // A week later it is forgotten.
    let later = last + 8 * DAY;
    story.and(alice().at(later).ask_phone(PHONE, approval(9)));
}

#[test]
fn requests_that_are_approved_without_typing_the_code_count_as_not_approved() {
    let story = (2..5).fold(app_and_phone(), |story, number: u8| {
        let seconds = DAY + 130 * u64::from(number - 2);
        answer(story, number, seconds, ApprovalAnswer::Accepted)
    });
    let until = at(DAY + 260 + 900);
    story
        .when(alice().at(DAY + 400).ask_phone(PHONE, approval(9)))
        .then_refused(Refusal::PushUnanswered { until });
}

#[test]
fn a_thief_elsewhere_takes_no_request_away_from_where_the_user_signs_in() {
    const HOME: u16 = 1;
    const ELSEWHERE: u16 = 2;
    let home = |seconds| alice().at(seconds).coming_from(HOME);
    let story = app_and_phone().and(home(DAY - 100).verify(APP, step(2850)));
    let thief = |seconds, number| {
        let asks = alice().at(seconds).coming_from(ELSEWHERE);
        asks.ask_phone(PHONE, approval(number))
    };
    // Neither by requests that go unanswered,
    let unanswered = three_unanswered(story.clone(), DAY, ELSEWHERE);
    let until = at(DAY + 260 + 900);
    unanswered
        .when(thief(DAY + 400, 9))
        .then_refused(Refusal::PushUnanswered { until });
    unanswered.and(home(DAY + 400).ask_phone(PHONE, approval(9)));
    // nor by one that is kept open.
    let open = story
        .and(thief(DAY, 2))
        .and(home(DAY + 1).ask_phone(PHONE, approval(3)));
    let answers = daemon_for(ALICE)
        .at(DAY + 5)
        .phone_answers(approval(2), ApprovalAnswer::Accepted);
    open.when(answers).then_refused(Refusal::ApprovalGone);
    // The thief waits for the user.
    let until = at(DAY + 121);
    open.when(thief(DAY + 100, 9))
        .then_refused(Refusal::ApprovalOpen { until });
}

#[test]
fn not_me_pauses_push_for_longer_each_time_and_locks_nothing() {
    let mut story = app_and_phone();
    let mut now = DAY;
    for (number, pause) in [(2, 900), (3, 3600), (4, DAY), (5, DAY)] {
        let until = at(now + 5 + pause);
        story = story
            .and(alice().at(now).ask_phone(PHONE, approval(number)))
            .when(
                daemon_for(ALICE)
                    .at(now + 5)
                    .phone_answers(approval(number), ApprovalAnswer::NotMe),
            )
            .then_events([answered(number, ApprovalAnswer::NotMe, Some(until)).into()]);
        let next = alice().at(now + 4 + pause).ask_phone(PHONE, approval(99));
        story.when(next).then_refused(Refusal::PushPaused { until });
        // The app goes on, and does not end the pause.
        let step_of = 200 + u64::from(number);
        story = story.and(alice().at(now + 10).verify(APP, step(step_of)));
        let next = alice().at(now + 11).ask_phone(PHONE, approval(99));
        story.when(next).then_refused(Refusal::PushPaused { until });
        now += 5 + pause;
    }
    let lifted = story.and(administrator_for(ALICE).at(now - 10).unlock());
    lifted
        .when(alice().at(now - 9).ask_phone(PHONE, approval(6)))
        .then_events([requested(6, now - 9).into()]);
}

#[test]
fn a_wrong_number_ends_the_request_and_counts_as_a_wrong_code() {
    let story = app_and_phone().and(alice().at(DAY).ask_phone(PHONE, approval(2)));
    let picks = daemon_for(ALICE)
        .at(DAY + 5)
        .phone_answers(approval(2), ApprovalAnswer::WrongNumber);
    let story = story.when(picks).then_events([
        answered(2, ApprovalAnswer::WrongNumber, None).into(),
        failed(PHONE, Failure::WrongCode),
    ]);
    story
        .when(
            alice()
                .at(DAY + 6)
                .verify(PHONE, Answer::Approval(approval(2))),
        )
        .then_refused(Refusal::ApprovalGone);
}

#[test]
fn an_answer_counts_once_in_time_and_from_the_daemon_alone() {
    let story = app_and_phone().and(alice().at(DAY).ask_phone(PHONE, approval(2)));
    let accepts =
        |ask: crate::fixture::Ask| ask.phone_answers(approval(2), ApprovalAnswer::Accepted);
    for ask in [alice(), administrator_for(ALICE)] {
        story
            .when(accepts(ask.at(DAY + 5)))
            .then_refused(Refusal::AdministratorNeeded);
    }
    let gone = |story: &Story, seconds| {
        story
            .when(accepts(daemon_for(ALICE).at(seconds)))
            .then_refused(Refusal::ApprovalGone);
    };
    gone(&story, DAY + 120);
    gone(&story, DAY - 1);
    let story = story.and(accepts(daemon_for(ALICE).at(DAY + 5)));
    gone(&story, DAY + 6);
    // The app posts a refusal of the request that it has accepted when its code is closed.
    let closes = daemon_for(ALICE).at(DAY + 7);
    story
        .when(closes.phone_answers(approval(2), ApprovalAnswer::Cancelled))
        .then_refused(Refusal::ApprovalGone);
}

#[test]
fn nothing_but_a_phone_is_asked() {
    app_and_phone()
        .when(alice().at(DAY).ask_phone(APP, approval(2)))
        .then_refused(Refusal::NothingToApprove(Kind::AuthenticatorApp));
}

#[test]
fn what_a_deleted_phone_approves_is_nothing() {
    let story = answer(app_and_phone(), 2, DAY, ApprovalAnswer::Accepted)
        .and(
            alice()
                .at(DAY + 6)
                .verify(PHONE, Answer::Approval(approval(2))),
        )
        .and(alice().at(DAY + 7).ask_phone(PHONE, approval(3)))
        .and(alice().at(DAY + 8).delete(PHONE));
    story
        .when(
            daemon_for(ALICE)
                .at(DAY + 9)
                .phone_answers(approval(3), ApprovalAnswer::Accepted),
        )
        .then_refused(Refusal::ApprovalGone);
}
