//! Phone numbers: at most one in each place, in at most one place, for texts and calls.

use crate::fixture::*;
use secinfo_domain::event::DefaultReason;
use secinfo_domain::kind::Text;
use secinfo_domain::{Kind, Phone, Place, Refusal, Strength, enrollment_outlook};

fn mobile_for_texts() -> Story {
    given([alice().enroll(method(1), text(Place::Mobile))])
}

/// What asking for a code and what finishing the enrollment is refused for.
fn refused<const N: usize>(
    story: &Story,
    same_number: [secinfo_domain::MethodId; N],
    kind: Kind,
    place: Place,
    refusal: Refusal,
) {
    let code = alice().code_to_number_of(same_number, kind, place, message(1));
    story.when(code).then_refused(refusal.clone());
    let phone = Phone {
        place,
        same_number: same_number.into(),
    };
    let ask = alice();
    let (user, context) = ask.parts();
    assert_eq!(
        enrollment_outlook(&story.state, user, context, kind, Some(&phone)).map(|_| ()),
        Err(refusal.clone())
    );
    let credential = match kind {
        Kind::Text => text(place),
        _ => call(place),
    };
    story
        .when(alice().enroll_on_number_of(same_number, method(9), credential))
        .then_refused(refusal);
}

#[test]
fn texts_and_calls_are_two_methods_on_one_number() {
    let add = alice().enroll_on_number_of([method(1)], method(2), call(Place::Mobile));
    let story = mobile_for_texts()
        .with_code_sent(&add)
        .when(add)
        .then_events([enrolled(
            method(2),
            call(Place::Mobile),
            Strength::Delivered,
        )]);
    assert_eq!(story.default_of(ALICE), Some(method(1)));
}

#[test]
fn there_is_one_number_in_each_place() {
    let story = mobile_for_texts();
    for kind in [Kind::Text, Kind::Call] {
        refused(
            &story,
            [],
            kind,
            Place::Mobile,
            Refusal::PlaceTaken(Place::Mobile),
        );
    }
}

#[test]
fn one_number_is_added_for_texts_once() {
    refused(
        &mobile_for_texts(),
        [method(1)],
        Kind::Text,
        Place::Mobile,
        Refusal::PlaceTaken(Place::Mobile),
    );
}

#[test]
fn one_number_has_one_place() {
    let story = mobile_for_texts();
    for place in [Place::Alternate, Place::Office] {
        for kind in [Kind::Text, Kind::Call] {
            refused(
                &story,
                [method(1)],
                kind,
                place,
                Refusal::NumberKnown(Place::Mobile),
            );
        }
    }
}

#[test]
fn there_are_at_most_three_numbers_each_for_texts_and_calls() {
    let story = Place::ALL
        .into_iter()
        .zip([1, 2, 3])
        .fold(given([]), |story, (place, id)| {
            story
                .and(alice().enroll(method(id), text(place)))
                .and(alice().enroll_on_number_of([method(id)], method(10 + id), call(place)))
        });
    assert_eq!(story.methods_of(ALICE).len(), 6);
    for (kind, most) in [(Kind::Text, 3), (Kind::Call, 3)] {
        refused(
            &story,
            [],
            kind,
            Place::Office,
            Refusal::TooManyMethods { kind, most },
        );
    }
}

#[test]
fn a_place_is_free_again_when_every_method_on_its_number_is_deleted() {
    let both = mobile_for_texts()
        .and(alice().enroll_on_number_of([method(1)], method(2), call(Place::Mobile)))
        .and(alice().enroll(method(3), app()))
        .and(alice().delete(method(1)))
        .and(alice().verify(method(3), step(101)));
    refused(
        &both,
        [],
        Kind::Text,
        Place::Mobile,
        Refusal::PlaceTaken(Place::Mobile),
    );
    let code = alice().code_to_new_number(Kind::Text, Place::Mobile, message(1));
    let _ = both.and(alice().delete(method(2))).and(code);
}

#[test]
fn a_place_and_a_number_of_another_user_are_no_hindrance() {
    let add = bob().enroll_on_number_of([method(1)], method(2), call(Place::Office));
    mobile_for_texts()
        .with_code_sent(&add)
        .when(add)
        .then_events([
            enrolled_first(method(2), call(Place::Office)),
            default_is(method(2), DefaultReason::First),
        ]);
}

#[test]
fn a_place_that_was_taken_while_the_code_was_on_its_way_stays_taken() {
    mobile_for_texts()
        .and(alice().code_to_new_number(Kind::Text, Place::Office, message(1)))
        .and(alice().enroll(method(2), call(Place::Office)))
        .when(
            alice().enroll(
                method(3),
                Text {
                    place: Place::Office,
                    proved_by: message(1),
                }
                .into(),
            ),
        )
        .then_refused(Refusal::PlaceTaken(Place::Office));
}
