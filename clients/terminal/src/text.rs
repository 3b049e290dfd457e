//! Text in a fixed number of columns, safe to show on a terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// "1 code", "2 codes".
pub fn counted(number: u64, word: &str) -> String {
    if number == 1 {
        format!("1 {word}")
    } else {
        format!("{number} {word}s")
    }
}

/// The text with everything that a terminal would obey, and everything that reorders text,
/// replaced by a visible mark. Names and labels are chosen by others than who reads them.
pub fn visible(text: &str) -> String {
    let unseen = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
    };
    text.chars()
        .map(|c| if unseen(c) { '\u{FFFD}' } else { c })
        .collect()
}

/// The columns that a text takes.
pub fn columns(text: &str) -> usize {
    text.width()
}

/// The text padded with spaces to a number of columns.
pub fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(columns(text));
    format!("{text}{}", " ".repeat(missing))
}

/// The text in lines of at most `width` columns, broken between words, and within a word only
/// where that alone is too long. At least one line.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(2);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let needed = columns(word) + usize::from(!line.is_empty());
        if !line.is_empty() && columns(&line) + needed > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for c in word.chars() {
            if columns(&line) + c.width().unwrap_or(0) > width {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    lines.push(line);
    lines
}

/// Words joined for reading: "a", "a and b", "a, b and c".
pub fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_in_long_ones() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij kl", 4), ["abcd", "efgh", "ij", "kl"]);
        assert_eq!(wrap("", 10), [""]);
        assert_eq!(wrap("鍵鍵鍵", 4), ["鍵鍵", "鍵"]);
    }

    #[test]
    fn nothing_a_terminal_obeys_comes_through() {
        assert_eq!(
            visible("a\x1b[2Jb\u{202e}c\n"),
            "a\u{FFFD}[2Jb\u{FFFD}c\u{FFFD}"
        );
        assert_eq!(visible("Zoë’s 鍵"), "Zoë’s 鍵");
    }

    #[test]
    fn padding_counts_columns_not_characters() {
        assert_eq!(pad("鍵", 4), "鍵  ");
        assert_eq!(pad("long", 2), "long");
    }

    #[test]
    fn lists_read_well() {
        assert_eq!(listed(&["a"]), "a");
        assert_eq!(listed(&["a", "b", "c"]), "a, b and c");
    }
}
