//! Security keys: beside another method, never copied unnoticed, the strongest that there is.

use crate::fixture::*;
use secinfo_domain::event::{Accepted, Credential, DefaultReason, DeletionReason, Failure};
use secinfo_domain::kind::{Backup, CounterRule, SecurityKey, SshKeys, SyncedKeys};
use secinfo_domain::policy::Gates;
use secinfo_domain::{
    Answer, Kind, Place, Purpose, Refusal, Strength, lacking_for_reset, verification_outlook,
};

const KEY: u8 = 2;

/// Alice has an app and, on her word as administrators vouch for it, a security key.
fn app_and_key() -> Story {
    given(with_key(security_key(7)))
}

fn with_key(key: Credential) -> [secinfo_domain::Command; 2] {
    [
        alice().enroll(method(1), app()),
        administrator_for(ALICE).enroll(method(KEY), key),
    ]
}

fn synced(backup: Backup) -> Credential {
    match security_key(7) {
        Credential::SecurityKey(key) => SecurityKey { backup, ..key }.into(),
        other => other,
    }
}

const fn accepted(sign_count: u32) -> Accepted {
    Accepted::Assertion {
        sign_count,
        backup: Backup::NotEligible,
        may_be_copied: false,
    }
}

fn may_be_copied(story: &Story) -> bool {
    let user = story.user(ALICE);
    user.method(method(KEY)).unwrap().may_be_copied()
}

#[test]
fn a_key_is_added_beside_another_method_only_and_leaves_the_default() {
    given([])
        .when(alice().enroll(method(1), security_key(7)))
        .then_refused(Refusal::AnotherMethodFirst(Kind::SecurityKey));
    given([alice().enroll(method(1), app())])
        .when(alice().enroll(method(2), security_key(7)))
        .then_events([enrolled(method(2), security_key(7), Strength::Possession)]);
}

#[test]
fn there_are_ten_keys_at_most_unless_policy_says_otherwise() {
    let first = |count: u8| {
        let keys =
            (1..=count).map(|number| alice().enroll(method(number + 1), security_key(number)));
        std::iter::once(alice().enroll(method(1), app())).chain(keys)
    };
    let too_many = |most| Refusal::TooManyMethods {
        kind: Kind::SecurityKey,
        most,
    };
    given(first(10))
        .when(alice().enroll(method(12), security_key(11)))
        .then_refused(too_many(10));
    given_rules(|rules| rules.security_key.most = 1, first(1))
        .when(alice().enroll(method(12), security_key(11)))
        .then_refused(too_many(1));
}

#[test]
fn one_credential_is_one_method_of_one_user() {
    let story = app_and_key().and(bob().enroll(method(11), app()));
    for ask in [alice(), bob()] {
        story
            .when(ask.enroll(method(12), security_key(7)))
            .then_refused(Refusal::KeyRegistered);
    }
    story
        .when(administrator_for(BOB).import(method(12), security_key(7)))
        .then_refused(Refusal::KeyRegistered);
    for gone in [
        administrator_for(ALICE).delete(method(KEY)),
        administrator_for(ALICE).erase(),
    ] {
        let _ = app_and_key()
            .and(bob().enroll(method(11), app()))
            .and(gone)
            .and(bob().enroll(method(12), security_key(7)));
    }
}

#[test]
fn a_registration_alone_and_an_assertion_that_is_not_newer_prove_nothing() {
    let Credential::SecurityKey(key) = security_key(7) else {
        unreachable!()
    };
    let registered = |count, answer| {
        SecurityKey::proved(key.credential, count, Backup::NotEligible, answer)
            .map(|proved| proved.credential().sign_count)
    };
    assert_eq!(registered(5, assertion(6)), Some(Some(6)));
    assert_eq!(registered(0, assertion(0)), Some(Some(0)));
    for (count, answer) in [
        (5, assertion(5)),
        (5, assertion(0)),
        (5, Answer::WrongAssertion),
        (5, Answer::UnverifiedAssertion),
        (5, Answer::WrongPin),
        (
            5,
            Answer::Assertion {
                sign_count: 6,
                backup: Backup::Eligible,
            },
        ),
        (5, Answer::Wrong),
        (5, step(101)),
    ] {
        assert_eq!(registered(count, answer), None, "{answer:?}");
    }
}

