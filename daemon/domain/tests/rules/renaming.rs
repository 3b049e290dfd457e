//! Accounts that have another name than they had.

use crate::fixture::*;
use crate::sign_in::{at_sshd, outlook_at};
use secinfo_domain::event::{UserErased, UserRenamed};
use secinfo_domain::policy::{RenamedAccounts, Rules, Verify};
use secinfo_domain::{
    Answer, KeyId, NotCovered, Refusal, SignInOutlook, SignInPlace, UserId, created_key, decide,
    destroyed_keys,
};

/// The account that has Alice's uid now, under another name.
const ALICIA: UserId = UserId::from_bytes([0x1c; 16]);

/// Root asks for the account that has Alice's uid now, as PAM does.
fn alicia_at_sshd() -> Ask {
    at_sshd()
        .about(ALICIA)
        .introducing([ALICIA])
        .formerly([ALICE])
}

fn outlook(story: &Story, ask: Ask) -> SignInOutlook {
    outlook_at(story, ask, SignInPlace::default())
}

fn with_app() -> Story {
    given([alice().enroll(method(1), app())])
}

fn renamed() -> UserRenamed {
    UserRenamed {
        sealed: sealed("uid and new name"),
    }
}

#[test]
fn a_renamed_account_is_not_let_in_without_what_its_former_name_was_asked_for() {
    let story = with_app();
    assert_eq!(outlook(&story, alicia_at_sshd()), SignInOutlook::Renamed);
    let nobody = at_sshd().about(ALICIA).introducing([ALICIA]);
    let not_asked = SignInOutlook::NotCovered(NotCovered::NothingEnrolled);
    assert_eq!(outlook(&story, nobody), not_asked);
    // Where every user has to set a method up, the first is not to be had by the password alone either.
    let required = |rules: &mut Rules| rules.sign_in.verify = Verify::Required;
    let story = given_rules(required, [alice().enroll(method(1), app())]);
    assert_eq!(outlook(&story, alicia_at_sshd()), SignInOutlook::Renamed);
}

#[test]
fn a_former_name_without_methods_of_sign_in_asks_for_nothing() {
    let story = given([
        alice().enroll(method(1), app()),
        administrator_for(ALICE).delete(method(1)),
    ]);
    let not_asked = SignInOutlook::NotCovered(NotCovered::NothingEnrolled);
    assert_eq!(outlook(&story, alicia_at_sshd()), not_asked);
}

#[test]
fn a_service_that_asks_nobody_asks_no_renamed_account_unless_the_former_name_is_locked() {
    let off = |rules: &mut Rules| rules.sign_in.verify = Verify::Off;
    let story = given_rules(off, [alice().enroll(method(1), app())]);
    let not_asked = SignInOutlook::NotCovered(NotCovered::Off);
    assert_eq!(outlook(&story, alicia_at_sshd()), not_asked);
    let story = story.and(alice().lock_account());
    assert_eq!(outlook(&story, alicia_at_sshd()), SignInOutlook::Renamed);
}

#[test]
fn policy_can_take_a_renamed_account_for_a_new_user() {
    let allow = |rules: &mut Rules| rules.renamed_accounts = RenamedAccounts::Allow;
    let story = given_rules(allow, [alice().enroll(method(1), app())]);
    let not_asked = SignInOutlook::NotCovered(NotCovered::NothingEnrolled);
    assert_eq!(outlook(&story, alicia_at_sshd()), not_asked);
    let alicia = alice()
        .about(ALICIA)
        .introducing([ALICIA])
        .formerly([ALICE]);
    let _ = story.and(alicia.enroll(method(2), app()));
}

#[test]
fn a_renamed_account_adds_no_method_and_issues_no_codes_but_after_an_access_pass() {
    let alicia = || {
        alice()
            .about(ALICIA)
            .introducing([ALICIA])
            .formerly([ALICE])
    };
    let story = with_app();
    let story = story
        .when(alicia().enroll(method(2), app()))
        .then_refused(Refusal::RenamedAccount);
    let story = story
        .when(alicia().issue_recovery_codes(method(2)))
        .then_refused(Refusal::RenamedAccount);
    let pass = administrator_for(ALICIA)
        .introducing([ALICIA])
        .issue_access_pass(method(3));
    let story = story.and(pass);
    assert_eq!(outlook(&story, alicia_at_sshd()), SignInOutlook::Verify);
    let proof = alicia().verify(method(3), Answer::AccessPass);
    let _ = story.and(proof).and(alicia().enroll(method(2), app()));
}

#[test]
fn a_user_keeps_methods_and_locks_under_a_new_name_and_loses_what_sign_ins_left() {
    let story = with_app().and(alice().verify(method(1), step(101)));
    let story = story.and(alice().lock_account());
    let before = story.state.user(ALICE).unwrap().clone();
    let story = story
        .when(administrator_for(ALICE).rename_user(None))
        .then_events([renamed().into()]);
    let after = story.state.user(ALICE).unwrap();
    assert_eq!(after.methods(), before.methods());
    assert_eq!(after.account_locked(), before.account_locked());
    assert_eq!(after.sealed(), &sealed("uid and new name"));
    assert!(after.proofs().is_empty());
}

#[test]
fn who_goes_by_the_new_name_without_methods_gives_way_but_for_a_lock() {
    let alicia = alice().about(ALICIA).introducing([ALICIA]);
    let story = with_app().and(alicia.lock_account());
    let rename = administrator_for(ALICE).rename_user(Some(ALICIA));
    let events = decide(&story.state, &rename).unwrap();
    assert_eq!(events[0].user, Some(ALICIA));
    assert_eq!(events[0].fact, UserErased {}.into());
    assert_eq!(
        (events[1].user, &events[1].fact),
        (Some(ALICE), &renamed().into())
    );
    assert_eq!(
        destroyed_keys(&story.state, &events[0]),
        [KeyId::from(ALICIA)]
    );
    assert_eq!(created_key(&events[1]), None);
    let story = story.and(rename);
    assert!(story.state.user(ALICIA).is_none());
    let alice = story.state.user(ALICE).unwrap();
    assert!(
        alice.account_locked().is_some(),
        "the lock goes with the name"
    );
}

#[test]
fn no_rename_takes_the_methods_of_another_away() {
    let story = with_app().and(bob().enroll(method(2), app()));
    story
        .when(administrator_for(ALICE).rename_user(Some(BOB)))
        .then_refused(Refusal::NameHasMethods);
}

#[test]
fn only_an_administrator_renames() {
    with_app()
        .when(alice().rename_user(None))
        .then_refused(Refusal::AdministratorNeeded);
    with_app()
        .when(daemon_for(ALICE).rename_user(None))
        .then_refused(Refusal::AdministratorNeeded);
}
