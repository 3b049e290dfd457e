//! Password resets: gates count in their own reset, twice by two destinations, and what follows.

use crate::fixture::*;
use secinfo_domain::event::{
    Accepted, DeletionReason, Fact, Gate, PasswordReset, PasswordResetFailed, PasswordResetLocked,
    PasswordResetRequested, ResetFailure, Unlocked, VerificationFailed, Who,
};
use secinfo_domain::kind::Failure;
use secinfo_domain::policy::{Gates, Limit, Rules};
use secinfo_domain::{
    Answer, HostAction, Kind, MethodId, PasswordOutcome, Place, Policy, Purpose, Refusal,
    ResetOutlook, Seconds, SessionTag, Strength, TicketId, lacking_for_reset, reset_outlook,
};

const RESET: SessionTag = SessionTag::from_bytes([0x4e; 16]);
const WRONG: Answer = Answer::Wrong;
const DAY: u64 = 24 * 3600;

const fn ticket(number: u8) -> TicketId {
    TicketId::from_bytes([number; 16])
}

/// A stranger, or Alice without her password, in a reset.
fn reset() -> Ask {
    alice().called_by(Who::Root).from(RESET)
}

fn one_gate(rules: &mut Rules) {
    rules.reset.enabled = true;
}

fn two_gates(rules: &mut Rules) {
    rules.reset.enabled = true;
    rules.reset.gates = Gates::Two;
}

/// Alice has an app, texts and calls to one number, an email address and recovery codes.
fn many_methods(change: impl FnOnce(&mut Rules)) -> Story {
    given_rules(
        change,
        [
            alice().enroll(method(1), app()),
            alice().enroll(method(2), text(Place::Mobile)),
            alice().enroll_on_number_of([method(2)], method(3), call(Place::Mobile)),
            alice().enroll(method(4), email()),
            alice().issue_recovery_codes(method(5)),
        ],
    )
}

fn outlook(story: &Story, ask: &Ask) -> Result<ResetOutlook, Refusal> {
    let (user, context) = ask.parts();
    reset_outlook(&story.state, user, context)
}

fn gates(all: &[(MethodId, Kind)]) -> Vec<Gate> {
    let gate = |&(method, kind)| Gate { method, kind };
    all.iter().map(gate).collect()
}

fn requested(number: u8, passed: &[(MethodId, Kind)]) -> Fact {
    PasswordResetRequested {
        ticket: ticket(number),
        session: RESET,
        gates: gates(passed),
    }
    .into()
}

fn wrong_gate(method: MethodId) -> Fact {
    VerificationFailed {
        method,
        purpose: Purpose::PasswordReset,
        failure: Failure::WrongCode,
        source: None,
        place: None,
        guess: None,
    }
    .into()
}

const APP: (MethodId, Kind) = (method(1), Kind::AuthenticatorApp);
const CODES: (MethodId, Kind) = (method(5), Kind::RecoveryCodes);

/// Alice has passed the gate of her app, at 1000 s.
fn app_passed(change: impl FnOnce(&mut Rules)) -> Story {
    many_methods(change).and(reset().at(1000).gate(method(1), step(101)))
}

#[test]
fn a_reset_offers_all_methods_and_takes_one_gate_or_two_as_policy_says() {
    for (change, missing) in [(one_gate as fn(&mut Rules), 1), (two_gates, 2)] {
        let offered = outlook(&many_methods(change), &reset());
        let expected = ResetOutlook {
            missing,
            methods: [1, 2, 3, 4, 5].map(method).into(),
            is_locked: false,
        };
        assert_eq!(offered, Ok(expected));
    }
}

#[test]
fn one_gate_leads_to_a_ticket_where_one_is_asked_for() {
    app_passed(one_gate)
        .when(reset().at(1100).request_password(ticket(1)))
        .then_events([requested(1, &[APP])]);
}

