//! Policy, refined by group and by service: the strictest of each setting counts.

use crate::fixture::*;
use secinfo_domain::event::PolicyChanged;
use secinfo_domain::policy::{FirstMethod, Gates, Refinement, ServiceRules};
use secinfo_domain::{GroupName, HostAction, Kind, KindSet, Place, Policy, Refusal, ServiceName};

fn group(name: &str) -> GroupName {
    GroupName::parse(name).unwrap()
}

fn service(name: &str) -> ServiceName {
    ServiceName::parse(name).unwrap()
}

fn refined() -> Policy {
    let staff = Refinement {
        allowed: Some(KindSet::from_iter([
            Kind::AuthenticatorApp,
            Kind::HardwareToken,
            Kind::Text,
        ])),
        required: Some(2),
        grace_days: Some(20),
        first_method: None,
        reset_gates: Some(Gates::Two),
        end_sessions_on_lock: Some(true),
    };
    let operators = Refinement {
        allowed: Some(KindSet::from_iter([
            Kind::HardwareToken,
            Kind::Text,
            Kind::Call,
        ])),
        required: Some(1),
        grace_days: Some(3),
        first_method: Some(FirstMethod::AccessPass),
        reset_gates: Some(Gates::One),
        end_sessions_on_lock: Some(false),
    };
    let sshd = Refinement {
        allowed: Some(KindSet::from_iter([Kind::HardwareToken])),
        ..Refinement::default()
    };
    Policy {
        groups: vec![(group("staff"), staff), (group("operators"), operators)],
        services: vec![(
            service("sshd"),
            ServiceRules {
                refinement: sshd,
                ..ServiceRules::default()
            },
        )],
        ..Policy::default()
    }
}

#[test]
fn without_a_refinement_the_rules_for_everybody_hold() {
    let effective = refined().effective(&[group("others")], Some(&service("sudo")));
    assert_eq!(effective.allowed, KindSet::EVERY);
    assert_eq!((effective.required, effective.grace_days), (0, 14));
    assert_eq!(effective.first_method, FirstMethod::Session);
    assert_eq!(effective.reset_gates, Gates::One);
    assert!(!effective.end_sessions_on_lock);
}

#[test]
fn of_several_refinements_the_strictest_of_each_setting_counts_in_any_order() {
    let both = [group("staff"), group("operators")];
    let turned = [group("operators"), group("staff")];
    let effective = refined().effective(&both, None);
    assert_eq!(effective, refined().effective(&turned, None));
    let common = KindSet::from_iter([Kind::HardwareToken, Kind::Text]);
    assert_eq!(effective.allowed, common);
    assert_eq!((effective.required, effective.grace_days), (2, 3));
    assert_eq!(effective.first_method, FirstMethod::AccessPass);
    assert_eq!(effective.reset_gates, Gates::Two);
    assert!(effective.end_sessions_on_lock);
}

#[test]
fn who_is_in_unknown_groups_is_taken_for_a_member_of_each_when_a_lock_ends_sessions() {
    let policy = refined();
    assert!(policy.ends_sessions_on_lock(Some(&[group("staff")])));
    assert!(!policy.ends_sessions_on_lock(Some(&[group("operators")])));
    assert!(!policy.ends_sessions_on_lock(Some(&[])));
    assert!(policy.ends_sessions_on_lock(None));
    assert!(!Policy::default().ends_sessions_on_lock(None));
}

#[test]
fn a_refinement_never_loosens_the_rules_for_everybody() {
    let mut policy = refined();
    policy.rules.required = 3;
    policy.rules.grace_days = 1;
    policy.rules.allowed = KindSet::from_iter([Kind::Text]);
    let effective = policy.effective(&[group("staff")], None);
    assert_eq!((effective.required, effective.grace_days), (3, 1));
    assert_eq!(effective.allowed, KindSet::from_iter([Kind::Text]));
}

#[test]
fn a_service_allows_fewer_kinds_to_users_who_come_through_it() {
    let story = given_policy(
        refined(),
        [
            alice().enroll(method(1), app()),
            alice().enroll(method(2), time_token()),
        ],
    );
    story
        .when(alice().through("sshd").verify(method(1), step(101)))
        .then_refused(Refusal::KindNotAllowed(Kind::AuthenticatorApp));
    let _ = story.and(alice().through("sudo").verify(method(1), step(101)));
}

