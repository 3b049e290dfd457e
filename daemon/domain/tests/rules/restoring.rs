//! A log that goes on from a backup: what may have been used or given out after it is void.

use crate::fixture::*;
use crate::sign_in::{at_sudo, outlook_at, service};
use secinfo_domain::event::{Accepted, Credential, DeletionReason, LogRestored};
use secinfo_domain::kind::AuthenticatorApp;
use secinfo_domain::policy::SignInRefinement;
use secinfo_domain::state::CodeStatus;
use secinfo_domain::{
    BreakGlassId, Counter, HostAction, MessageId, NewToken, OtpParameters, Period, Place, Policy,
    Purpose, Refusal, RootHash, Seconds, SeedTag, SignInOutlook, SignInPlace, Strength,
    TerminalTag, TimeStep, TokenId, TotpParameters, decide,
};

const ROOT: RootHash = RootHash::from_bytes([7; 32]);
const MESSAGE: MessageId = MessageId::from_bytes([0x3e; 16]);

fn restore(story: &Story, seconds: u64) -> secinfo_domain::Command {
    let (size, backup_time) = (story.state.events(), at(10));
    let root = ROOT;
    host_at(
        seconds,
        HostAction::RestoreLog {
            size,
            root,
            backup_time,
        },
    )
}

/// The story, restored so many seconds after it began.
fn restored(story: Story, seconds: u64) -> Story {
    let fact = LogRestored {
        size: story.state.events(),
        root: ROOT,
        backup_time: at(10),
    };
    let command = restore(&story, seconds);
    story.when(command).then_events([fact.into()])
}

/// The newest step of a clock that is right, so many seconds after the story began.
fn step_at(period: Period, seconds: u64) -> u64 {
    let TimeStep(step) = period.step_at(at(seconds).as_seconds());
    step
}

#[test]
fn a_log_goes_on_from_as_many_events_as_the_backup_says() {
    let story = given([alice().enroll(method(1), app())]);
    for size in [0, story.state.events() - 1, story.state.events() + 1] {
        let action = HostAction::RestoreLog {
            size,
            root: ROOT,
            backup_time: at(10),
        };
        story
            .when(host_at(20, action))
            .then_refused(Refusal::NotThatBackup);
    }
    let _ = restored(story, 20);
}

#[test]
fn a_clock_that_is_behind_the_backup_or_its_newest_event_restores_nothing() {
    let story = given([alice().at(50).enroll(method(1), app())]);
    let behind = |now, backup| {
        let action = HostAction::RestoreLog {
            size: story.state.events(),
            root: ROOT,
            backup_time: at(backup),
        };
        match decide(&story.state, &host_at(now, action)) {
            Ok(events) => {
                assert_eq!(events.len(), 1);
                None
            }
            Err(Refusal::ClockBehind { by }) => Some(by.get()),
            Err(other) => panic!("{other}"),
        }
    };
    assert_eq!(behind(20, 10), Some(30));
    assert_eq!(behind(49, 10), Some(1));
    assert_eq!(behind(50, 10), None);
    assert_eq!(behind(59, 60), Some(1));
    assert_eq!(behind(60, 60), None);
    assert_eq!(behind(60, 60 + 86_400), Some(86_400));
}

#[test]
fn a_host_is_empty_as_long_as_no_user_has_a_method_and_no_token_waits() {
    // A user is known.
    let empty = given([]);
    assert!(empty.state.user_count() > 0 && empty.state.is_without_security_info());
    let used = BreakGlassId::from_bytes([1; 16]);
    let used = empty
        .clone()
        .and(daemon_for(ALICE).at(10).record_break_glass(used, at(5)));
    assert!(used.state.is_without_security_info());
    let token = NewToken {
        token: TokenId::from_bytes([1; 16]),
        parameters: OtpParameters::Totp(TotpParameters::default()),
        next: Counter(0),
        seed: SeedTag::from_bytes([1; 16]),
        sealed: sealed("serial number and secret"),
    };
    for story in [
        empty.clone().and(alice().enroll(method(1), app())),
        empty
            .clone()
            .and(administrator_for(ALICE).issue_access_pass(method(1))),
        empty
            .clone()
            .and(host(HostAction::ImportTokens(vec![token]))),
    ] {
        assert!(!story.state.is_without_security_info());
    }
}

