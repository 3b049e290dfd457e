//! What a sign-in through PAM asks, and what it leaves.

use crate::fixture::*;
use secinfo_domain::event::{BreakGlassUsed, SetUpPostponed, Who};
use secinfo_domain::policy::{
    FirstMethod, Refinement, Rules, ServiceRules, SignInRefinement, SignInRules, Verify,
};
use secinfo_domain::{
    Barred, BreakGlassId, GroupName, HostAction, Kind, NotCovered, Place, Policy, Refusal,
    ServiceName, SetUp, SignInOutlook, SignInPlace, Strength, set_up_outlook, sign_in_outlook,
};

pub(crate) fn outlook(story: &Story, ask: Ask) -> SignInOutlook {
    outlook_at(story, ask, SignInPlace::default())
}

pub(crate) fn outlook_at(story: &Story, ask: Ask, place: SignInPlace) -> SignInOutlook {
    let (user, context) = ask.parts();
    sign_in_outlook(&story.state, user, context, &place).unwrap()
}

/// Root asks for Alice, as PAM does.
pub(crate) fn at_sshd() -> Ask {
    alice().called_by(Who::Root).through("sshd")
}

pub(crate) fn at_sudo() -> Ask {
    at_sshd().through("sudo")
}

fn asking(verify: Verify) -> impl FnOnce(&mut Rules) {
    move |rules| rules.sign_in.verify = verify
}

pub(crate) fn service(name: &str, sign_in: SignInRefinement) -> Policy {
    let rules = ServiceRules {
        refinement: Refinement::default(),
        sign_in,
    };
    Policy {
        services: vec![(ServiceName::parse(name).unwrap(), rules)],
        ..Policy::default()
    }
}