#[test]
fn what_nothing_can_be_asked_for_any_more_is_no_gate_that_a_user_has() {
    let story = given_rules(
        one_gate,
        [
            alice().enroll(method(1), email()),
            alice().enroll(method(2), text(Place::Mobile)),
        ],
    );
    let ask = reset();
    let (user, context) = ask.parts();
    let lacking = |unaskable| lacking_for_reset(&story.state, user, context, unaskable);
    assert_eq!(lacking(None), Ok(0));
    assert_eq!(lacking(Some(method(2))), Ok(0));
    let only = given_rules(one_gate, [alice().enroll(method(1), email())]);
    let lacking = lacking_for_reset(&only.state, user, context, Some(method(1)));
    assert_eq!(lacking, Ok(1));
}

#[test]
fn wrong_answers_at_gates_count_for_no_calling_account() {
    let kiosk = |seconds| alice().called_by(Who::User(CAROL)).at(seconds);
    let gate = |n| kiosk(1000 + n * 60).from(RESET).gate(method(1), WRONG);
    let code = |n| kiosk(1000 + n * 60).verify(method(1), WRONG);
    let story = many_methods(|rules| {
        one_gate(rules);
        rules.throttle.caller_limit = 3;
        rules.throttle.caller_window = Seconds::new(600);
    });
    // They stop neither sign-ins nor resets, and wrong codes at sign-ins stop no resets.
    let _ = story
        .clone()
        .and_times(3, gate)
        .and(kiosk(1180).verify(method(1), step(105)));
    story
        .and_times(3, code)
        .when(kiosk(1180).verify(method(1), step(105)))
        .then_refused(Refusal::TooSoon { until: at(1600) })
        .and(kiosk(1180).from(RESET).gate(method(1), step(105)));
}

#[test]
fn there_is_no_ticket_without_the_gates() {
    many_methods(one_gate)
        .when(reset().request_password(ticket(1)))
        .then_refused(Refusal::GatesMissing);
    app_passed(two_gates)
        .when(reset().at(1100).request_password(ticket(1)))
        .then_refused(Refusal::GatesMissing)
        .and(reset().at(1100).gate(method(5), Answer::RecoveryCode(0)))
        .when(reset().at(1100).request_password(ticket(1)))
        .then_events([requested(1, &[APP, CODES])]);
}

#[test]
fn a_policy_without_resets_gives_out_no_ticket_whatever_was_proved() {
    app_passed(|_| {})
        .when(reset().at(1100).request_password(ticket(1)))
        .then_refused(Refusal::ResetOff);
}

#[test]
fn the_same_method_is_no_second_gate() {
    let story = app_passed(two_gates).and(reset().at(1030).gate(method(1), step(102)));
    story
        .when(reset().at(1100).request_password(ticket(1)))
        .then_refused(Refusal::GatesMissing);
    let left = outlook(&story, &reset().at(1100)).unwrap();
    assert_eq!(left.missing, 1);
    assert!(!left.methods.contains(&method(1)));
}

#[test]
fn a_text_and_a_call_on_one_number_are_one_gate() {
    let code = |seconds, which, number| {
        reset()
            .at(seconds)
            .code_to(Purpose::PasswordReset, method(which), message(number))
    };
    let typed = |seconds, which, number| {
        reset()
            .at(seconds)
            .gate(method(which), Answer::DeliveredCode(message(number)))
    };
    let story = many_methods(two_gates)
        .and(code(1000, 2, 1))
        .and(typed(1001, 2, 1))
        .and(code(1002, 3, 2))
        .and(typed(1003, 3, 2));
    story
        .when(reset().at(1004).request_password(ticket(1)))
        .then_refused(Refusal::GatesMissing);
    let left = outlook(&story, &reset().at(1004)).unwrap();
    assert_eq!(left.methods, [1, 4, 5].map(method));
}

#[test]
fn a_gate_counts_in_its_own_reset_only() {
    let story = app_passed(one_gate);
    for other in [HERE, ELSEWHERE] {
        story
            .when(reset().at(1100).from(other).request_password(ticket(1)))
            .then_refused(Refusal::GatesMissing);
    }
}

