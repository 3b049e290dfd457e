//! Hardware tokens: imported, activated, removed, found again.

use crate::fixture::*;
use secinfo_domain::event::{
    ActivationFailed, Credential, DefaultReason, Familiarity, MethodEnrolled, Resynchronized,
    TokenImported, TokenRemoved, TokenResynchronized,
};
use secinfo_domain::kind::HardwareToken;
use secinfo_domain::{
    Answer, Command, Counter, HostAction, HotpParameters, KeyId, NewToken, OtpParameters, Refusal,
    SeedTag, TimeStep, TokenId, TotpParameters, created_key, decide, destroyed_keys,
};

const TOKEN: TokenId = TokenId::from_bytes([0x70; 16]);

const SEED: SeedTag = SeedTag::from_bytes([0x5d; 16]);

fn import() -> Command {
    import_with(OtpParameters::Totp(TotpParameters::default()), TOKEN)
}

fn import_with(parameters: OtpParameters, token: TokenId) -> Command {
    host(HostAction::ImportTokens(vec![NewToken {
        token,
        parameters,
        next: Counter(0),
        seed: SEED,
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
        seed: SEED,
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

/// By which a token goes from one user to the next, and is imported again as it was when it was new.
fn changes_hands(how: fn() -> Command) -> Story {
    const AGAIN: TokenId = TokenId::from_bytes([0x71; 16]);
    let time = || OtpParameters::Totp(TotpParameters::default());
    let counted = || OtpParameters::Hotp(HotpParameters::default());
    let story = given([
        import_with(time(), TOKEN),
        alice().activate(method(1), TOKEN, time_token()),
        alice().verify(method(1), step(140)),
        import_with(counted(), AGAIN),
        alice().activate(method(2), AGAIN, counter_token()),
        alice().verify(method(2), counter(39)),
    ]);
    story
        .and(how())
        .and(administrator_for(ALICE).erase())
        .and(import_with(time(), TOKEN))
        .and(import_with(counted(), AGAIN))
}

#[test]
fn a_token_that_comes_back_starts_where_it_was() {
    const AGAIN: TokenId = TokenId::from_bytes([0x71; 16]);
    let timed = |last_step| {
        Credential::HardwareToken(HardwareToken::Time {
            parameters: TotpParameters::default(),
            last_step: TimeStep(last_step),
            drift: 0,
        })
    };
    let counted = |next| {
        Credential::HardwareToken(HardwareToken::Counter {
            parameters: HotpParameters::default(),
            next: Counter(next),
        })
    };
    let erased = || administrator_for(BOB).unlock();
    let deleted = || administrator_for(ALICE).delete(method(2));
    for how in [erased as fn() -> Command, deleted] {
        let story = changes_hands(how);
        for (token, used) in [
            (TOKEN, timed(139)),
            (TOKEN, timed(140)),
            (AGAIN, counted(40)),
        ] {
            story
                .when(bob().activate(method(3), token, used))
                .then_refused(Refusal::TokenCodeUsed);
        }
        let _ = story
            .and(bob().activate(method(3), TOKEN, timed(141)))
            .and(bob().activate(method(4), AGAIN, counted(41)));
    }
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
        .then_events([ActivationFailed { source: None }.into()])
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
    assert_eq!(activated.user(ALICE).failures(Familiarity::Elsewhere), 1);
}

/// The step that it is when every story begins.
const NOW: u64 = 1_700_000_000 / 30;

/// A clock that is so many steps ahead.
fn clock(drift: i32) -> Resynchronized {
    Resynchronized::Clock {
        drift,
        last_step: TimeStep(NOW.saturating_add_signed(drift.into())),
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
        alice().resynchronize(method(1), Some(clock(7))),
    ]);
    let method = story.user(ALICE).method(method(1)).unwrap().clone();
    assert!(matches!(
        method.credential(),
        Credential::HardwareToken(HardwareToken::Time {
            drift: 7,
            last_step,
            ..
        }) if *last_step == TimeStep(NOW + 7)
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
        (1, Some(clock(0))),
        (1, None),
        (2, counter(500)),
        (2, None),
    ] {
        story
            .when(alice().resynchronize(method(id), found))
            .then_events([wrong(method(id))]);
    }
}

#[test]
fn only_hardware_tokens_are_resynchronized() {
    given([alice().enroll(method(1), app())])
        .when(alice().resynchronize(method(1), Some(clock(1))))
        .then_refused(Refusal::NotAToken);
}

#[test]
fn a_clock_is_never_set_back_to_codes_that_were_seen_before() {
    let token = |drift| given([alice().enroll(method(1), time_token_off_by(drift))]);
    // Policy lets a clock be one step off, so that the code before is good anyway.
    for drift in [-2, -50, -100] {
        token(0)
            .when(alice().resynchronize(method(1), Some(clock(drift))))
            .then_events([wrong(method(1))]);
    }
    let found = clock(-1);
    token(0).and(alice().resynchronize(method(1), Some(found)));
    // Of one that is known to be behind, older codes are good anyway.
    token(-20).and(alice().resynchronize(method(1), Some(clock(-21))));
    token(-20)
        .when(alice().resynchronize(method(1), Some(clock(-22))))
        .then_events([wrong(method(1))]);
}

#[test]
fn two_consecutive_codes_activate_a_token_that_is_out_of_step() {
    let counted = |next| HardwareToken::Counter {
        parameters: HotpParameters::default(),
        next: Counter(next),
    };
    let found =
        |waiting: &HardwareToken, found| HardwareToken::found(waiting.clone(), found, at(0), 1);
    let proved = found(&counted(0), Resynchronized::Counter(Counter(62)));
    assert_eq!(proved.unwrap().credential(), &counted(62));
    for used in [0, 9, 10] {
        let proved = found(&counted(10), Resynchronized::Counter(Counter(used)));
        assert_eq!(proved, None, "{used}");
    }
    let timed = |last_step, drift| HardwareToken::Time {
        parameters: TotpParameters::default(),
        last_step: TimeStep(last_step),
        drift,
    };
    for drift in [-1, 5, 8, 12, 100] {
        let proved = found(&timed(0, 0), clock(drift)).unwrap();
        let expected = timed(NOW.saturating_add_signed(drift.into()), drift);
        assert_eq!(proved.credential(), &expected);
    }
    // Codes that were shown before now are no proof: another person may have seen them.
    assert_eq!(found(&timed(0, 0), clock(-2)), None);
    // Those of a clock that is known to be behind are shown now.
    assert!(found(&timed(0, -20), clock(-21)).is_some());
    assert_eq!(found(&timed(0, -20), clock(-22)), None);
    let other_kind = Resynchronized::Counter(Counter(62));
    assert_eq!(found(&timed(0, 0), other_kind), None);
}

#[test]
fn wrong_pairs_of_codes_slow_down_and_lock_as_wrong_codes_do() {
    let pair = |at: u64| alice().at(at).resynchronize(method(1), None);
    let thrice = given([alice().enroll(method(1), time_token())]).and_times(3, |_| pair(0));
    thrice
        .when(pair(0))
        .then_refused(Refusal::TooSoon { until: at(1) });
    let nine = thrice.and_times(6, |n| pair(60 * (n + 1)));
    nine.when(pair(600))
        .then_events([wrong(method(1)), locked(method(1), at(900))])
        .when(alice().at(601).verify(method(1), step(101)))
        .then_refused(Refusal::MethodLocked { until: at(900) });
}

#[test]
fn users_who_have_another_method_prove_it_before_a_token_is_moved() {
    let found = Some(Resynchronized::Counter(Counter(62)));
    let both = given([
        alice().enroll(method(1), counter_token()),
        alice().enroll(method(2), app()),
    ]);
    both.when(alice().at(700).resynchronize(method(1), found))
        .then_refused(Refusal::FreshProofNeeded);
    both.clone()
        .and(alice().at(701).verify(method(2), step(101)))
        .and(alice().at(702).resynchronize(method(1), found));
    both.and(
        administrator_for(ALICE)
            .at(700)
            .resynchronize(method(1), found),
    );
}
