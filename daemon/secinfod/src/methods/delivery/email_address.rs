//! Email addresses, as people write them.

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use secinfo_domain::EmailAddress;
use zeroize::Zeroizing;

/// The most bytes that are looked at.
pub const LIMIT: usize = 1024;

/// A text that is no address to which a message can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEmail {
    /// Nothing was entered.
    #[error("enter an email address, such as alice@example.org")]
    Empty,
    /// More was entered than any address has.
    #[error("an email address has at most 254 characters; enter one address and nothing else")]
    TooLong,
    /// It is no address.
    #[error("enter one email address as name@domain, such as alice@example.org")]
    Form,
    /// What stands before the `@` holds other letters than those of ASCII, which many mail servers
    /// do not take (RFC 6531).
    #[error("enter an address whose part before the @ has no accents or other special letters")]
    Local,
    /// What stands behind the `@` is no domain.
    #[error("enter the part of the address behind the @ as a domain, such as example.org")]
    Domain,
}

/// Parses an address as people write it. The domain is brought to its one form: lower case, and
/// A-labels for what is not ASCII (RFC 5891). What stands before the `@` stays as it is: whether
/// case matters there, only the mail server of that domain knows.
pub fn parse(text: &str) -> Result<EmailAddress, InvalidEmail> {
    if text.len() > LIMIT {
        return Err(InvalidEmail::TooLong);
    }
    let text = text.trim();
    if text.is_empty() {
        return Err(InvalidEmail::Empty);
    }
    let (local, domain) = text.rsplit_once('@').ok_or(InvalidEmail::Form)?;
    let written_plainly = |c: char| !c.is_whitespace() && !c.is_control();
    if local.is_empty() || !local.chars().all(written_plainly) {
        return Err(InvalidEmail::Form);
    }
    if !local.is_ascii() {
        return Err(InvalidEmail::Local);
    }
    let domain = Uts46::new()
        .to_ascii(
            domain.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::CheckFirstLast,
            DnsLength::Verify,
        )
        .map_err(|_| InvalidEmail::Domain)?;
    if !domain.contains('.') {
        return Err(InvalidEmail::Domain);
    }
    let address = Zeroizing::new(format!("{local}@{domain}"));
    if address.len() > EmailAddress::LIMIT {
        return Err(InvalidEmail::TooLong);
    }
    EmailAddress::parse(&address).map_err(|_| InvalidEmail::Form)
}

/// The address with all but the first letter of its local part masked: `a•••@example.org`.
pub fn masked(address: &EmailAddress) -> String {
    let (local, domain) = address.parts();
    // A local part of one letter would be shown whole.
    let first = if local.len() > 1 {
        local.get(..1).unwrap_or_default()
    } else {
        ""
    };
    format!("{first}•••@{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<String, InvalidEmail> {
        parse(text).map(|address| address.as_str().to_owned())
    }

    #[test]
    fn the_domain_has_one_form_and_the_local_part_stays() {
        for (text, address) in [
            ("alice@example.org", "alice@example.org"),
            ("  Alice@Example.ORG\n", "Alice@example.org"),
            (
                "alice+secinfo@mail.example.org",
                "alice+secinfo@mail.example.org",
            ),
            ("alice@bücher.example", "alice@xn--bcher-kva.example"),
            ("alice@BÜCHER.example", "alice@xn--bcher-kva.example"),
            ("alice@xn--bcher-kva.example", "alice@xn--bcher-kva.example"),
            ("alice@例え.テスト", "alice@xn--r8jz45g.xn--zckzah"),
            ("alice@ｅｘａｍｐｌｅ．org", "alice@example.org"),
        ] {
            assert_eq!(read(text), Ok(address.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_what_to_do() {
        use InvalidEmail::*;
        let long_domain = format!("alice@{}example.org", "a.".repeat(130));
        let long = "a".repeat(LIMIT + 1);
        for (text, error) in [
            ("", Empty),
            (" ", Empty),
            ("alice", Form),
            ("@example.org", Form),
            ("alice@", Domain),
            ("alice@localhost", Domain),
            ("alice@example..org", Domain),
            ("alice@example.org.", Domain),
            ("alice@-example.org", Domain),
            ("alice@exa_mple.org", Domain),
            ("alice@[127.0.0.1]", Domain),
            ("alice@127.0.0.1", Form),
            ("alice@xn--a.example", Domain),
            ("alice@example.org>", Domain),
            ("Alice <alice@example.org>", Form),
            ("alice bob@example.org", Form),
            ("alice@example.org\nBcc: bob@example.org", Form),
            ("alice@exa\u{202E}mple.org", Domain),
            ("a@b@example.org", Form),
            ("\"alice\"@example.org", Form),
            ("älice@example.org", Local),
            (&long_domain, Domain),
            (&long, TooLong),
        ] {
            assert_eq!(read(text), Err(error), "{text:?}");
            assert!(error.to_string().contains("enter"), "{error}");
        }
    }

    #[test]
    fn a_hint_shows_the_first_letter_and_the_domain() {
        for (address, hint) in [
            ("alice@example.org", "a•••@example.org"),
            ("al@example.org", "a•••@example.org"),
            ("a@example.org", "•••@example.org"),
        ] {
            assert_eq!(masked(&EmailAddress::parse(address).unwrap()), hint);
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "\\PC{0,256}") {
            let _ = parse(&text);
        }

        #[test]
        fn nothing_that_looks_like_an_address_panics(
            text in "[a-zA-Z.+ä]{0,70}@([a-zé\u{65E5}\u{5D0}\u{200D}0-9-]{0,70}[.]?){0,5}",
        ) {
            if let Ok(address) = parse(&text) {
                let again = parse(address.as_str());
                prop_assert!(again.is_ok_and(|again| again == address), "{}", address.as_str());
            }
        }
    }
}