#[test]
fn a_proof_at_sign_in_is_no_gate_and_a_gate_is_no_proof() {
    let story = many_methods(one_gate).and(reset().at(1000).verify(method(1), step(101)));
    story
        .when(reset().at(1001).request_password(ticket(1)))
        .then_refused(Refusal::GatesMissing);
    app_passed(one_gate)
        .when(reset().at(1001).delete(method(2)))
        .then_refused(Refusal::FreshProofNeeded);
}

#[test]
fn a_gate_counts_as_long_as_a_reset_lives_and_not_by_a_clock_that_was_set_back() {
    let story = app_passed(one_gate);
    for (seconds, counts) in [(999, false), (1000, true), (1899, true), (1900, false)] {
        let asked = story.when(reset().at(seconds).request_password(ticket(1)));
        let refused = (!counts).then_some(Refusal::GatesMissing);
        assert_eq!(asked.refusal(), refused, "{seconds}");
    }
}

#[test]
fn an_administrator_passes_two_gates_whatever_policy_says() {
    for ask in [reset().in_group("wheel"), reset().in_unknown_groups()] {
        app_passed(one_gate)
            .when(ask.clone().at(1100).request_password(ticket(1)))
            .then_refused(Refusal::GatesMissing)
            .and(
                ask.clone()
                    .at(1100)
                    .gate(method(5), Answer::RecoveryCode(0)),
            )
            .when(ask.at(1100).request_password(ticket(1)))
            .then_events([requested(1, &[APP, CODES])]);
    }
}

#[test]
fn a_group_can_ask_for_two_gates_and_not_for_fewer() {
    let mut policy = policy_of_group("staff", |refined| refined.reset_gates = Some(Gates::Two));
    policy.rules.reset.enabled = true;
    let effective = |groups: &[_]| policy.effective(groups, None).reset_gates;
    assert_eq!(effective(&[]), Gates::One);
    assert_eq!(effective(&[policy.groups[0].0.clone()]), Gates::Two);
}

#[test]
fn a_kind_that_policy_does_not_take_for_resets_is_no_gate_and_serves_sign_in() {
    let story = many_methods(|rules| {
        one_gate(rules);
        rules.reset.allowed = [Kind::Email, Kind::RecoveryCodes].into_iter().collect();
    });
    let offered = outlook(&story, &reset()).unwrap();
    assert_eq!(offered.methods, [4, 5].map(method));
    story
        .when(reset().gate(method(1), step(101)))
        .then_refused(Refusal::KindNotAllowed(Kind::AuthenticatorApp))
        .and(alice().verify(method(1), step(101)));
}

#[test]
fn one_destination_is_too_few_where_two_gates_are_asked_for() {
    let story = given_rules(
        two_gates,
        [
            alice().enroll(method(1), text(Place::Mobile)),
            alice().enroll_on_number_of([method(1)], method(2), call(Place::Mobile)),
        ],
    );
    assert_eq!(outlook(&story, &reset()), Err(Refusal::TooFewMethods));
    let lacking = |ask: &Ask| lacking_for_reset(&story.state, ask.parts().0, ask.parts().1, None);
    assert_eq!(lacking(&alice()), Ok(1));
    assert_eq!(lacking(&bob()), Ok(2));
}

#[test]
fn five_wrong_answers_in_a_day_lock_resets_for_a_day_and_not_sign_in() {
    let guess = |n: u64| {
        let which = if n.is_multiple_of(2) { 1 } else { 5 };
        reset().at(1000 + n * 7200).gate(method(which), WRONG)
    };
    let now = 1000 + 4 * 7200;
    let until = at(now + DAY);
    let story = many_methods(one_gate)
        .and_times(4, guess)
        .when(guess(4))
        .then_events([
            wrong_gate(method(1)),
            PasswordResetLocked { kind: None, until }.into(),
        ]);
    for early in [now + 60, now + DAY - 1] {
        let refused = || Refusal::ResetLocked { until };
        assert_eq!(outlook(&story, &reset().at(early)), Err(refused()));
        for which in [1, 4, 5] {
            story
                .when(reset().at(early).gate(method(which), WRONG))
                .then_refused(refused());
        }
        let _ = story
            .clone()
            .and(alice().at(early).verify(method(1), step(101)));
    }
    let _ = story.and(reset().at(now + DAY).gate(method(1), step(101)));
}

