//! What holds after any sequence of commands, the clock set back among them.

mod approvals;
mod invariants;
mod moves;
mod numbered;
mod resets;
mod sending;
mod sent_codes;
mod world;

use moves::moves;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use secinfo_domain::event::Fact;
use std::cell::RefCell;
use std::collections::BTreeSet;
use world::World;

/// The same cases in every run; `PROPTEST_CASES` asks for more of them.
fn config() -> Config {
    Config {
        rng_seed: RngSeed::Fixed(0x5ec1_4f0d),
        failure_persistence: None,
        ..Config::default()
    }
}

#[test]
fn after_any_commands_the_invariants_hold_and_every_type_of_event_came_up() {
    let seen = RefCell::new(BTreeSet::new());
    let came_up = RefCell::new(BTreeSet::new());
    TestRunner::new(config())
        .run(&moves(), |moves| {
            let mut world = World::new();
            for step in &moves {
                world.play(step)?;
            }
            world.survives_a_snapshot()?;
            seen.borrow_mut().extend(world.types_seen());
            came_up.borrow_mut().extend(world.came_up);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
    let all: BTreeSet<_> = Fact::TYPES.iter().map(|(name, _)| *name).collect();
    assert_eq!(seen.into_inner(), all);
    let came_up = came_up.into_inner();
    for wanted in [
        "a text that enrolls",
        "a call that enrolls",
        "an email that enrolls",
        "a code of a method",
        "CodeJustSent",
        "TooManyCodes",
        "CodeGone",
        "CountryNotAllowed",
        "NumberKnown",
        "PlaceTaken",
        "a phone that enrolls",
        "a phone that signs in",
        "a phone that opens a gate",
        "a wrong number",
        "a request that is cancelled",
        "not me",
        "ApprovalOpen",
        "ApprovalGone",
        "PushPaused",
        "PushUnanswered",
    ] {
        assert!(came_up.contains(wanted), "{wanted} never came up");
    }
}
