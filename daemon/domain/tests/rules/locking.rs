//! Locking an account that somebody else may be in, and unlocking it.

use crate::fixture::*;
use crate::sign_in::{at_sshd, at_sudo, outlook_at, service};
use secinfo_domain::event::{Accepted, AccountLocked, AccountUnlocked, Fact, Unlocked, Who};
use secinfo_domain::policy::{SignInRefinement, Verify};
use secinfo_domain::{
    MethodId, Place, Purpose, Refusal, Seconds, SessionTag, SignInOutlook, SignInPlace, Strength,
    TerminalTag, TimeStep, verification_outlook,
};

const TERMINAL: TerminalTag = TerminalTag::from_bytes([7; 16]);
/// The session of the thief.
const STOLEN: SessionTag = SessionTag::from_bytes([0x57; 16]);

fn account_locked() -> Fact {
    AccountLocked {}.into()
}

fn unlocked_by(method: MethodId) -> Fact {
    AccountUnlocked { method }.into()
}

fn stepped(number: u64) -> Accepted {
    Accepted::TimeStep(TimeStep(number))
}

/// Alice has an app and, beside it, a number that texts go to.
fn with_app_and_text() -> Story {
    given([
        alice().enroll(method(1), app()),
        alice().enroll(method(2), text(Place::Mobile)),
    ])
}

/// The same, after she has locked her account.
fn after_the_lock() -> Story {
    with_app_and_text()
        .when(alice().from(ELSEWHERE).lock_account())
        .then_events([account_locked()])
}

fn may_verify(story: &Story, ask: &Ask, method: MethodId, purpose: Purpose) -> Result<(), Refusal> {
    let (user, context) = ask.parts();
    verification_outlook(&story.state, user, context, method, purpose)
}

#[test]
fn locking_ones_account_takes_no_proof_and_once_is_enough() {
    let story = after_the_lock();
    assert_eq!(story.user(ALICE).account_locked(), Some(at(0)));
    story
        .when(alice().at(10).from(STOLEN).lock_account())
        .then_nothing();
    with_app_and_text()
        .when(alice().on_a_full_disk().lock_account())
        .then_events([account_locked()]);
}

#[test]
fn nobody_locks_another_but_who_administers_the_host() {
    let story = with_app_and_text();
    let by_bob = alice().called_by(Who::User(BOB));
    for ask in [by_bob, at_sshd(), daemon_for(ALICE)] {
        story
            .when(ask.lock_account())
            .then_refused(Refusal::AdministratorNeeded);
    }
    story
        .when(administrator_for(ALICE).lock_account())
        .then_events([account_locked()]);
    assert_eq!(story.user(BOB).account_locked(), None);
}

#[test]
fn a_locked_account_lets_nobody_in_even_where_nobody_is_asked() {
    let off = SignInRefinement {
        verify: Some(Verify::Off),
        ..SignInRefinement::default()
    };
    let story = given_policy(
        service("sudo", off),
        [alice().enroll(method(2), text(Place::Mobile))],
    );
    let place = SignInPlace::default();
    assert!(matches!(
        outlook_at(&story, at_sudo(), place),
        SignInOutlook::NotCovered(_)
    ));
    let story = story.and(alice().lock_account());
    for ask in [at_sudo(), at_sshd()] {
        assert_eq!(outlook_at(&story, ask, place), SignInOutlook::AccountLocked);
    }
    let nothing = given([]).and(alice().lock_account());
    assert_eq!(
        outlook_at(&nothing, at_sshd(), place),
        SignInOutlook::AccountLocked
    );
}

#[test]
fn the_strongest_method_unlocks_at_a_sign_in_and_on_the_bus() {
    let story = after_the_lock();
    assert_eq!(
        outlook_at(&story, at_sshd(), SignInPlace::default()),
        SignInOutlook::Verify
    );
    for ask in [at_sshd().at(60), alice().at(60)] {
        let story = story.when(ask.verify(method(1), step(102))).then_events([
            proved(method(1), Strength::Possession, stepped(102)),
            unlocked_by(method(1)),
        ]);
        assert_eq!(story.user(ALICE).account_locked(), None);
    }
}