#[test]
fn no_code_is_sent_for_a_reset_that_is_locked() {
    let story = many_methods(one_gate).and_times(5, |n| reset().at(60 * n).gate(method(5), WRONG));
    story
        .when(
            reset()
                .at(400)
                .code_to(Purpose::PasswordReset, method(4), message(1)),
        )
        .then_refused(Refusal::ResetLocked {
            until: at(240 + DAY),
        });
}

#[test]
fn wrong_answers_at_gates_of_one_kind_lock_that_kind_only() {
    let story = many_methods(|rules| {
        one_gate(rules);
        rules.reset.failures = Limit::new(20, 3600);
        rules.reset.failures_of_kind = Limit::new(3, 3600);
    })
    .and_times(2, |n| reset().at(60 * n).gate(method(5), WRONG));
    let until = at(120 + DAY);
    let kind = Some(Kind::RecoveryCodes);
    let story = story
        .when(reset().at(120).gate(method(5), WRONG))
        .then_events([
            wrong_gate(method(5)),
            PasswordResetLocked { kind, until }.into(),
        ]);
    story
        .when(reset().at(180).gate(method(5), Answer::RecoveryCode(0)))
        .then_refused(Refusal::ResetLocked { until });
    let offered = outlook(&story, &reset().at(180)).unwrap();
    assert_eq!(offered.methods, [1, 2, 3, 4].map(method));
    let _ = story.and(reset().at(180).gate(method(1), step(101)));
}

#[test]
fn a_lock_of_resets_ends_nothing_of_a_reset_whose_gates_are_passed() {
    app_passed(one_gate)
        .and_times(5, |n| {
            reset()
                .from(ELSEWHERE)
                .at(1001 + 40 * n)
                .gate(method(5), WRONG)
        })
        .when(reset().at(1300).request_password(ticket(1)))
        .then_events([requested(1, &[APP])]);
}

#[test]
fn wrong_answers_at_gates_slow_sign_in_where_the_method_serves_it() {
    many_methods(one_gate)
        .and_times(3, |_| reset().gate(method(1), WRONG))
        .when(alice().verify(method(1), step(101)))
        .then_refused(Refusal::TooSoon { until: at(1) });
}

#[test]
fn guesses_at_what_serves_resets_only_never_slow_or_lock_sign_in() {
    let rules = |rules: &mut Rules| {
        one_gate(rules);
        rules.reset.failures = Limit::new(20, 3600);
        rules.reset.failures_of_kind = Limit::new(20, 3600);
    };
    let story = many_methods(rules).and_times(12, |n| reset().at(n * 31).gate(method(4), WRONG));
    let facts = story.events.iter().map(|event| event.fact.type_name());
    assert!(facts.clone().all(|name| name != "locked"));
    story
        .when(alice().at(341).verify(method(1), step(101)))
        .then_events([proved(
            method(1),
            Strength::Possession,
            Accepted::TimeStep(secinfo_domain::TimeStep(101)),
        )]);
    story
        .when(reset().at(342).gate(method(4), WRONG))
        .then_refused(Refusal::TooSoon { until: at(371) });
}

#[test]
fn a_new_password_ends_proofs_and_terminals_and_lifts_locks() {
    let locked = app_passed(one_gate)
        .and(
            alice()
                .at(1000)
                .from(ELSEWHERE)
                .verify(method(1), step(102)),
        )
        .and_times(10, |n| {
            alice()
                .called_by(Who::Root)
                .at(1001 + 31 * n)
                .verify(method(1), WRONG)
        });
    assert!(
        locked
            .user(ALICE)
            .method(method(1))
            .unwrap()
            .locked_at(at(1300))
            .is_some()
    );
    assert!(outlook(&locked, &reset().at(1300)).unwrap().is_locked);
    let story = locked
        .and(reset().at(1300).request_password(ticket(1)))
        .when(
            daemon_for(ALICE)
                .at(1301)
                .record_password(ticket(1), PasswordOutcome::Set),
        )
        .then_events([PasswordReset {
            ticket: ticket(1),
            gates: gates(&[APP]),
        }
        .into()]);
    let user = story.user(ALICE);
    assert_eq!(user.proofs(), []);
    assert_eq!(user.method(method(1)).unwrap().locked_at(at(1301)), None);
    assert_eq!(story.state.open_tickets().count(), 0);
    story
        .when(reset().at(1302).request_password(ticket(2)))
        .then_refused(Refusal::GatesMissing);
}

