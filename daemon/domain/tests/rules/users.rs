//! Users: seen for the first time, and erased.

use crate::fixture::*;
use secinfo_domain::event::{UserAdded, UserErased};
use secinfo_domain::{HostAction, KeyId, Refusal, UserId, decide, destroyed_keys};

const NEW: UserId = UserId::from_bytes([0x11; 16]);

#[test]
fn a_user_who_was_never_introduced_is_unknown() {
    given([])
        .when(alice().about(NEW).enroll(method(1), app()))
        .then_refused(Refusal::UnknownUser);
}

#[test]
fn a_new_user_is_added_with_what_they_do_first_and_once() {
    let story = given([]);
    let command = alice()
        .about(NEW)
        .introducing([NEW, NEW, ALICE])
        .enroll(method(1), app());
    let events = decide(&story.state, &command).unwrap();
    let facts: Vec<_> = events.iter().map(|event| event.fact.clone()).collect();
    let added = UserAdded {
        sealed: sealed("uid and name"),
    };
    assert_eq!(facts[0], added.into());
    assert_eq!(facts[1], enrolled_first(method(1), app()));
    assert_eq!(facts.len(), 3, "{facts:?}");
    let _ = story.and(command).and(
        alice()
            .about(NEW)
            .introducing([NEW])
            .enroll(method(2), app()),
    );
}

#[test]
fn no_user_is_added_by_a_refused_command_or_one_that_changes_nothing() {
    let story = given([]);
    story
        .when(alice().about(NEW).introducing([NEW]).delete(method(1)))
        .then_refused(Refusal::UnknownMethod);
    story
        .when(alice().about(NEW).introducing([NEW]).carry_out_due())
        .then_nothing();
}

#[test]
fn erasing_a_user_forgets_them_and_destroys_all_their_keys() {
    let story = given([
        alice().enroll(method(1), app()),
        alice().issue_recovery_codes(method(2)),
        administrator_for(ALICE).issue_access_pass(method(3)),
        alice().verify(method(1), secinfo_domain::Answer::Wrong),
    ]);
    let erase = administrator_for(ALICE).erase();
    let events = decide(&story.state, &erase).unwrap();
    let destroyed = destroyed_keys(&story.state, &events[0]);
    let keys = [1, 2, 3].map(|id| KeyId::from(method(id)));
    assert_eq!(destroyed, [&keys[..], &[KeyId::from(ALICE)]].concat());
    let story = story.when(erase).then_events([UserErased {}.into()]);
    assert_eq!(story.state.user(ALICE), None);
    assert_eq!(story.state.caller_failures(ALICE), None);
    assert_eq!(story.state.next_due(), None);
    story
        .when(alice().verify(method(1), step(101)))
        .then_refused(Refusal::UnknownUser);
}

#[test]
fn only_an_administrator_erases() {
    given([])
        .when(alice().erase())
        .then_refused(Refusal::AdministratorNeeded);
}

#[test]
fn a_log_is_begun_once() {
    let origin = "another.example/secinfo/ff".to_owned();
    given([])
        .when(host(HostAction::CreateLog { origin }))
        .then_refused(Refusal::LogExists);
}
