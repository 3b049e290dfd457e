//! What became of messages, as the log tells it.

use crate::fixture::*;
use secinfo_domain::{Place, Refusal};

/// A code is on its way to Alice's phone.
fn on_its_way() -> Story {
    given([alice().enroll(method(1), text(Place::Mobile))])
        .and(alice().code_for(method(1), message(1)))
}

#[test]
fn the_daemon_notes_that_a_message_was_delivered() {
    on_its_way()
        .when(daemon_for(ALICE).at(3).record_arrival(message(1)))
        .then_events([arrived(message(1))]);
}

#[test]
fn the_daemon_notes_that_a_message_was_not_delivered_and_which_channel_was_tried_last() {
    for tried in [Some(channel()), None] {
        on_its_way()
            .when(
                daemon_for(ALICE)
                    .at(3)
                    .record_failure(message(1), tried.clone()),
            )
            .then_events([not_delivered(message(1), tried)]);
    }
}

#[test]
fn only_the_daemon_says_what_became_of_a_message() {
    for ask in [alice(), administrator_for(ALICE), alice().with_all_rights()] {
        on_its_way()
            .when(ask.clone().record_arrival(message(1)))
            .then_refused(Refusal::AdministratorNeeded)
            .when(ask.record_failure(message(1), None))
            .then_refused(Refusal::AdministratorNeeded);
    }
}

#[test]
fn what_became_of_a_message_changes_nothing_about_its_code() {
    let before = on_its_way();
    for noted in [
        daemon_for(ALICE).at(3).record_arrival(message(1)),
        daemon_for(ALICE).at(3).record_failure(message(1), None),
    ] {
        // It may have arrived all the same.
        let after = before.clone().and(noted);
        assert_eq!(after.user(ALICE), before.user(ALICE));
        assert_eq!(after.state.codes(), before.state.codes());
        let _ = after.and(alice().at(4).type_code(method(1), message(1)));
    }
}

#[test]
fn it_is_noted_after_the_method_is_gone_too() {
    on_its_way()
        .and(alice().delete(method(1)))
        .when(daemon_for(ALICE).at(3).record_arrival(message(1)))
        .then_events([arrived(message(1))]);
}