#[test]
fn a_password_that_was_refused_uses_up_no_gate() {
    let failed = PasswordOutcome::Failed(ResetFailure::Refused);
    app_passed(one_gate)
        .and(reset().at(1100).request_password(ticket(1)))
        .when(
            daemon_for(ALICE)
                .at(1101)
                .record_password(ticket(1), failed),
        )
        .then_events([PasswordResetFailed {
            ticket: ticket(1),
            reason: ResetFailure::Refused,
        }
        .into()])
        .when(reset().at(1102).request_password(ticket(2)))
        .then_events([requested(2, &[APP])]);
}

#[test]
fn where_it_cannot_be_told_which_password_holds_proofs_and_gates_are_void() {
    let unknown = PasswordOutcome::Failed(ResetFailure::Unknown);
    let story = app_passed(one_gate)
        .and(alice().at(1000).verify(method(1), step(102)))
        .and(reset().at(1100).request_password(ticket(1)))
        .and(
            daemon_for(ALICE)
                .at(1101)
                .record_password(ticket(1), unknown),
        );
    assert_eq!(story.user(ALICE).proofs(), []);
    story
        .when(reset().at(1300).request_password(ticket(2)))
        .then_refused(Refusal::GatesMissing);
}

#[test]
fn a_ticket_waits_for_its_outcome_which_is_recorded_once_and_by_the_daemon() {
    let story = app_passed(one_gate).and(reset().at(1100).request_password(ticket(1)));
    let open: Vec<_> = story.state.open_tickets().collect();
    assert_eq!(open.len(), 1);
    assert_eq!(
        (open[0].0, open[0].1.user, open[0].1.time),
        (ticket(1), ALICE, at(1100))
    );
    let set = |ask: Ask| {
        ask.at(1101)
            .record_password(ticket(1), PasswordOutcome::Set)
    };
    for (by, refusal) in [
        (alice(), Refusal::AdministratorNeeded),
        (administrator_for(ALICE), Refusal::AdministratorNeeded),
        (daemon_for(BOB), Refusal::UnknownTicket),
    ] {
        story.when(set(by)).then_refused(refusal);
    }
    story
        .and(set(daemon_for(ALICE)))
        .when(set(daemon_for(ALICE)))
        .then_refused(Refusal::UnknownTicket);
}

#[test]
fn two_new_passwords_are_not_set_at_once_and_a_lost_ticket_bars_no_other_for_long() {
    let story = app_passed(one_gate).and(reset().at(1100).request_password(ticket(1)));
    story
        .when(reset().at(1219).request_password(ticket(2)))
        .then_refused(Refusal::ResetUnderWay);
    let _ = story.and(reset().at(1220).request_password(ticket(2)));
}

#[test]
fn unlocks_count_as_new_passwords_do() {
    let again = |story: Story, n: u8| {
        let seconds = 1000 + 300 * u64::from(n);
        story
            .and(reset().at(seconds).gate(method(5), Answer::RecoveryCode(n)))
            .and(reset().at(seconds + 1).unlock_by_reset())
    };
    let story = (0..3).fold(many_methods(one_gate), again);
    let until = at(1001 + DAY);
    let refused = Err(Refusal::TooOften { until });
    assert_eq!(outlook(&story, &reset().at(2000)), refused);
}

#[test]
fn new_passwords_are_limited_by_user() {
    let again = |story: Story, n: u8| {
        let seconds = 1000 + 300 * u64::from(n);
        story
            .and(reset().at(seconds).gate(method(5), Answer::RecoveryCode(n)))
            .and(reset().at(seconds + 1).request_password(ticket(n)))
            .and(
                daemon_for(ALICE)
                    .at(seconds + 2)
                    .record_password(ticket(n), PasswordOutcome::Set),
            )
    };
    let story = (0..3).fold(many_methods(one_gate), again);
    let until = at(1002 + DAY);
    let refused = Err(Refusal::TooOften { until });
    assert_eq!(outlook(&story, &reset().at(2000)), refused);
    assert!(outlook(&story, &reset().at(1002 + DAY)).is_ok());
}