#[test]
fn a_thief_with_something_weaker_does_not_unlock() {
    let story = after_the_lock();
    let thief = at_sshd().at(60);
    let weak = may_verify(&story, &thief, method(2), Purpose::SignIn);
    assert_eq!(weak, Err(Refusal::AccountLocked));
    story
        .when(thief.code_for(method(2), message(1)))
        .then_refused(Refusal::AccountLocked);
}

#[test]
fn an_app_does_not_unlock_where_the_user_has_recovery_codes() {
    let app_beside = |vouched: bool| {
        let first = alice().enroll(method(1), app());
        let codes = alice().at(1).issue_recovery_codes(method(3));
        let later = if vouched { 60 } else { 2 * 86_400 };
        let story = given([first, codes]).and(alice().at(later).lock_account());
        let thief = at_sshd().at(later + 60);
        [method(1), method(3)].map(|id| may_verify(&story, &thief, id, Purpose::SignIn))
    };
    assert_eq!(app_beside(false), [Err(Refusal::AccountLocked), Ok(())]);
    // Codes that an app has let in a moment ago are no stronger than it: a thief may have had them issued.
    assert_eq!(app_beside(true), [Ok(()), Ok(())]);
}

#[test]
fn policy_says_how_strong_a_proof_must_be_at_least_that_unlocks() {
    let story = given_rules(
        |rules| rules.unlock_strength = Strength::Strong,
        [alice().enroll(method(1), app())],
    )
    .and(alice().lock_account());
    let tried = may_verify(&story, &at_sshd().at(60), method(1), Purpose::SignIn);
    assert_eq!(tried, Err(Refusal::AccountLocked));
    let story = story.and(administrator_for(ALICE).issue_access_pass(method(9)));
    let tried = may_verify(&story, &at_sshd().at(60), method(9), Purpose::SignIn);
    assert_eq!(tried, Ok(()));
}

#[test]
fn a_locked_account_can_be_changed_by_nobody_but_an_administrator() {
    let proved = with_app_and_text().and(alice().from(STOLEN).verify(method(1), step(101)));
    let story = proved.and(alice().lock_account());
    let thief = || alice().at(5).from(STOLEN);
    for command in [
        thief().enroll(method(9), app()),
        thief().delete(method(1)),
        thief().cancel_deletion(method(1)),
        thief().set_default(method(2)),
        thief().issue_recovery_codes(method(9)),
        thief().rename(method(1), "mine"),
    ] {
        story.when(command).then_refused(Refusal::AccountLocked);
    }
    assert!(story.user(ALICE).proofs().is_empty(), "proofs are void");
    story
        .when(administrator_for(ALICE).at(5).unlock())
        .then_events([Unlocked { gates: Vec::new() }.into()]);
}

#[test]
fn a_lock_cancels_deletions_that_wait_so_that_what_unlocks_stays() {
    let story = given([
        alice()
            .from(ELSEWHERE)
            .enroll(method(1), text(Place::Mobile)),
        administrator_for(ALICE).enroll(method(2), app()),
        alice().code_for(method(1), message(1)).into(),
        alice().type_code(method(1), message(1)),
        alice().delete(method(2)),
    ]);
    assert!(story.state.next_due().is_some());
    let story = story
        .when(alice().at(10).lock_account())
        .then_events([account_locked(), cancelled(method(2))]);
    assert_eq!(story.state.next_due(), None);
    assert_eq!(story.methods_of(ALICE), [1, 2].map(method));
}

#[test]
fn a_lock_forgets_remembered_terminals() {
    let remember = SignInRefinement {
        remember: Some(Seconds::new(900)),
        ..SignInRefinement::default()
    };
    let story = given_policy(
        service("sudo", remember),
        [alice().enroll(method(1), app())],
    )
    .and(at_sudo().verify(method(1), step(101)))
    .and(at_sudo().remember(TERMINAL))
    .and(alice().at(10).lock_account());
    story
        .when(at_sudo().at(20).use_remembered(TERMINAL))
        .then_refused(Refusal::AccountLocked);
    let story = story.and(at_sudo().at(60).verify(method(1), step(103)));
    story
        .when(at_sudo().at(70).use_remembered(TERMINAL))
        .then_refused(Refusal::NotRemembered);
}