#[test]
fn a_proof_by_a_key_is_the_strongest_and_counts_its_signatures() {
    app_and_key()
        .when(alice().verify(method(KEY), assertion(11)))
        .then_events([proved(method(KEY), Strength::Strong, accepted(11))])
        .when(alice().verify(method(KEY), assertion(4_000_000_000)))
        .then_events([proved(
            method(KEY),
            Strength::Strong,
            accepted(4_000_000_000),
        )]);
}

#[test]
fn a_counter_that_has_not_grown_is_refused_and_marks_the_key() {
    for count in [0, 9, 10] {
        let story = app_and_key()
            .when(alice().verify(method(KEY), assertion(count)))
            .then_events([failed(method(KEY), Failure::CounterNotIncreased)]);
        assert!(may_be_copied(&story));
        let story = story
            .when(alice().verify(method(KEY), assertion(11)))
            .then_events([proved(method(KEY), Strength::Strong, accepted(11))]);
        assert!(may_be_copied(&story), "the mark stays until it is deleted");
        let story = story.and(administrator_for(ALICE).unlock());
        assert!(may_be_copied(&story));
    }
}

#[test]
fn policy_lets_keys_that_count_wrongly_pass_and_marks_them_all_the_same() {
    let story = given_rules(
        |rules| rules.security_key.sign_count = CounterRule::Warn,
        with_key(security_key(7)),
    );
    let accepted = Accepted::Assertion {
        sign_count: 3,
        backup: Backup::NotEligible,
        may_be_copied: true,
    };
    let story = story
        .when(alice().verify(method(KEY), assertion(3)))
        .then_events([proved(method(KEY), Strength::Strong, accepted)]);
    assert!(may_be_copied(&story));
}

#[test]
fn keys_that_do_not_count_and_keys_of_which_no_count_is_known_are_accepted() {
    let imported = |sign_count| match security_key(7) {
        Credential::SecurityKey(key) => SecurityKey { sign_count, ..key }.into(),
        other => other,
    };
    for (known, count) in [(Some(0), 0), (None, 0), (None, 5)] {
        let story = given([administrator_for(ALICE).import(method(KEY), imported(known))])
            .when(alice().verify(method(KEY), assertion(count)))
            .then_events([proved(method(KEY), Strength::Strong, accepted(count))]);
        let next = if count == 0 { 0 } else { count + 1 };
        let _ = story.and(alice().verify(method(KEY), assertion(next)));
    }
}

#[test]
fn what_is_no_verified_assertion_of_the_key_is_refused_and_locks_nothing() {
    for (answer, failure) in [
        (Answer::WrongAssertion, Failure::WrongAssertion),
        (
            Answer::UnverifiedAssertion,
            Failure::UserVerificationMissing,
        ),
        (
            Answer::Assertion {
                sign_count: 11,
                backup: Backup::BackedUp,
            },
            Failure::WrongAssertion,
        ),
    ] {
        let story =
            app_and_key().and_times(12, |time| alice().at(time * 60).verify(method(KEY), answer));
        let story = story
            .when(alice().at(3600).verify(method(KEY), answer))
            .then_events([failed(method(KEY), failure)]);
        assert!(!may_be_copied(&story));
        story
            .when(alice().at(7200).verify(method(KEY), assertion(11)))
            .then_events([proved(method(KEY), Strength::Strong, accepted(11))]);
    }
    for answer in [Answer::Answers, step(101), Answer::RecoveryCode(0)] {
        app_and_key()
            .when(alice().verify(method(KEY), answer))
            .then_refused(Refusal::AnswerDoesNotFit);
    }
    app_and_key()
        .when(alice().verify(method(1), assertion(11)))
        .then_refused(Refusal::AnswerDoesNotFit);
}

fn with_ssh(commands: impl IntoIterator<Item = secinfo_domain::Command>) -> Story {
    let verified = |rules: &mut secinfo_domain::policy::Rules| {
        rules.security_key.ssh = SshKeys::VerifyRequired;
        rules.security_key.synced = SyncedKeys::Allow;
    };
    given_rules(verified, commands)
}