#[test]
fn the_gates_of_a_reset_lift_locks_without_a_new_password_and_are_void_by_that() {
    let story = app_passed(one_gate).and_times(5, |n| {
        reset()
            .from(ELSEWHERE)
            .at(1001 + 40 * n)
            .gate(method(5), WRONG)
    });
    let story = story
        .when(reset().at(1300).unlock_by_reset())
        .then_events([Unlocked {
            gates: gates(&[APP]),
        }
        .into()]);
    assert_eq!(story.user(ALICE).resets().locked_at(at(1300)), None);
    story
        .when(reset().at(1301).unlock_by_reset())
        .then_refused(Refusal::GatesMissing);
}

#[test]
fn an_administrator_lifts_the_lock_of_resets_too() {
    let story = many_methods(one_gate)
        .and_times(5, |n| reset().at(60 * n).gate(method(5), WRONG))
        .and(administrator_for(ALICE).at(400).unlock());
    let _ = story.and(reset().at(401).gate(method(1), step(101)));
}

#[test]
fn a_method_that_is_deleted_is_a_gate_no_longer() {
    app_passed(one_gate)
        .and(administrator_for(ALICE).at(1050).delete(method(1)))
        .when(reset().at(1100).request_password(ticket(1)))
        .then_refused(Refusal::GatesMissing);
}

#[test]
fn an_access_pass_for_one_use_stays_a_gate_after_it() {
    many_methods(one_gate)
        .and(administrator_for(ALICE).issue_once_pass(method(6)))
        .and(reset().at(1000).gate(method(6), Answer::AccessPass))
        .when(reset().at(1001).request_password(ticket(1)))
        .then_events([requested(1, &[(method(6), Kind::AccessPass)])]);
}

#[test]
fn a_user_who_was_erased_leaves_no_open_ticket() {
    let story = app_passed(one_gate)
        .and(reset().at(1100).request_password(ticket(1)))
        .and(administrator_for(ALICE).at(1101).erase());
    assert_eq!(story.state.open_tickets().count(), 0);
    story
        .when(
            daemon_for(ALICE)
                .at(1102)
                .record_password(ticket(1), PasswordOutcome::Set),
        )
        .then_refused(Refusal::UnknownUser);
}

#[test]
fn a_gate_teaches_nothing_that_the_user_signs_in_from() {
    let story =
        many_methods(one_gate).and(reset().at(1000).coming_from(7).gate(method(1), step(101)));
    let known = story.user(ALICE).familiarity(Some(source(7)), at(1001));
    assert_eq!(known, secinfo_domain::event::Familiarity::Elsewhere);
}

#[test]
fn a_lock_from_a_time_that_has_not_come_yet_is_none() {
    let story = many_methods(one_gate)
        .and_times(5, |n| reset().at(100_000 + 60 * n).gate(method(5), WRONG));
    let _ = story.and(reset().at(1000).gate(method(1), step(101)));
}

#[test]
fn security_questions_are_never_enough_alone() {
    let only = given_rules(one_gate, [alice().enroll(method(7), questions())]);
    assert_eq!(outlook(&only, &reset()), Err(Refusal::TooFewMethods));
    let (user, context) = (ALICE, reset());
    let lacking = lacking_for_reset(&only.state, user, context.parts().1, None);
    assert_eq!(lacking, Ok(1));
    let answered = many_methods(one_gate)
        .and(alice().enroll(method(7), questions()))
        .and(reset().at(1000).gate(method(7), Answer::Answers));
    assert_eq!(outlook(&answered, &reset().at(1001)).unwrap().missing, 1);
    answered
        .when(reset().at(1001).request_password(ticket(1)))
        .then_refused(Refusal::GatesMissing)
        .and(reset().at(1001).gate(method(1), step(101)))
        .when(reset().at(1002).request_password(ticket(1)))
        .then_events([requested(1, &[(method(7), Kind::SecurityQuestions), APP])]);
}

