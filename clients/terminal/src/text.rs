//! Text in a fixed number of columns, safe to show on a terminal.

use std::borrow::Cow;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};
use unicode_width::UnicodeWidthStr;

/// "1 code", "2 codes".
pub fn counted(number: u64, word: &str) -> String {
    if number == 1 {
        format!("1 {word}")
    } else {
        format!("{number} {word}s")
    }
}

/// The text with everything that a terminal would obey replaced by a visible mark.
pub fn visible(text: &str) -> String {
    secinfo_words::visible(text).into_owned()
}

/// The text as one word of a command that is shown to be pasted into a shell: quoted where a shell would read
/// anything else, and [visible].
pub fn shell_word(text: &str) -> String {
    let text = visible(text);
    let quoted = shlex::try_quote(&text).expect("what is visible has no NUL");
    quoted.into_owned()
}

/// The text for a terminal that shows ASCII only: signs by what they look like, letters of Latin scripts as
/// they are written without marks, other characters by a question mark.
pub fn in_ascii(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return text.into();
    }
    let mut ascii = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii() => ascii.push(c),
            '•' | '·' => ascii.push('*'),
            '…' => ascii.push_str("..."),
            '‐'..='―' | '−' => ascii.push('-'),
            '“' | '”' | '„' | '«' | '»' => ascii.push('"'),
            '‘' | '’' | '‚' => ascii.push('\''),
            c if c.is_whitespace() => ascii.push(' '),
            c => ascii.push_str(latin_in_ascii(c).unwrap_or("?")),
        }
    }
    ascii.into()
}

/// How a letter of a Latin script is written where there are no marks.
const fn latin_in_ascii(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'Æ' => "AE",
        'æ' => "ae",
        'Œ' => "OE",
        'œ' => "oe",
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' => "A",
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'Ç' | 'Ć' | 'Č' => "C",
        'ç' | 'ć' | 'č' => "c",
        'Ď' | 'Đ' | 'Ð' => "D",
        'ď' | 'đ' | 'ð' => "d",
        'È'..='Ë' | 'Ē' | 'Ę' | 'Ě' => "E",
        'è'..='ë' | 'ē' | 'ę' | 'ě' => "e",
        'Ğ' => "G",
        'ğ' => "g",
        'Ì'..='Ï' | 'Ī' | 'İ' => "I",
        'ì'..='ï' | 'ī' | 'ı' => "i",
        'Ł' | 'Ľ' => "L",
        'ł' | 'ľ' => "l",
        'Ñ' | 'Ń' | 'Ň' => "N",
        'ñ' | 'ń' | 'ň' => "n",
        'Ò'..='Ö' | 'Ø' | 'Ō' | 'Ő' => "O",
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => "o",
        'Ř' => "R",
        'ř' => "r",
        'Ś' | 'Ş' | 'Š' | 'Ș' => "S",
        'ś' | 'ş' | 'š' | 'ș' => "s",
        'Ť' | 'Ț' => "T",
        'ť' | 'ț' => "t",
        'Ù'..='Ü' | 'Ū' | 'Ů' | 'Ű' => "U",
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => "u",
        'Ý' => "Y",
        'ý' | 'ÿ' => "y",
        'Ź' | 'Ż' | 'Ž' => "Z",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
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
    lines(text, options(width))
}

/// The text in lines as of [`wrap`], each ended. The first begins with `first`, the others with
/// `rest`; these may be coloured.
pub fn indented(text: &str, first: &str, rest: &str, width: usize) -> String {
    let options = options(width).initial_indent(first).subsequent_indent(rest);
    lines(text, options).join("\n") + "\n"
}

fn options<'a>(width: usize) -> Options<'a> {
    Options::new(width.max(2))
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit)
}

fn lines(text: &str, options: Options<'_>) -> Vec<String> {
    let lines = textwrap::wrap(text, options).into_iter();
    lines.map(Cow::into_owned).collect()
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
    use std::process::Command;

    #[test]
    fn a_name_is_one_word_to_a_shell() {
        for plain in ["alice", "alice@example.org", "svc-backup_2.0"] {
            assert_eq!(shell_word(plain), plain);
        }
        for name in [
            "CORP\\Jörg von Muster",
            "anna$HOME",
            "o'brien",
            "a;reboot",
            "",
        ] {
            let shell = Command::new("sh")
                .args(["-c", &format!("printf %s {}", shell_word(name))])
                .output()
                .unwrap();
            assert_eq!(String::from_utf8(shell.stdout).unwrap(), name);
        }
        assert_eq!(shell_word("a\0b\n"), "'a\u{FFFD}b\u{FFFD}'");
    }

    #[test]
    fn signs_have_a_form_in_ascii() {
        assert_eq!(
            in_ascii("+49 ••• ••67 – “Büro”…"),
            "+49 *** **67 - \"Buro\"..."
        );
        assert_eq!(
            in_ascii("Clé d’été – Łódź, Größe 鍵"),
            "Cle d'ete - Lodz, Grosse ?"
        );
        assert!(matches!(in_ascii("Phone\n"), Cow::Borrowed("Phone\n")));
    }

    #[test]
    fn lines_break_between_words_and_in_long_ones() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij kl", 4), ["abcd", "efgh", "ij", "kl"]);
        assert_eq!(wrap("", 10), [""]);
        assert_eq!(wrap("鍵鍵鍵", 4), ["鍵鍵", "鍵"]);
    }

    #[test]
    fn combining_marks_take_no_column_and_escape_sequences_neither() {
        assert_eq!(
            wrap("e\u{301}e\u{301}e\u{301} e\u{301}", 3),
            ["e\u{301}e\u{301}e\u{301}", "e\u{301}"]
        );
        let mark = "\u{1b}[31m!\u{1b}[0m ";
        assert_eq!(
            indented("one two three", mark, "  ", 9),
            format!("{mark}one two\n  three\n")
        );
        assert_eq!(indented("", mark, "  ", 9), format!("{mark}\n"));
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
