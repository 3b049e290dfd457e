//! Base64, as XML has it.

use zeroize::Zeroizing;

/// The bytes of a base64 text, which may be broken into lines.
pub(super) fn base64(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    plain.extend(text.chars().filter(|c| !c.is_ascii_whitespace()));
    data_encoding::BASE64
        .decode(plain.as_bytes())
        .ok()
        .map(Zeroizing::new)
}

/// Whether a secret is most likely hexadecimal or base32, and not base64 or the bytes themselves: of
/// secrets that are drawn at random, none in a million looks so.
pub(super) fn is_in_another_encoding(text: &[u8]) -> bool {
    const SHORTEST: usize = 26;
    let text = || text.iter().filter(|byte| !byte.is_ascii_whitespace());
    let is_base32 = |byte: &u8| matches!(byte, b'A'..=b'Z' | b'2'..=b'7');
    text().count() >= SHORTEST && (text().all(u8::is_ascii_hexdigit) || text().all(is_base32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_encodings_are_told_from_base64() {
        for text in [
            "3132333435363738393031323334353637383930",
            "3132 3334 3536 3738 3930\n3132 aBcD eF01",
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        ] {
            assert!(is_in_another_encoding(text.as_bytes()), "{text}");
        }
        for text in [
            "MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=",
            "",
            "31323334",
            "12345678901234567890",
        ] {
            assert!(!is_in_another_encoding(text.as_bytes()), "{text}");
        }
    }
}