fn set_up(outlook: SignInOutlook) -> SetUp {
    match outlook {
        SignInOutlook::SetUp(set_up) => set_up,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_user_with_a_method_is_asked_and_one_who_needs_none_is_not() {
    let story = given([alice().enroll(method(1), app())]);
    assert_eq!(outlook(&story, at_sshd()), SignInOutlook::Verify);
    assert_eq!(
        outlook(&given([]), at_sshd()),
        SignInOutlook::NotCovered(NotCovered::NothingEnrolled)
    );
}

#[test]
fn a_user_who_is_not_known_yet_counts_as_one_without_methods() {
    let unknown = secinfo_domain::UserId::from_bytes([9; 16]);
    let ask = at_sshd().about(unknown);
    let story = given_rules(asking(Verify::Required), []);
    let introduced = ask.clone().introducing([unknown]);
    assert!(matches!(
        outlook(&story, introduced),
        SignInOutlook::SetUp(_)
    ));
    let (user, context) = ask.parts();
    assert_eq!(
        sign_in_outlook(&story.state, user, context, &SignInPlace::default()),
        Err(Refusal::UnknownUser)
    );
}

#[test]
fn an_email_address_alone_is_no_method_to_sign_in_with() {
    let story = given([alice().enroll(method(1), email())]);
    assert_eq!(
        outlook(&story, at_sshd()),
        SignInOutlook::NotCovered(NotCovered::NothingEnrolled)
    );
}

#[test]
fn a_service_asks_less_than_another() {
    let off = SignInRefinement {
        verify: Some(Verify::Off),
        ..SignInRefinement::default()
    };
    let story = given_policy(service("sudo", off), [alice().enroll(method(1), app())]);
    assert_eq!(
        outlook(&story, at_sudo()),
        SignInOutlook::NotCovered(NotCovered::Off)
    );
    assert_eq!(outlook(&story, at_sshd()), SignInOutlook::Verify);
}

#[test]
fn members_of_an_exempt_group_and_users_from_an_exempt_network_are_not_asked() {
    let exempt = |rules: &mut Rules| {
        rules.sign_in = SignInRules {
            exempt_groups: vec![GroupName::parse("robots").unwrap()],
            exempt_networks: vec!["192.0.2.0/24".parse().unwrap()],
            ..SignInRules::default()
        };
    };
    let story = given_rules(exempt, [alice().enroll(method(1), app())]);
    assert_eq!(
        outlook(&story, at_sshd().in_group("robots")),
        SignInOutlook::NotCovered(NotCovered::ExemptGroup)
    );
    assert_eq!(
        outlook(&story, at_sshd().in_group("people")),
        SignInOutlook::Verify
    );
    let from = |address: &str| SignInPlace {
        network: Some(address.parse().unwrap()),
        terminal: None,
    };
    assert_eq!(
        outlook_at(&story, at_sshd(), from("192.0.2.77")),
        SignInOutlook::NotCovered(NotCovered::ExemptNetwork)
    );
    for elsewhere in ["198.51.100.1", "::1"] {
        let place = from(elsewhere);
        assert_eq!(outlook_at(&story, at_sshd(), place), SignInOutlook::Verify);
    }
}

#[test]
fn a_list_of_a_service_stands_in_place_of_the_one_for_all() {
    let none = SignInRefinement {
        exempt_networks: Some(Vec::new()),
        ..SignInRefinement::default()
    };
    let mut policy = service("sudo", none);
    policy.rules.sign_in.exempt_networks = vec!["0.0.0.0/0".parse().unwrap()];
    let story = given_policy(policy, [alice().enroll(method(1), app())]);
    let place = SignInPlace {
        network: Some("192.0.2.1".parse().unwrap()),
        terminal: None,
    };
    assert_eq!(outlook_at(&story, at_sudo(), place), SignInOutlook::Verify);
    assert_eq!(
        outlook_at(&story, at_sshd(), place),
        SignInOutlook::NotCovered(NotCovered::ExemptNetwork)
    );
}

#[test]
fn where_everybody_is_asked_who_has_nothing_sets_up_a_method_or_puts_it_off() {
    let story = given_rules(asking(Verify::Required), []);
    let asked = set_up(outlook(&story, at_sshd()));
    let ends = at(14 * 86_400);
    assert_eq!(
        asked,
        SetUp {
            missing: 1,
            grace_ends: ends,
            may_postpone: true,
            times_left: None,
            barred: None
        }
    );
    let story = story
        .when(at_sshd().postpone_set_up())
        .then_events([SetUpPostponed { until: ends }.into()]);
    // The days count from the first time.
    let later = at_sshd().at(14 * 86_400 - 1);
    let story = story
        .when(later.clone().postpone_set_up())
        .then_events([SetUpPostponed { until: ends }.into()]);
    assert_eq!(story.user(ALICE).sign_ins().times_postponed(), 2);
    assert_eq!(set_up(outlook(&story, later)).grace_ends, ends);
    let over = at_sshd().at(14 * 86_400);
    assert!(!set_up(outlook(&story, over.clone())).may_postpone);
    story
        .when(over.postpone_set_up())
        .then_refused(Refusal::NotToBePutOff);
}

#[test]
fn set_up_is_put_off_as_often_as_policy_says_within_the_days() {
    let twice = |rules: &mut Rules| {
        rules.required = 1;
        rules.grace_times = Some(2);
    };
    let mut story = given_rules(twice, []);
    for left in [2, 1] {
        let set_up = set_up(outlook(&story, at_sshd()));
        assert!(set_up.may_postpone);
        assert_eq!(set_up.times_left, Some(left));
        let until = set_up.grace_ends;
        story = story
            .when(at_sshd().postpone_set_up())
            .then_events([SetUpPostponed { until }.into()]);
    }
    let over = set_up(outlook(&story, at_sshd()));
    assert!(!over.may_postpone);
    assert_eq!(over.times_left, Some(0));
    story
        .when(at_sshd().postpone_set_up())
        .then_refused(Refusal::NotToBePutOff);
}

#[test]
fn without_days_of_grace_nothing_is_put_off() {
    let strict = |rules: &mut Rules| {
        rules.required = 1;
        rules.grace_days = 0;
    };
    let story = given_rules(strict, []);
    assert!(!set_up(outlook(&story, at_sshd())).may_postpone);
    story
        .when(at_sshd().postpone_set_up())
        .then_refused(Refusal::NotToBePutOff);
}

#[test]
fn a_clock_that_is_set_back_makes_the_days_of_grace_no_longer() {
    let story = given_rules(asking(Verify::Required), []).and(at_sshd().at(1000).postpone_set_up());
    story
        .when(at_sshd().at(999).postpone_set_up())
        .then_refused(Refusal::NotToBePutOff);
}

#[test]
fn who_has_what_is_required_puts_nothing_off() {
    given([alice().enroll(method(1), app())])
        .when(at_sshd().postpone_set_up())
        .then_refused(Refusal::NotToBePutOff);
}

#[test]
fn who_still_lacks_a_method_is_asked_for_a_proof_first_and_to_set_up_after_it() {
    let two = |rules: &mut Rules| rules.required = 2;
    let story = given_rules(two, [alice().enroll(method(1), app())]);
    assert_eq!(
        outlook(&story, at_sshd().from(ELSEWHERE)),
        SignInOutlook::Verify
    );
    let story = story.and(at_sshd().from(ELSEWHERE).verify(method(1), step(101)));
    let ask = at_sshd().from(ELSEWHERE);
    let (user, context) = ask.parts();
    let missing = set_up_outlook(&story.state, user, context)
        .unwrap()
        .unwrap();
    assert_eq!((missing.missing, missing.barred), (1, None));
}

#[test]
fn the_first_method_takes_an_access_pass_where_policy_says_so() {
    let passes = |rules: &mut Rules| {
        rules.required = 1;
        rules.first_method = FirstMethod::AccessPass;
    };
    let story = given_rules(passes, []);
    assert_eq!(
        set_up(outlook(&story, at_sshd())).barred,
        Some(Barred::AccessPassNeeded)
    );
    let story = story.and(administrator_for(ALICE).issue_once_pass(method(1)));
    assert_eq!(outlook(&story, at_sshd()), SignInOutlook::Verify);
    let story = story.and(at_sshd().verify(method(1), secinfo_domain::Answer::AccessPass));
    let ask = at_sshd();
    let (user, context) = ask.parts();
    let missing = set_up_outlook(&story.state, user, context)
        .unwrap()
        .unwrap();
    assert_eq!(missing.barred, None, "the pass was proved in this session");
}

#[test]
fn a_method_that_is_too_weak_for_a_service_is_neither_a_way_in_nor_reason_to_ask_nothing() {
    let strong = SignInRefinement {
        strength: Some(Strength::Possession),
        ..SignInRefinement::default()
    };
    let story = given_policy(
        service("sshd", strong),
        [alice().enroll(method(1), text(Place::Mobile))],
    );
    assert_eq!(outlook(&story, at_sudo()), SignInOutlook::Verify);
    let asked = set_up(outlook(&story, at_sshd().from(ELSEWHERE)));
    assert_eq!(asked.barred, Some(Barred::ProofNeeded));
    assert!(!asked.may_postpone);
    story
        .when(at_sshd().verify(method(1), secinfo_domain::Answer::Wrong))
        .then_refused(Refusal::TooWeakHere(Kind::Text));
}

#[test]
fn what_a_weak_proof_let_in_is_too_weak_for_a_service_until_the_waiting_time_is_over() {
    let strong = SignInRefinement {
        strength: Some(Strength::Possession),
        ..SignInRefinement::default()
    };
    let story = given_policy(
        service("sshd", strong),
        [
            alice().enroll(method(1), text(Place::Mobile)),
            alice().enroll(method(2), app()),
        ],
    );
    story
        .when(at_sshd().at(86_399).verify(method(2), step(101)))
        .then_refused(Refusal::TooWeakHere(Kind::AuthenticatorApp));
    assert_eq!(outlook(&story, at_sshd().at(86_400)), SignInOutlook::Verify);
}

#[test]
fn a_break_glass_code_is_recorded_once_and_by_the_daemon_alone() {
    let code = BreakGlassId::from_bytes([3; 16]);
    let story = given([])
        .when(daemon_for(ALICE).at(60).record_break_glass(code, at(10)))
        .then_events([BreakGlassUsed { code, used: at(10) }.into()]);
    story
        .when(daemon_for(ALICE).at(61).record_break_glass(code, at(10)))
        .then_nothing();
    for ask in [alice(), administrator_for(ALICE)] {
        given([])
            .when(ask.record_break_glass(code, at(10)))
            .then_refused(Refusal::AdministratorNeeded);
    }
}

#[test]
fn setting_up_a_method_and_deleting_it_makes_the_days_of_grace_no_longer() {
    let two = |rules: &mut Rules| rules.required = 2;
    let story = given_rules(two, [])
        .and(at_sshd().postpone_set_up())
        .and(alice().at(86_400).enroll(method(1), app()))
        .and(administrator_for(ALICE).at(86_401).delete(method(1)));
    let asked = set_up(outlook(&story, at_sshd().at(86_402)));
    assert_eq!(asked.grace_ends, at(14 * 86_400));
}

#[test]
fn a_new_policy_begins_the_days_of_grace_anew() {
    let mut policy = Policy::default();
    policy.rules.required = 1;
    policy.rules.recovery_codes.count = 8;
    let changed = host_at(40 * 86_400, HostAction::SetPolicy(Box::new(policy)));
    let story = given_rules(asking(Verify::Required), [])
        .and(at_sshd().postpone_set_up())
        .and(changed);
    let later = at_sshd().at(41 * 86_400);
    assert!(set_up(outlook(&story, later.clone())).may_postpone);
    let story = story.and(later.postpone_set_up());
    assert_eq!(story.user(ALICE).sign_ins().times_postponed(), 1);
    let ends = set_up(outlook(&story, at_sshd().at(42 * 86_400))).grace_ends;
    assert_eq!(ends, at(55 * 86_400));
}

#[test]
fn a_user_who_could_give_a_proof_puts_nothing_off_before_they_have() {
    let two = |rules: &mut Rules| rules.required = 2;
    let story = given_rules(two, [alice().enroll(method(1), app())]);
    let ask = at_sshd().from(ELSEWHERE);
    story
        .when(ask.clone().postpone_set_up())
        .then_refused(Refusal::NotToBePutOff);
    let proved = story.and(ask.clone().verify(method(1), step(101)));
    let until = at(14 * 86_400);
    proved
        .when(ask.postpone_set_up())
        .then_events([SetUpPostponed { until }.into()]);
}

#[test]
fn another_user_does_not_begin_the_days_of_grace_of_a_user() {
    let story = given_rules(asking(Verify::Required), []);
    for ask in [
        alice().called_by(Who::User(BOB)),
        alice().called_by(Who::User(BOB)).with_all_rights(),
    ] {
        story
            .when(ask.postpone_set_up())
            .then_refused(Refusal::NotToBePutOff);
    }
}

#[test]
fn the_last_method_with_which_a_service_lets_in_is_not_deleted() {
    let enrolled = || [alice().enroll(method(1), app())];
    let story = given_rules(asking(Verify::Required), enrolled());
    story
        .when(alice().delete(method(1)))
        .then_refused(Refusal::LastMethod);
    let required = |exempt: &str| SignInRefinement {
        verify: Some(Verify::Required),
        exempt_groups: Some(vec![GroupName::parse(exempt).unwrap()]),
        ..SignInRefinement::default()
    };
    let story = given_policy(service("sshd", required("robots")), enrolled());
    story
        .when(alice().delete(method(1)))
        .then_refused(Refusal::LastMethod);
    assert_eq!(
        story
            .when(alice().in_group("robots").delete(method(1)))
            .refusal(),
        None,
        "the service does not ask them"
    );
    let another = story.and(alice().enroll(method(2), app()));
    assert_eq!(another.when(alice().delete(method(1))).refusal(), None);
}

#[test]
fn what_holds_for_sudo_and_su_holds_for_their_login_shells_unless_they_have_rules_of_their_own() {
    let off = SignInRefinement {
        verify: Some(Verify::Off),
        ..SignInRefinement::default()
    };
    for (base, shell) in [("sudo", "sudo-i"), ("su", "su-l"), ("runuser", "runuser-l")] {
        let mut policy = service(base, off.clone());
        let name = ServiceName::parse(shell).unwrap();
        assert_eq!(policy.sign_in(Some(&name)).verify, Verify::Off, "{shell}");
        policy
            .services
            .push((name.clone(), ServiceRules::default()));
        let own = policy.sign_in(Some(&name)).verify;
        assert_eq!(own, Verify::WhenEnrolled, "{shell}");
    }
    let policy = service("sshd", off);
    let name = ServiceName::parse("sshd-i").unwrap();
    assert_eq!(policy.sign_in(Some(&name)).verify, Verify::WhenEnrolled);
}
