//! Wrong codes from sources that the user has signed in from lately and from all others count apart.

use crate::fixture::*;
use secinfo_domain::event::{Accepted, Familiarity, Who};
use secinfo_domain::{Command, Refusal, Strength, TimeStep, verification_outlook};

const HOME: u16 = 1;
const DAY: u64 = 86_400;

/// Alice, asked by a program of root's such as sshd.
fn at_sshd() -> Ask {
    alice().called_by(Who::Root)
}

/// An app, with which Alice has signed in at home.
fn signed_in_at_home() -> Story {
    given([
        alice().enroll(method(1), app()),
        at_sshd().coming_from(HOME).verify(method(1), step(101)),
    ])
}

fn signs_in_from(source: u16, seconds: u64, at_step: u64) -> Command {
    let ask = at_sshd().coming_from(source).at(seconds);
    ask.verify(method(1), step(at_step))
}

fn wrong_from(source: u16, seconds: u64) -> Command {
    let ask = at_sshd().coming_from(source).at(seconds);
    ask.verify(method(1), secinfo_domain::Answer::Wrong)
}

/// Whether a code from this source would be heard.
fn outlook(story: &Story, source: u16, seconds: u64) -> Result<(), Refusal> {
    let ask = at_sshd().coming_from(source).at(seconds);
    let (user, context) = ask.parts();
    let purpose = secinfo_domain::Purpose::SignIn;
    verification_outlook(&story.state, user, context, method(1), purpose)
}

/// The story after so many tries, one a second, each from another source beginning with this; and how many
/// of them were heard.
fn attacked(mut story: Story, first: u16, tries: u64, sources: u64) -> (Story, u64) {
    let mut heard = 0;
    for n in 0..tries {
        let source = first + u16::try_from(n % sources).unwrap();
        if outlook(&story, source, n).is_ok() {
            story = story.and(wrong_from(source, n));
            heard += 1;
        }
    }
    (story, heard)
}

#[test]
fn ten_thousand_guesses_from_afar_do_not_keep_the_user_waiting_where_they_sign_in() {
    let (story, heard) = attacked(signed_in_at_home(), 100, 10_000, 10_000);
    assert!(heard > 10, "{heard}");
    assert!(
        outlook(&story, 50_000, 10_000).is_err(),
        "locked for the stranger"
    );
    let accepted = Accepted::TimeStep(TimeStep(102));
    let expected = proved_from(HOME, method(1), Strength::Possession, accepted);
    story
        .when(signs_in_from(HOME, 10_000, 102))
        .then_events([expected]);
}

#[test]
fn wrong_codes_at_home_do_not_keep_the_user_waiting_elsewhere() {
    let (story, heard) = attacked(signed_in_at_home(), HOME, 2_000, 1);
    assert!(heard > 10, "{heard}");
    assert!(outlook(&story, HOME, 2_000).is_err());
    let _ = story.and(signs_in_from(2, 2_000, 102));
}

/// What docs/security.md says of guesses in a day.
#[test]
fn any_number_of_sources_wins_no_more_than_one_budget_more() {
    let many = attacked(signed_in_at_home(), 100, DAY, 10_000).1;
    let one = attacked(signed_in_at_home(), 100, DAY, 1).1;
    let home = attacked(signed_in_at_home(), HOME, DAY, 1).1;
    assert_eq!([many, one, home], [36; 3]);
}

#[test]
fn signing_in_at_home_gives_a_stranger_no_further_guesses() {
    let (story, _) = attacked(signed_in_at_home(), 100, 10_000, 10);
    let before = outlook(&story, 100, 10_000);
    let story = story.and(signs_in_from(HOME, 10_000, 102));
    assert!(before.is_err());
    assert_eq!(outlook(&story, 100, 10_000), before);
}

#[test]
fn a_source_is_known_by_an_accepted_code_only_and_not_for_ever() {
    let known = |story: &Story, source: u16, seconds: u64| {
        let ask = at_sshd().coming_from(source);
        let (_, context) = ask.parts();
        story.user(ALICE).familiarity(context.source, at(seconds)) == Familiarity::Known
    };
    let story = signed_in_at_home();
    assert!(known(&story, HOME, 29 * DAY));
    assert!(!known(&story, HOME, 31 * DAY));
    let story = story.and(wrong_from(2, 0));
    assert!(!known(&story, 2, 0));
    let mut story = story;
    for (n, source) in (0..).zip([2, 3, HOME, 4, 5]) {
        story = story.and(signs_in_from(source, 100 + n, 102 + n));
    }
    let sources: Vec<_> = (1..=6).map(|source| known(&story, source, 110)).collect();
    assert_eq!(sources, [true, false, true, true, true, false]);
    assert_eq!(
        story.user(ALICE).familiarity(None, at(110)),
        Familiarity::Elsewhere
    );
}

#[test]
fn the_same_wrong_code_again_is_no_further_guess_but_waits() {
    let typed = |seconds, code| at_sshd().at(seconds).guess(method(1), code);
    let once = given([alice().enroll(method(1), app()), typed(0, 1)]);
    let length = once.events.len();
    for n in 0..10_000 {
        once.when(typed(n, 1)).then_refused(Refusal::WrongAgain);
    }
    let story = once.and(typed(10_000, 2)).and(typed(10_000, 3));
    assert_eq!(story.user(ALICE).failures(Familiarity::Elsewhere), 3);
    assert_eq!(story.events.len(), length + 2);
    let wait = Refusal::TooSoon { until: at(10_001) };
    story.when(typed(10_000, 3)).then_refused(wait);
    story
        .when(typed(10_001, 3))
        .then_refused(Refusal::WrongAgain);
    // Of many codes the first are not known again.
    let story = story.and_times(4, |n| typed(11_000 + n * 60, 10 + u8::try_from(n).unwrap()));
    let story = story.and(typed(12_000, 1));
    assert_eq!(story.user(ALICE).failures(Familiarity::Elsewhere), 8);
}

#[test]
fn a_code_that_was_wrong_at_home_counts_elsewhere() {
    let typed = |source, seconds| {
        at_sshd()
            .coming_from(source)
            .at(seconds)
            .guess(method(1), 1)
    };
    let story = signed_in_at_home().and(typed(HOME, 0)).and(typed(2, 0));
    let failures = |from| story.user(ALICE).failures(from);
    assert_eq!(failures(Familiarity::Known), 1);
    assert_eq!(failures(Familiarity::Elsewhere), 1);
}

#[test]
fn an_administrator_lifts_the_locks_of_every_source() {
    let (story, _) = attacked(signed_in_at_home(), 100, 2_000, 10);
    let (story, _) = attacked(story, HOME, 2_000, 1);
    let story = story.and(administrator_for(ALICE).at(2_000).unlock());
    assert_eq!(outlook(&story, HOME, 2_000), Ok(()));
    assert_eq!(outlook(&story, 100, 2_000), Ok(()));
}