#[test]
fn a_key_that_has_signed_in_to_sshd_proves_as_much_as_an_assertion_and_leaves_its_counter() {
    let story = with_ssh(with_key(security_key(7)))
        .when(alice().verify(method(KEY), Answer::OverSsh))
        .then_events([proved(method(KEY), Strength::Strong, Accepted::OverSsh)]);
    story
        .when(alice().verify(method(KEY), assertion(11)))
        .then_events([proved(method(KEY), Strength::Strong, accepted(11))]);
    with_ssh(with_key(synced(Backup::Eligible)))
        .when(alice().verify(method(KEY), Answer::OverSsh))
        .then_events([proved(method(KEY), Strength::Possession, Accepted::OverSsh)]);
}

#[test]
fn a_key_that_has_signed_in_to_sshd_counts_only_where_policy_says_that_it_was_verified() {
    app_and_key()
        .when(alice().verify(method(KEY), Answer::OverSsh))
        .then_refused(Refusal::AnswerDoesNotFit);
    let story = with_ssh(with_key(security_key(7)));
    story
        .when(alice().verify_for(Purpose::PasswordReset, method(KEY), Answer::OverSsh))
        .then_refused(Refusal::AnswerDoesNotFit);
    story
        .when(alice().verify(method(1), Answer::OverSsh))
        .then_refused(Refusal::AnswerDoesNotFit);
    story
        .and(administrator_for(ALICE).delete(method(KEY)))
        .when(alice().verify(method(KEY), Answer::OverSsh))
        .then_refused(Refusal::UnknownMethod);
    assert_eq!(
        SecurityKey::proved(
            match security_key(7) {
                Credential::SecurityKey(key) => key.credential,
                _ => unreachable!(),
            },
            5,
            Backup::NotEligible,
            Answer::OverSsh
        ),
        None,
        "no key is enrolled by it"
    );
}

#[test]
fn a_key_that_there_may_be_a_copy_of_does_not_count_over_ssh() {
    let story = with_ssh(with_key(security_key(7))).and(alice().verify(method(KEY), assertion(9)));
    assert!(may_be_copied(&story));
    story
        .when(alice().verify(method(KEY), Answer::OverSsh))
        .then_refused(Refusal::AnswerDoesNotFit);
}

#[test]
fn refused_assertions_neither_slow_down_nor_lock_what_can_be_guessed() {
    let story = app_and_key().and_times(40, |time| {
        alice()
            .at(time * 60)
            .verify(method(KEY), Answer::WrongAssertion)
    });
    let after = 40 * 60;
    story
        .when(alice().at(after).verify(method(1), Answer::Wrong))
        .then_events([failed(method(1), Failure::WrongCode)]);
    // Nor do they prolong what wrong codes have led to.
    let slowed = app_and_key()
        .and_times(3, |_| alice().verify(method(1), Answer::Wrong))
        .and_times(2, |_| alice().verify(method(KEY), Answer::WrongAssertion));
    let _ = slowed.and(alice().at(1).verify(method(1), step(101)));
}

#[test]
fn three_wrong_pins_in_ten_minutes_lock_the_key_for_as_long_and_nothing_else() {
    let wrong_pin = |second| alice().at(second).verify(method(KEY), Answer::WrongPin);
    let wrong = || failed(method(KEY), Failure::WrongPin);
    let until = at(500 + 600);
    let story = app_and_key().and(wrong_pin(0)).and(wrong_pin(250));
    let locked_key = story
        .when(wrong_pin(500))
        .then_events([wrong(), locked(method(KEY), until)]);
    locked_key
        .when(alice().at(1099).verify(method(KEY), assertion(11)))
        .then_refused(Refusal::MethodLocked { until });
    let _ = locked_key
        .clone()
        .and(alice().at(501).verify(method(1), step(101)));
    let _ = locked_key
        .clone()
        .and(alice().at(1100).verify(method(KEY), assertion(11)));
    let _ = locked_key
        .and(administrator_for(ALICE).at(501).unlock())
        .and(alice().at(502).verify(method(KEY), assertion(11)));
    // Those of before, and those before the right one, do not count.
    story.when(wrong_pin(600)).then_events([wrong()]);
    story
        .and(alice().at(260).verify(method(KEY), assertion(11)))
        .when(wrong_pin(500))
        .then_events([wrong()]);
}