#[test]
fn no_code_of_an_app_or_a_time_token_up_to_the_restore_is_good_again() {
    let slow = TotpParameters {
        period: Period::try_from(60).unwrap(),
        ..TotpParameters::default()
    };
    let slow_app = AuthenticatorApp {
        parameters: slow,
        last_step: TimeStep(100),
    };
    let (ahead, behind) = (time_token_off_by(5), time_token_off_by(-3));
    for (credential, period, drift) in [
        (app(), Period::default(), 0),
        (slow_app.into(), slow.period, 0),
        (ahead, Period::default(), 5),
        (behind, Period::default(), -3),
    ] {
        // What ships lets codes be one step ahead.
        let last = step_at(period, 4000).checked_add_signed(drift).unwrap() + 1;
        let story = restored(given([alice().enroll(method(1), credential)]), 4000);
        for used_up in [101, last - 100, last - 1, last] {
            story
                .when(alice().at(4010).verify(method(1), step(used_up)))
                .then_events([used(method(1))]);
        }
        story
            .when(alice().at(4010).verify(method(1), step(last + 1)))
            .then_events([proved(
                method(1),
                Strength::Possession,
                Accepted::TimeStep(TimeStep(last + 1)),
            )]);
    }
}

#[test]
fn the_steps_that_policy_lets_codes_be_ahead_are_used_up_too() {
    let story = given_rules(
        |rules| rules.authenticator_app.drift = 7,
        [alice().enroll(method(1), app())],
    );
    let now = step_at(Period::default(), 300);
    let story = restored(story, 300);
    story
        .when(alice().at(300).verify(method(1), step(now + 7)))
        .then_events([used(method(1))]);
    let _ = story.and(alice().at(300).verify(method(1), step(now + 8)));
}

#[test]
fn a_step_that_was_used_later_than_the_restore_by_its_clock_stays_used() {
    let last = step_at(Period::default(), 90_000);
    let story = given([alice().enroll(method(1), app())]);
    let story = restored(story.and(alice().verify(method(1), step(last))), 20);
    story
        .when(alice().at(30).verify(method(1), step(last)))
        .then_events([used(method(1))]);
}

#[test]
fn recovery_codes_that_were_used_stay_used_and_the_others_good() {
    let story = given([alice().enroll(method(1), app())])
        .and(alice().issue_recovery_codes(method(2)))
        .and(alice().verify(method(2), secinfo_domain::Answer::RecoveryCode(3)));
    let story = restored(story, 100);
    story
        .when(
            alice()
                .at(110)
                .verify(method(2), secinfo_domain::Answer::RecoveryCode(3)),
        )
        .then_events([used(method(2))]);
    let _ = story.and(
        alice()
            .at(110)
            .verify(method(2), secinfo_domain::Answer::RecoveryCode(4)),
    );
}

#[test]
fn the_counter_of_a_token_is_the_one_of_the_backup() {
    let story = restored(given([alice().enroll(method(1), counter_token())]), 100);
    story
        .when(alice().at(110).verify(method(1), counter(9)))
        .then_events([used(method(1))]);
    let _ = story.and(alice().at(110).verify(method(1), counter(10)));
}

#[test]
fn access_passes_have_ended_and_are_deleted_with_their_keys() {
    let story = given([administrator_for(ALICE).issue_access_pass(method(1))]);
    let story = restored(story, 100);
    story
        .when(
            alice()
                .at(100)
                .verify(method(1), secinfo_domain::Answer::AccessPass),
        )
        .then_refused(Refusal::Expired);
    assert_eq!(story.state.due(at(100)), [ALICE]);
    let story = story
        .when(daemon_for(ALICE).at(101).carry_out_due())
        .then_events([deleted_by_others(method(1), DeletionReason::Expired)]);
    assert_eq!(story.state.next_due(), None);
}

