//! No text brings it down.

use super::super::ConfigError;
use super::{SHIPPED, parse, turned_on};
use proptest::prelude::*;

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        shows_its_mistakes(&text);
    }

    #[test]
    fn no_change_of_the_shipped_file_makes_it_panic(
        changes in prop::collection::vec(
            (any::<prop::sample::Index>(), 0_usize..20, prop_oneof![
                "[\\[\\]{}=\"'#.,\\n\\t\\\\]{0,4}",
                "[0-9a-z_-]{0,6}",
                "\\PC{0,3}",
            ]),
            1..6,
        )
    ) {
        let mut text = turned_on(SHIPPED);
        for (at, cut, put) in changes {
            let from = text.floor_char_boundary(at.index(text.len() + 1));
            let to = text.floor_char_boundary(from + cut);
            text.replace_range(from..to, &put);
        }
        shows_its_mistakes(&text);
    }
}

/// Any text is taken, or refused at places that are in it.
fn shows_its_mistakes(text: &str) {
    match parse(text) {
        Ok(_) => {}
        Err(ConfigError::Mistakes(mistakes)) => {
            assert!(!mistakes.problems().is_empty());
            assert!(mistakes.to_string().contains('^'));
            for problem in mistakes.problems() {
                let line = text.split('\n').nth(problem.line - 1).expect("the line");
                assert!(problem.column <= line.chars().count() + 1);
                assert!(!problem.remedy.is_empty());
            }
        }
        Err(other) => panic!("{other}"),
    }
}