#[test]
fn wrong_pins_spend_the_tries_of_the_key_wherever_the_user_is_asked() {
    let home = || alice().coming_from(1);
    let story = app_and_key()
        .and(home().verify(method(1), step(101)))
        .and(home().at(10).verify(method(KEY), Answer::WrongPin))
        .and(
            alice()
                .coming_from(2)
                .at(20)
                .verify(method(KEY), Answer::WrongPin),
        )
        .and(
            alice()
                .coming_from(2)
                .at(30)
                .verify(method(KEY), Answer::WrongPin),
        );
    let until = at(30 + 600);
    story
        .when(home().at(40).verify(method(KEY), assertion(11)))
        .then_refused(Refusal::MethodLocked { until });
}

#[test]
fn synchronized_keys_are_refused_unless_policy_allows_them_and_are_weaker_then() {
    for backup in [Backup::Eligible, Backup::BackedUp] {
        given([alice().enroll(method(1), app())])
            .when(alice().enroll(method(KEY), synced(backup)))
            .then_refused(Refusal::SyncedKey);
        let story = given_rules(
            |rules| rules.security_key.synced = SyncedKeys::Allow,
            with_key(synced(backup)),
        );
        let answer = Answer::Assertion {
            sign_count: 11,
            backup: Backup::BackedUp,
        };
        let accepted = Accepted::Assertion {
            sign_count: 11,
            backup: Backup::BackedUp,
            may_be_copied: false,
        };
        story
            .when(alice().verify(method(KEY), answer))
            .then_events([proved(method(KEY), Strength::Possession, accepted)]);
        story
            .when(alice().delete(method(KEY)))
            .then_events([deleted(method(KEY), DeletionReason::Requested)]);
    }
}

#[test]
fn a_synchronized_key_does_not_count_where_the_strongest_is_asked() {
    let mut policy = policy_of_service("vault", |refinement| refinement.required = Some(1));
    policy.rules.security_key.synced = SyncedKeys::Allow;
    policy.services[0].1.sign_in.strength = Some(Strength::Strong);
    let commands = with_key(synced(Backup::Eligible))
        .into_iter()
        .chain([administrator_for(ALICE).enroll(method(3), security_key(8))]);
    let story = given_policy(policy, commands);
    let story = story.and(alice().verify(method(3), assertion(11)));
    story
        .when(alice().through("vault").delete(method(3)))
        .then_refused(Refusal::LastMethod);
    let ask = alice().through("vault");
    let (user, context) = ask.parts();
    let outlook =
        |number| verification_outlook(&story.state, user, context, method(number), Purpose::SignIn);
    assert_eq!(outlook(KEY), Err(Refusal::TooWeakHere(Kind::SecurityKey)));
    assert_eq!(outlook(3), Ok(()));
}

#[test]
fn a_key_is_deleted_at_once_by_a_proof_as_strong_and_later_by_a_weaker_one() {
    app_and_key()
        .when(alice().delete(method(KEY)))
        .then_events([scheduled(method(KEY), at(86_400))]);
    app_and_key()
        .and(alice().verify(method(KEY), assertion(11)))
        .when(alice().delete(method(KEY)))
        .then_events([deleted(method(KEY), DeletionReason::Requested)]);
}

#[test]
fn the_default_falls_to_a_key_first() {
    let story = given([
        alice().enroll(method(1), app()),
        administrator_for(ALICE).enroll(method(3), time_token()),
        administrator_for(ALICE).enroll(method(KEY), security_key(7)),
    ]);
    story.when(alice().delete(method(1))).then_events([
        deleted(method(1), DeletionReason::Requested),
        default_is(method(KEY), DefaultReason::Fallback),
    ]);
}

#[test]
fn a_key_that_a_weak_proof_let_in_is_no_stronger_until_the_waiting_time_is_over() {
    let story = given([alice().enroll(method(1), text(Place::Mobile))])
        .and(alice().enroll(method(KEY), security_key(7)))
        .when(alice().verify(method(KEY), assertion(11)))
        .then_events([proved(method(KEY), Strength::Delivered, accepted(11))]);
    story
        .when(alice().at(86_400).verify(method(KEY), assertion(12)))
        .then_events([proved(method(KEY), Strength::Strong, accepted(12))]);
}

#[test]
fn a_key_is_no_gate_of_a_password_reset_which_asks_by_prompts() {
    let story = given_rules(
        |rules| {
            rules.reset.enabled = true;
            rules.reset.gates = Gates::Two;
        },
        with_key(security_key(7)),
    );
    let ask = alice();
    let (user, context) = ask.parts();
    assert_eq!(lacking_for_reset(&story.state, user, context, None), Ok(1));
}