#[test]
fn a_pass_that_had_ended_before_and_a_deletion_that_waits_keep_their_time() {
    let story = given([
        alice()
            .from(ELSEWHERE)
            .enroll(method(1), text(Place::Mobile)),
        administrator_for(ALICE).enroll(method(2), app()),
        administrator_for(BOB).issue_access_pass(method(3)),
        alice().code_for(method(1), MESSAGE).into(),
        alice().type_code(method(1), MESSAGE),
        alice().delete(method(2)),
    ]);
    let due = story.user(ALICE).method(method(2)).unwrap().deletion_due();
    assert!(due.is_some());
    let after = restored(story, 7200);
    let pass = after.user(BOB).method(method(3)).unwrap().credential();
    assert!(matches!(pass, Credential::AccessPass(pass) if pass.expires == at(3600)));
    let kept = after.user(ALICE).method(method(2));
    assert_eq!(
        kept.and_then(secinfo_domain::state::Method::deletion_due),
        due
    );
}

#[test]
fn codes_that_were_sent_are_void_and_still_count() {
    let story = phones_and_email().and(alice().at(5).code_for(method(1), MESSAGE));
    let after = restored(story, 20);
    after
        .when(alice().at(25).type_code(method(1), MESSAGE))
        .then_refused(Refusal::CodeGone);
    let (asked, request) = after.state.codes().get(MESSAGE).unwrap();
    assert_eq!((asked, request.status), (at(5), CodeStatus::Replaced));
}

#[test]
fn no_proof_is_fresh_any_more() {
    let story = given([alice().enroll(method(1), app())]).and(alice().verify(method(1), step(101)));
    let after = restored(story, 20);
    after
        .when(alice().at(21).enroll(method(2), time_token()))
        .then_refused(Refusal::FreshProofNeeded);
}

#[test]
fn no_terminal_is_remembered_any_more() {
    const TERMINAL: TerminalTag = TerminalTag::from_bytes([7; 16]);
    let remember = SignInRefinement {
        remember: Some(Seconds::new(900)),
        ..SignInRefinement::default()
    };
    let place = || SignInPlace {
        network: None,
        terminal: Some(TERMINAL.into()),
    };
    let story = given_policy(
        service("sudo", remember),
        [alice().enroll(method(1), app())],
    )
    .and(at_sudo().verify(method(1), step(101)))
    .and(at_sudo().remember(TERMINAL));
    let ask = || at_sudo().at(30);
    assert_eq!(
        outlook_at(&story, ask(), place()),
        SignInOutlook::Remembered
    );
    let after = restored(story, 20);
    assert_ne!(
        outlook_at(&after, ask(), place()),
        SignInOutlook::Remembered
    );
}

#[test]
fn locks_and_waits_go_on() {
    let story =
        given_policy(Policy::default(), [alice().enroll(method(1), app())]).and_times(10, |n| {
            alice()
                .at(100 * n)
                .verify(method(1), secinfo_domain::Answer::Wrong)
        });
    let until = story
        .user(ALICE)
        .method(method(1))
        .unwrap()
        .locked_at(at(901));
    assert!(until.is_some());
    let after = restored(story, 901);
    let method = after.user(ALICE).method(method(1)).unwrap();
    assert_eq!(method.locked_at(at(902)), until);
    assert!(
        after
            .state
            .user(ALICE)
            .unwrap()
            .methods()
            .iter()
            .all(|method| method.kind().serves(Purpose::SignIn))
    );
}

#[test]
fn the_keys_that_the_vault_must_have_are_those_of_users_methods_and_tokens() {
    let story = given([alice().enroll(method(1), app())])
        .and(administrator_for(BOB).issue_access_pass(method(2)));
    let mut keys: Vec<_> = story.state.keys().collect();
    keys.sort_unstable();
    let mut expected = vec![
        ALICE.into(),
        BOB.into(),
        CAROL.into(),
        method(1).into(),
        method(2).into(),
    ];
    expected.sort_unstable();
    assert_eq!(keys, expected);
}
