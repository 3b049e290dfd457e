//! Lines that a terminal shows whole.

/// The columns of a terminal, which is not known, less the one of the cursor.
const COLUMNS: usize = 79;

/// Adds a prompt, after what there is to note: on a line of its own where both do not fit on one.
pub(super) fn push(text: &mut String, note: Option<&str>, prompt: &str) {
    if let Some(note) = note {
        let first = prompt.lines().next().unwrap_or_default();
        let fits = columns(note) + 1 + columns(first.trim_end()) <= COLUMNS;
        push_broken(text, note);
        text.push(if fits { ' ' } else { '\n' });
    }
    push_broken(text, prompt);
}

/// Adds text, broken between words where it is too long for a line. What has lines already keeps them.
fn push_broken(text: &mut String, words: &str) {
    if words.contains('\n') {
        text.push_str(words);
        return;
    }
    let mut column = 0;
    for word in pieces(words) {
        if column > 0 && column + columns(word.trim_end()) > COLUMNS {
            text.truncate(text.trim_end().len());
            text.push('\n');
            column = 0;
        }
        text.push_str(word);
        column += columns(word);
    }
}

/// The words with the blank behind each. A sign that has a blank before it, as in French, stays with the word,
/// and the key ? with what it is for.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut ends = rest.match_indices(' ').map(|(index, _)| index + 1);
        let is_end = |end: &usize| {
            let is_key = rest[..*end].trim_end() == "?";
            !is_key && !rest[*end..].starts_with([':', ';', '!', '»'])
        };
        let end = ends.find(is_end).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

fn columns(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(note: Option<&str>, prompt: &str) -> String {
        let mut text = String::new();
        push(&mut text, note, prompt);
        text
    }

    #[test]
    fn a_key_stays_with_what_it_is_for() {
        let prompt = format!("{} ? for another way: ", "x".repeat(76));
        let broken = format!("{}\n? for another way: ", "x".repeat(76));
        assert_eq!(asked(None, &prompt), broken);
    }

    #[test]
    fn a_note_and_a_prompt_share_a_line_where_they_fit() {
        let note = "n".repeat(70);
        assert_eq!(asked(None, "Code: "), "Code: ");
        assert_eq!(asked(Some(&note), "A code: "), format!("{note} A code: "));
        assert_eq!(
            asked(Some(&note), "The code: "),
            format!("{note}\nThe code: ")
        );
        assert_eq!(
            asked(Some("Note."), "1. a\n2. b\nNumber: "),
            "Note. 1. a\n2. b\nNumber: "
        );
    }

    #[test]
    fn lines_break_between_words() {
        let word = "w".repeat(39);
        assert_eq!(
            asked(None, &format!("{word} {word} ")),
            format!("{word} {word} ")
        );
        assert_eq!(
            asked(None, &format!("{word} {word}w: ")),
            format!("{word}\n{word}w: ")
        );
        let long = "l".repeat(90);
        assert_eq!(asked(None, &format!("a {long} b")), format!("a\n{long}\nb"));
        assert_eq!(
            asked(None, &format!("{word} {word} : ")),
            format!("{word}\n{word} : ")
        );
        assert_eq!(
            asked(Some(&format!("{word} {word}w.")), "?"),
            format!("{word}\n{word}w.\n?")
        );
    }
}
