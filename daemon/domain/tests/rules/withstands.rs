//! What security info must withstand, as far as the domain decides it.

use crate::fixture::*;
use secinfo_domain::event::{Credential, Fact, Who};
use secinfo_domain::kind::Call;
use secinfo_domain::{
    Action, Answer, Authority, Command, Kind, Place, Refusal, SessionTag, Strength, UserCommand,
};

const DAY: u64 = 86_400;

fn successes(story: &Story) -> usize {
    let facts = story.events.iter().map(|event| &event.fact);
    facts
        .filter(|fact| matches!(fact, Fact::VerificationSucceeded(_)))
        .count()
}

/// Decides commands that arrive at once one after another, each in the state that those before led
/// to. One that is refused changes nothing.
fn all_at_once(story: Story, commands: impl IntoIterator<Item = Command>) -> Story {
    commands.into_iter().fold(story, |story, command| {
        match secinfo_domain::decide(&story.state, &command) {
            Ok(_) => story.and(command),
            Err(_) => story,
        }
    })
}

#[test]
fn one_code_presented_many_times_at_once_is_accepted_once() {
    for (credential, answer) in [
        (app(), step(101)),
        (time_token(), step(101)),
        (counter_token(), counter(11)),
    ] {
        let story = given([alice().enroll(method(1), credential)]);
        let burst = (0..100_u8).map(|n| {
            let session = SessionTag::from_bytes([n; 16]);
            let service = ["sshd", "sudo", "login"][usize::from(n) % 3];
            let ask = alice().from(session).through(service);
            ask.called_by(Who::Root).verify(method(1), answer)
        });
        assert_eq!(successes(&all_at_once(story, burst)), 1);
    }
}

#[test]
fn one_code_that_was_sent_presented_many_times_at_once_is_accepted_once() {
    let story = given([
        alice().enroll(method(1), text(Place::Mobile)),
        alice().code_for(method(1), message(1)).into(),
        alice()
            .code_to_new_number(Kind::Call, Place::Office, message(2))
            .to(2)
            .into(),
    ]);
    let typed = (0..100_u8).map(|n| {
        let ask = alice().from(SessionTag::from_bytes([n; 16]));
        ask.called_by(Who::Root).type_code(method(1), message(1))
    });
    let story = all_at_once(story, typed);
    assert_eq!(successes(&story), 1);
    let office: Credential = Call {
        place: Place::Office,
        proved_by: message(2),
    }
    .into();
    // Compared with each other as well, so that only the code is in their way.
    let compared: Vec<_> = (1..20).map(method).collect();
    let enrolled = (10..20).map(|id| {
        let mut command = alice().enroll(method(id), office.clone());
        if let Command::User(UserCommand {
            action: Action::Enroll { compared: with, .. },
            ..
        }) = &mut command
        {
            with.clone_from(&compared);
        }
        command
    });
    assert_eq!(all_at_once(story, enrolled).methods_of(ALICE).len(), 2);
}

#[test]
fn one_recovery_code_and_one_pass_presented_many_times_at_once_are_accepted_once() {
    let story = given([
        alice().enroll(method(1), app()),
        alice().issue_recovery_codes(method(2)),
        administrator_for(ALICE).issue_once_pass(method(3)),
    ]);
    let code = (0..50).map(|_| alice().verify(method(2), Answer::RecoveryCode(7)));
    let pass = (0..50).map(|_| alice().verify(method(3), Answer::AccessPass));
    assert_eq!(successes(&all_at_once(story, code.chain(pass))), 2);
}

#[test]
fn one_code_presented_again_after_a_restart_is_not_accepted() {
    let story = given([
        alice().enroll(method(1), app()),
        alice().verify(method(1), step(101)),
    ]);
    let restarted = Story {
        state: story.replayed(),
        events: story.events,
    };
    restarted
        .when(alice().verify(method(1), step(101)))
        .then_events([used(method(1))]);
}

#[test]
fn a_method_of_another_user_is_out_of_reach() {
    let story = given([
        alice().enroll(method(1), app()),
        bob().enroll(method(2), app()),
    ]);
    for command in [
        bob().delete(method(1)),
        bob().rename(method(1), "mine"),
        bob().set_default(method(1)),
        bob().cancel_deletion(method(1)),
        bob().verify(method(1), step(101)),
        bob().resynchronize(method(1), None),
    ] {
        story.when(command).then_refused(Refusal::UnknownMethod);
    }
}

#[test]
fn a_user_with_only_their_own_rights_administers_no_one_else() {
    let story = given([
        alice().enroll(method(1), app()),
        administrator_for(ALICE).issue_access_pass(method(2)),
    ]);
    for command in [
        alice().unlock(),
        alice().erase(),
        alice().revoke_access_pass(),
        alice()
            .called_by(Who::User(BOB))
            .issue_access_pass(method(3)),
    ] {
        story
            .when(command)
            .then_refused(Refusal::AdministratorNeeded);
    }
}

