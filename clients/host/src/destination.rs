//! Where a test message is to go, as an administrator writes it.

use secinfo_wire::names::kind;

/// The digits of a number with its country code (ITU-T E.164).
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// What people write into a number to read it more easily.
const SEPARATORS: [char; 6] = [' ', '-', '.', '/', '(', ')'];

/// Looks whether a message of this kind can be sent there; if not, says what to write. Nothing is known of
/// kinds that do not come with secinfo.
pub(crate) fn check(kind: &str, destination: &str) -> Result<(), String> {
    match kind {
        kind::TEXT | kind::CALL if !is_number(destination) => Err(
            "Write the number with + and the country code: +49 1511 2345678 in Germany, +33 6 12 34 56 78 in France."
                .to_owned(),
        ),
        kind::EMAIL if !is_address(destination) => {
            Err("Write an email address, such as me@example.org.".to_owned())
        }
        _ => Ok(()),
    }
}

fn is_number(text: &str) -> bool {
    let Some(rest) = text.trim().strip_prefix('+') else {
        return false;
    };
    let digits = rest.chars().filter(char::is_ascii_digit).count();
    let is_known = |c: char| c.is_ascii_digit() || SEPARATORS.contains(&c);
    rest.chars().all(is_known) && !rest.starts_with('0') && DIGITS.contains(&digits)
}

fn is_address(text: &str) -> bool {
    let parts = text.trim().rsplit_once('@');
    parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains(' '))
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_number_has_a_plus_and_a_country_code() {
        for kind in ["text", "call"] {
            for right in ["+491511234567", " +49 (1511) 234-567", "+1 500 555 0006"] {
                assert_eq!(check(kind, right), Ok(()), "{right}");
            }
            for wrong in [
                "01511 2345678",
                "0049 1511 2345678",
                "491511234567",
                "+0151123456",
                "+49",
                "+49 1511 twelve",
                "+1234567890123456",
                "me@example.org",
                "",
            ] {
                let said = check(kind, wrong).unwrap_err();
                assert!(said.contains("with + and the country code"), "{wrong}");
            }
        }
    }

    #[test]
    fn an_address_has_a_name_and_a_host() {
        assert_eq!(check("email", "me@example.org"), Ok(()));
        for wrong in ["me", "@example.org", "me@", "me@two words", "+491511234567"] {
            assert!(
                check("email", wrong)
                    .unwrap_err()
                    .contains("me@example.org")
            );
        }
        assert_eq!(check("carrier-pigeon", "the roof"), Ok(()));
    }
}