#[test]
fn security_questions_are_not_for_administrators() {
    let refused = || Refusal::NotForAdministrators(Kind::SecurityQuestions);
    for ask in [alice().in_group("sudo"), alice().in_unknown_groups()] {
        given([])
            .when(ask.enroll(method(7), questions()))
            .then_refused(refused());
    }
    // They may have come into a group since.
    let story = many_methods(one_gate).and(alice().enroll(method(7), questions()));
    let administrator = || reset().in_group("admin");
    let offered = outlook(&story, &administrator()).unwrap();
    assert!(!offered.methods.contains(&method(7)));
    story
        .when(administrator().gate(method(7), Answer::Answers))
        .then_refused(refused());
}

#[test]
fn the_rules_that_questions_were_chosen_under_count_as_long_as_there_are_such_questions() {
    let in_use = |story: &Story| -> Vec<(u8, u32)> {
        let in_use = story.state.questions_in_use();
        in_use
            .map(|used| (used.rules.to_enrol, used.methods))
            .collect()
    };
    let more = |rules: &mut Rules| rules.security_questions.to_enrol = 7;
    let mut policy = Policy::default();
    more(&mut policy.rules);
    let story = given([
        alice().enroll(method(7), questions()),
        bob().enroll(method(8), questions()),
    ]);
    assert_eq!(in_use(&story), [(5, 2)]);
    let story = story.and(host(HostAction::SetPolicy(Box::new(policy))));
    assert_eq!(in_use(&story), [(5, 2)]);
    // One chooses anew, and the other leaves.
    let story = story.and(alice().at(9).enroll(method(9), questions()));
    assert_eq!(in_use(&story), [(5, 1), (7, 1)]);
    let story = story.and(administrator_for(BOB).at(9).erase());
    assert_eq!(in_use(&story), [(7, 1)]);
    assert_eq!(story.replayed(), story.state);
}

#[test]
fn new_security_questions_take_the_place_of_all_former_ones_after_a_fresh_proof() {
    let story = given([
        alice().enroll(method(1), app()),
        alice().enroll(method(7), questions()),
    ]);
    story
        .when(alice().at(1000).enroll(method(8), questions()))
        .then_refused(Refusal::FreshProofNeeded)
        .and(alice().at(1000).verify(method(1), step(101)))
        .when(alice().at(1001).enroll(method(8), questions()))
        .then_events([
            deleted(method(7), DeletionReason::Replaced),
            enrolled(method(8), questions(), Strength::Possession),
        ]);
}

#[test]
fn security_questions_are_no_default_prove_nothing_at_sign_in_and_are_not_imported() {
    let story = given([alice().enroll(method(7), questions())]);
    assert_eq!(story.default_of(ALICE), None);
    story
        .when(alice().verify(method(7), Answer::Answers))
        .then_refused(Refusal::NotForThisPurpose(
            Kind::SecurityQuestions,
            Purpose::SignIn,
        ));
    story
        .when(administrator_for(ALICE).import(method(8), questions()))
        .then_refused(Refusal::NotImported(Kind::SecurityQuestions));
    // A gate is no proof: it deletes nothing, not even itself where there is another method.
    let proved = story
        .and(alice().enroll(method(1), app()))
        .and(reset().at(1000).gate(method(7), Answer::Answers));
    proved
        .when(alice().from(RESET).at(1001).delete(method(1)))
        .then_refused(Refusal::FreshProofNeeded);
}

#[test]
fn the_kinds_of_gates_are_told_without_any_user() {
    let mut policy = Policy::default();
    policy.rules.allowed = [Kind::Email, Kind::Text].into_iter().collect();
    policy.rules.reset.allowed = [Kind::Call, Kind::Email].into_iter().collect();
    let effective = policy.effective(&[], None);
    assert_eq!(
        effective.gate_kinds().iter().collect::<Vec<_>>(),
        [Kind::Email]
    );
}
