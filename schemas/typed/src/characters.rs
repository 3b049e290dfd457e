//! Characters as people type, paste and copy them: one spelling of digits, dashes and blanks.

use zeroize::Zeroizing;

/// Longer than any code with everything that may stand between its characters; what is longer is not
/// looked at.
pub const LONGEST_CODE: usize = 128;

/// The zeros of all decimal digits of Unicode 16 (general category Nd) beyond ASCII. The other nine
/// digits of a script follow its zero.
const ZEROS: [u32; 72] = [
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6,
    0xE50, 0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50,
    0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
    0x104A0, 0x10D30, 0x10D40, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0,
    0x11650, 0x116C0, 0x116DA, 0x11730, 0x118E0, 0x11950, 0x11BF0, 0x11C50, 0x11D50, 0x11DA0,
    0x11F50, 0x16A60, 0x16AC0, 0x16B50, 0x16D70, 0x1CCF0, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC,
    0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E950, 0x1FBF0,
];

/// The ASCII character that a typed one stands for; itself where it stands for none, and none for a
/// mark that cannot be seen: of writing direction, of joining, of hyphenation, of presentation.
pub fn plain(typed: char) -> Option<char> {
    if typed.is_ascii() && !typed.is_whitespace() {
        return Some(typed);
    }
    match typed {
        '\u{AD}'
        | '\u{34F}'
        | '\u{61C}'
        | '\u{180E}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' => return None,
        // Dashes (general category Pd), minus signs, and what stands for them on a Japanese keyboard.
        '\u{58A}'
        | '\u{5BE}'
        | '\u{1400}'
        | '\u{1806}'
        | '\u{2010}'..='\u{2015}'
        | '\u{2043}'
        | '\u{207B}'
        | '\u{208B}'
        | '\u{2212}'
        | '\u{2796}'
        | '\u{2E17}'
        | '\u{2E1A}'
        | '\u{2E3A}'
        | '\u{2E3B}'
        | '\u{2E40}'
        | '\u{2E5D}'
        | '\u{301C}'
        | '\u{3030}'
        | '\u{30A0}'
        | '\u{30FC}'
        | '\u{FE31}'
        | '\u{FE32}'
        | '\u{FE58}'
        | '\u{FE63}'
        | '\u{FF70}'
        | '\u{10EAD}' => return Some('-'),
        // Letters without a shape, which stand for blanks.
        '\u{115F}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}' => return Some(' '),
        blank if blank.is_whitespace() => return Some(' '),
        _ => {}
    }
    let code = u32::from(typed);
    let digit = ZEROS
        .iter()
        .find_map(|zero| char::from_digit(code.checked_sub(*zero)?.min(10), 10));
    Some(digit.unwrap_or(match typed {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(code - 0xFEE0).unwrap_or(typed),
        other => other,
    }))
}

/// The characters of a code, without the blanks and dashes that group them.
pub fn ungrouped(code: &str) -> impl Iterator<Item = char> {
    code.chars()
        .filter_map(plain)
        .filter(|character| !matches!(character, ' ' | '-'))
}

/// The digits of a code that has nothing else; none where it has, or is too long for a code.
pub fn digits(code: &str) -> Option<Zeroizing<String>> {
    if code.len() > LONGEST_CODE {
        return None;
    }
    let mut digits = Zeroizing::new(String::with_capacity(LONGEST_CODE));
    for character in ungrouped(code) {
        if !character.is_ascii_digit() {
            return None;
        }
        digits.push(character);
    }
    Some(digits)
}

/// A number by which something is chosen from a list, as `2` or `2.`, in digits of any script; none where
/// anything else is in it.
pub fn number(typed: &str) -> Option<usize> {
    let typed = typed.trim().trim_end_matches('.');
    let mut number = None;
    for character in typed.chars().filter_map(plain) {
        let digit = usize::try_from(character.to_digit(10)?).ok()?;
        number = Some(
            number
                .unwrap_or(0_usize)
                .checked_mul(10)?
                .checked_add(digit)?,
        );
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn digits_of_every_script_are_read() {
        for code in [
            "123456",
            "１２３４５６",
            "١٢٣٤٥٦",
            "۱۲۳۴۵۶",
            "१२३४५६",
            "১২৩৪৫৬",
            "௧௨௩௪௫௬",
            "๑๒๓๔๕๖",
            "༡༢༣༤༥༦",
            "១២៣៤៥៦",
            "𝟏𝟐𝟑𝟒𝟓𝟔",
            "𝟷𝟸𝟹𝟺𝟻𝟼",
            "🯱🯲🯳🯴🯵🯶",
            "12٣٤５６",
        ] {
            let read = digits(code).expect(code);
            assert_eq!(read.as_str(), "123456", "{code}");
        }
        for zero in ZEROS {
            let digits_of = |from: u32| (from..from + 10).filter_map(char::from_u32);
            let script: String = digits_of(zero).collect();
            let read = digits(&script).expect(&script);
            assert_eq!(read.as_str(), "0123456789", "{script}");
            assert_eq!(char::from_u32(zero).unwrap().to_digit(10), None);
            assert!(digits_of(zero).all(char::is_numeric), "{script}");
        }
    }

    #[test]
    fn every_blank_and_dash_groups_and_what_cannot_be_seen_is_passed_over() {
        for between in [
            " ", "\t", "\u{a0}", "\u{2007}", "\u{2009}", "\u{202f}", "\u{3000}", "\u{2028}",
            "\r\n", "\u{2800}", "\u{3164}", "-", "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}",
            "\u{2014}", "\u{2015}", "\u{2212}", "\u{2043}", "\u{fe63}", "\u{ff0d}", "\u{30fc}",
            "\u{5be}", "\u{200b}", "\u{200e}", "\u{2060}", "\u{2066}", "\u{2069}", "\u{feff}",
            "\u{ad}", "\u{fe0f}",
        ] {
            let code = format!("{between}123{between}456{between}");
            let read = digits(&code).expect(between);
            assert_eq!(read.as_str(), "123456", "{}", between.escape_unicode());
        }
    }

    #[test]
    fn a_choice_is_a_number_in_any_script() {
        for (typed, read) in [
            ("2", Some(2)),
            (" 12.\n", Some(12)),
            ("２", Some(2)),
            ("٢", Some(2)),
            ("\u{200e}3", Some(3)),
            ("", None),
            (".", None),
            ("1-2", None),
            ("1 2", None),
            ("-1", None),
            ("a", None),
            ("99999999999999999999999", None),
        ] {
            assert_eq!(number(typed), read, "{typed:?}");
        }
    }

    #[test]
    fn what_is_neither_is_not_read() {
        for code in [
            "12345a",
            "123.456",
            "123,456",
            "+123456",
            "123_456",
            "¹²³⁴⁵⁶",
            "①②③④⑤⑥",
            "一二三四五六",
            "123\u{1b}456",
            "123\u{0}456",
            "½23456",
        ] {
            assert!(digits(code).is_none(), "{code}");
        }
        assert!(digits(&"1".repeat(LONGEST_CODE + 1)).is_none());
    }

    proptest! {
        #[test]
        fn no_character_becomes_a_digit_that_is_none(character: char) {
            if plain(character).is_some_and(|plain| plain.is_ascii_digit()) {
                prop_assert!(character.is_numeric());
            }
        }
    }
}