#[test]
fn a_guessed_session_changes_nothing() {
    let story = given([alice().enroll(method(1), app())]);
    for guess in 0..=255_u8 {
        let session = SessionTag::from_bytes([guess; 16]);
        if session != HERE {
            story
                .when(alice().from(session).delete(method(1)))
                .then_refused(Refusal::FreshProofNeeded);
        }
    }
}

#[test]
fn a_weaker_proof_deletes_a_stronger_method_only_after_the_waiting_time() {
    let kinds: [(Credential, Strength); 2] = [
        (app(), Strength::Possession),
        (time_token(), Strength::Possession),
    ];
    for (credential, strength) in kinds {
        assert!(strength > Strength::Delivered);
        given([
            alice().enroll(method(1), text(Place::Mobile)),
            administrator_for(ALICE).enroll(method(2), credential),
        ])
        .when(alice().delete(method(2)))
        .then_events([scheduled(method(2), at(DAY))]);
    }
}

#[test]
fn an_older_proof_or_that_of_another_session_deletes_nothing() {
    let story = given([
        alice().enroll(method(1), app()),
        alice().at(1000).verify(method(1), step(101)),
    ]);
    for ask in [
        alice().at(1600),
        alice().at(1001).from(ELSEWHERE),
        alice().at(999),
    ] {
        story
            .when(ask.delete(method(1)))
            .then_refused(Refusal::FreshProofNeeded);
    }
}

/// Alice has a hardware token and an app; an attacker reads her text messages, and so has a fresh
/// proof by text.
fn proof_by_text() -> Story {
    given([
        alice().enroll(method(1), text(Place::Mobile)),
        administrator_for(ALICE).enroll(method(2), app()),
        administrator_for(ALICE).enroll(method(3), time_token()),
    ])
}

#[test]
fn a_weak_proof_is_not_made_strong_by_issuing_recovery_codes_on_it() {
    proof_by_text()
        .and(alice().at(60).issue_recovery_codes(method(4)))
        .and(alice().at(61).verify(method(4), Answer::RecoveryCode(0)))
        .when(alice().at(62).delete(method(3)))
        .then_events([scheduled(method(3), at(62 + DAY))]);
}

#[test]
fn a_weak_proof_is_not_made_stronger_by_adding_a_method_on_it() {
    let story = proof_by_text()
        .and(alice().at(60).enroll(method(4), app()))
        .and(alice().at(61).verify(method(4), step(101)))
        // And once more, from the method that was just added.
        .and(alice().at(62).enroll(method(5), time_token()))
        .and(alice().at(63).verify(method(5), step(101)));
    for stronger in [2, 3] {
        story
            .when(alice().at(64).delete(method(stronger)))
            .then_events([scheduled(method(stronger), at(64 + DAY))]);
    }
}

#[test]
fn what_a_weak_proof_let_in_is_as_strong_as_its_kind_after_the_waiting_time() {
    proof_by_text()
        .and(alice().at(60).enroll(method(4), app()))
        .and(alice().at(60 + DAY).verify(method(4), step(101)))
        .and(alice().at(61 + DAY).delete(method(2)))
        .when(alice().at(62 + DAY).verify(method(2), step(101)))
        .then_refused(Refusal::UnknownMethod);
}

#[test]
fn unlimited_guesses_through_many_services_methods_and_sessions_come_to_a_few_a_day() {
    let mut story = given([
        alice().enroll(method(1), app()),
        alice().enroll(method(2), time_token()),
        alice().enroll(method(3), counter_token()),
    ]);
    let mut heard = 0;
    for second in 0..DAY {
        let session = SessionTag::from_bytes([u8::try_from(second % 256).unwrap(); 16]);
        let service = ["sshd", "sudo", "login", "su"][usize::try_from(second % 4).unwrap()];
        let id = u8::try_from(second % 3).unwrap() + 1;
        let guess = alice()
            .at(1000 + second)
            .from(session)
            .through(service)
            .called_by(Who::Root)
            .verify(method(id), Answer::Wrong);
        if secinfo_domain::decide(&story.state, &guess).is_ok() {
            heard += 1;
            story = story.and(guess);
        }
    }
    // Three methods, each locked for an hour at a time once the locks have grown.
    assert!((60..120).contains(&heard), "{heard} guesses were heard");
}

#[test]
fn the_daemon_itself_is_not_bound_by_what_binds_the_user() {
    let story = given([alice().enroll(method(1), app())]);
    let command = alice()
        .at(DAY)
        .command(Action::Delete { method: method(1) });
    let with = |authority| -> Command {
        let mut command: UserCommand = command.clone();
        command.context.authority = authority;
        command.into()
    };
    story
        .when(with(Authority::Own))
        .then_refused(Refusal::FreshProofNeeded);
    for authority in [Authority::Administrator, Authority::System] {
        assert_eq!(story.clone().and(with(authority)).methods_of(ALICE), []);
    }
}
