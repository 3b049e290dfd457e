//! Hardware tokens: imported, activated, removed, found again.

use crate::fixture::*;
use secinfo_domain::event::{
    ActivationFailed, Credential, DefaultReason, MethodEnrolled, Resynchronized, TokenImported,
    TokenRemoved, TokenResynchronized,
};
use secinfo_domain::kind::HardwareToken;
use secinfo_domain::{
    Answer, Command, Counter, HostAction, KeyId, NewToken, OtpParameters, Refusal, TimeStep,
    TokenId, TotpParameters, created_key, decide, destroyed_keys,
};

const TOKEN: TokenId = TokenId::from_bytes([0x70; 16]);

fn import() -> Command {
    host(HostAction::ImportTokens(vec![NewToken {
        token: TOKEN,
        parameters: OtpParameters::Totp(TotpParameters::default()),
        next: Counter(0),
        sealed: sealed("serial and secret"),
    }]))
}

fn remove() -> Command {
    host(HostAction::RemoveToken(TOKEN))
}

#[test]
fn imported_tokens_wait_to_be_activated() {
    let story = given([]).when(import()).then_events([TokenImported {
        token: TOKEN,
        parameters: OtpParameters::Totp(TotpParameters::default()),
        next: Counter(0),
        sealed: sealed("serial and secret"),
    }
    .into()]);
    let waiting: Vec<_> = story.state.tokens().map(|(id, _)| id).collect();
    assert_eq!(waiting, [TOKEN]);
}

#[test]
fn a_token_is_activated_by_one_user_once() {
    let story = given([import()])
        .when(alice().activate(method(1), TOKEN, time_token()))
        .then_events([
            MethodEnrolled {
                method: method(1),
                credential: time_token(),
                sealed: sealed_method("label"),
                token: Some(TOKEN),
                first_proof: Some(HERE),
                vouched: None,
            }
            .into(),
            default_is(method(1), DefaultReason::First),
        ]);
    assert_eq!(story.state.token(TOKEN), None);
    story
        .when(bob().activate(method(2), TOKEN, time_token()))
        .then_refused(Refusal::UnknownToken);
}

#[test]
fn activating_replaces_the_key_of_the_token_by_that_of_the_method() {
    let story = given([import()]);
    let activation = alice().activate(method(1), TOKEN, time_token());
    let enrolled = &decide(&story.state, &activation).unwrap()[0];
    assert_eq!(destroyed_keys(&story.state, enrolled), [KeyId::from(TOKEN)]);
    assert_eq!(created_key(enrolled), Some(KeyId::from(method(1))));
}

#[test]
fn only_a_token_that_was_not_activated_can_be_removed() {
    given([import()])
        .when(remove())
        .then_events([TokenRemoved { token: TOKEN }.into()])
        .when(remove())
        .then_refused(Refusal::UnknownToken);
    given([import(), alice().activate(method(1), TOKEN, time_token())])
        .when(remove())
        .then_refused(Refusal::UnknownToken);
}

#[test]
fn wrong_codes_at_activation_slow_down_and_count_with_all_others() {
    let story = given([import(), alice().enroll(method(1), app())])
        .when(alice().fail_activation())
        .then_events([ActivationFailed {}.into()])
        .and(alice().fail_activation())
        .and(alice().verify(method(1), Answer::Wrong));
    for command in [
        alice().fail_activation(),
        alice().activate(method(2), TOKEN, time_token()),
        alice().verify(method(1), step(101)),
    ] {
        story
            .when(command)
            .then_refused(Refusal::TooSoon { until: at(1) });
    }
    let activated = story.and(alice().at(1).activate(method(2), TOKEN, time_token()));
    assert_eq!(activated.user(ALICE).failures(), 1);
}

fn clock(drift: i32, step: u64) -> Resynchronized {
    Resynchronized::Clock {
        drift,
        last_step: TimeStep(step),
    }
}

#[test]
fn two_consecutive_codes_find_a_counter_token_that_has_run_away() {
    let found = Resynchronized::Counter(Counter(62));
    let story = given([alice().enroll(method(1), counter_token())])
        .when(alice().resynchronize(method(1), Some(found)))
        .then_events([TokenResynchronized {
            method: method(1),
            found,
        }
        .into()]);
    let method = story.user(ALICE).method(method(1)).unwrap().clone();
    assert!(matches!(
        method.credential(),
        Credential::HardwareToken(HardwareToken::Counter {
            next: Counter(62),
            ..
        })
    ));
}

#[test]
fn two_consecutive_codes_find_the_clock_of_a_time_token() {
    let story = given([
        alice().enroll(method(1), time_token()),
        alice().resynchronize(method(1), Some(clock(7, 150))),
    ]);
    let method = story.user(ALICE).method(method(1)).unwrap().clone();
    assert!(matches!(
        method.credential(),
        Credential::HardwareToken(HardwareToken::Time {
            drift: 7,
            last_step: TimeStep(150),
            ..
        })
    ));
}

#[test]
fn a_token_is_never_set_back_to_codes_that_were_used() {
    let counter = |n| Some(Resynchronized::Counter(Counter(n)));
    let story = given([
        alice().enroll(method(1), counter_token()),
        alice().enroll(method(2), time_token()),
    ]);
    for (id, found) in [
        (1, counter(9)),
        (1, counter(10)),
        (1, Some(clock(0, 500))),
        (1, None),
        (2, Some(clock(0, 100))),
        (2, counter(500)),
        (2, None),
    ] {
        story
            .when(alice().resynchronize(method(id), found))
            .then_refused(Refusal::NotConsecutive);
    }
}

#[test]
fn only_hardware_tokens_are_resynchronized() {
    given([alice().enroll(method(1), app())])
        .when(alice().resynchronize(method(1), Some(clock(1, 500))))
        .then_refused(Refusal::NotAToken);
}
