//! Validates user names from PAM.

use secinfo_break_glass::is_user_name;

/// The name as text; `None` if no account can have it, or if it could be misread in a log or file.
pub fn checked(name: &[u8]) -> Option<&str> {
    let name = std::str::from_utf8(name).ok()?;
    is_user_name(name).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::checked;

    #[test]
    fn valid_names_pass() {
        let longest = "a".repeat(256);
        for name in [
            "a",
            "alice",
            "Jürgen",
            "Max Muster",
            "CORP/max",
            "DOMAIN\\bob",
            "carol@example.org",
            "x-1_2.3$",
            &longest,
        ] {
            assert_eq!(checked(name.as_bytes()), Some(name));
        }
    }

    #[test]
    fn hostile_names_do_not_pass() {
        let too_long = "a".repeat(257);
        for name in [
            "",
            "a:b",
            " a",
            "a ",
            "a\u{202e}b",
            "a\nb",
            "a\tb",
            "\u{1b}[2J",
            "a\u{85}b",
            "a\u{7f}",
            &too_long,
        ] {
            assert_eq!(checked(name.as_bytes()), None, "{name:?}");
        }
        assert_eq!(checked(b"\xff\xfe"), None);
        assert_eq!(checked(b"a\0b"), None);
    }
}