#[test]
fn a_group_decides_what_its_members_may_enrol() {
    given_policy(refined(), [])
        .when(
            alice()
                .in_group("staff")
                .enroll(method(1), call(Place::Mobile)),
        )
        .then_refused(Refusal::KindNotAllowed(Kind::Call))
        .and(alice().enroll(method(1), call(Place::Mobile)));
}

#[test]
fn a_group_decides_whether_the_first_method_needs_a_pass() {
    let policy = policy_of_group("staff", |refined| {
        refined.first_method = Some(FirstMethod::AccessPass);
    });
    given_policy(policy, [])
        .when(alice().in_group("staff").enroll(method(1), app()))
        .then_refused(Refusal::AccessPassNeeded)
        .and(alice().enroll(method(1), app()));
}

#[test]
fn a_group_requires_methods_of_its_members_only() {
    let policy = policy_of_group("staff", |refined| refined.required = Some(1));
    given_policy(policy, [alice().enroll(method(1), app())])
        .when(alice().in_group("staff").delete(method(1)))
        .then_refused(Refusal::LastMethod)
        .and(alice().delete(method(1)));
}

#[test]
fn what_policy_still_requires_is_told() {
    let story = given([
        alice().enroll(method(1), app()),
        alice().enroll(method(2), email()),
    ]);
    let mut policy = Policy::default();
    for (required, still) in [(0, 0), (1, 0), (2, 1), (5, 4)] {
        policy.rules.required = required;
        let effective = policy.effective(&[], None);
        assert_eq!(story.user(ALICE).still_required(&effective), still);
    }
}

#[test]
fn a_method_that_policy_no_longer_allows_neither_verifies_nor_becomes_the_default() {
    let mut policy = Policy::default();
    policy.rules.allowed = KindSet::from_iter([Kind::AuthenticatorApp]);
    let story = given([
        alice().enroll(method(1), app()),
        alice().enroll(method(2), time_token()),
        host(HostAction::SetPolicy(Box::new(policy))),
    ]);
    let refusal = || Refusal::KindNotAllowed(Kind::HardwareToken);
    story
        .when(alice().verify(method(2), step(101)))
        .then_refused(refusal());
    story
        .when(alice().set_default(method(2)))
        .then_refused(refusal());
}

#[test]
fn a_change_of_policy_is_an_event_and_the_same_policy_again_is_none() {
    let mut policy = Policy::default();
    policy.rules.required = 2;
    let set = || host(HostAction::SetPolicy(Box::new(policy.clone())));
    let fact = PolicyChanged {
        policy: Box::new(policy.clone()),
    };
    let story = given([])
        .when(set())
        .then_events([fact.into()])
        .when(set())
        .then_nothing();
    assert_eq!(story.state.policy(), &policy);
}

#[test]
fn the_shipped_policy_is_put_into_the_log_at_first() {
    let set = host(HostAction::SetPolicy(Box::default()));
    let events = secinfo_domain::decide(&secinfo_domain::State::default(), &set).unwrap();
    assert_eq!(events.len(), 1);
}

#[test]
fn a_replay_decides_as_it_was_decided_then() {
    let mut stricter = Policy::default();
    stricter.rules.throttle.lock_after = 3;
    let guess = |n| {
        alice()
            .at(1000 + n * 60)
            .verify(method(1), secinfo_domain::Answer::Wrong)
    };
    let story = given([alice().enroll(method(1), app())])
        .and_times(5, guess)
        .and(host(HostAction::SetPolicy(Box::new(stricter))))
        .and(guess(5));
    let locks = |story: &Story| {
        let facts = story.events.iter().map(|event| &event.fact);
        facts.filter(|fact| fact.type_name() == "locked").count()
    };
    assert_eq!(locks(&story), 1);
    assert_eq!(story.replayed(), story.state);
}

#[test]
fn policy_says_which_groups_and_which_service_refine_it() {
    let policy = refined();
    let staff = [group("staff"), group("others")];
    let (groups, at) = policy.refined_by(&staff, Some(&service("sshd")));
    assert_eq!(groups, [&group("staff")]);
    assert_eq!(at, Some(&service("sshd")));
    let others = [group("others")];
    assert_eq!(
        policy.refined_by(&others, Some(&service("sudo"))),
        (vec![], None)
    );
}
