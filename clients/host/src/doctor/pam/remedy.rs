//! Where in a file the words of a change stand.

use super::mend::Edit;
use crate::doctor::finding::{Change, What};
use secinfo_pam_stack::root::Root;
use secinfo_pam_stack::stack::Location;

/// Changes to stacks as changes to the files that they were read from.
pub(super) fn changes(root: &Root, edits: &[Edit]) -> Vec<Change> {
    edits
        .iter()
        .map(|edit| {
            let Location { file, line } = edit.location();
            let text = root.text(file).unwrap_or_default();
            let (line, what) = match edit.words() {
                Some((replace, with)) => (
                    line_with(&text, *line, &replace),
                    What::Words { replace, with },
                ),
                None => (
                    last_line_of(&text, *line),
                    What::Behind {
                        behind: Edit::added().to_owned(),
                    },
                ),
            };
            Change {
                file: file.clone(),
                line,
                what,
            }
        })
        .collect()
}

/// A line may be continued; the words stand in one of its parts.
fn line_with(text: &str, first: usize, words: &str) -> usize {
    let parts = first..=last_line_of(text, first);
    let mut lines = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line));
    lines
        .find(|(number, line)| parts.contains(number) && line.contains(words))
        .map_or(first, |(number, _)| number)
}

/// The last part of a line that is continued.
fn last_line_of(text: &str, first: usize) -> usize {
    let lines = text.lines().skip(first.saturating_sub(1));
    let continued = |line: &&str| {
        line.split('#')
            .next()
            .is_some_and(|line| line.trim_end().ends_with('\\'))
    };
    first + lines.take_while(continued).count()
}
