//! Base64 in one spelling: what is compared or signed as text must have no second one.

/// The bytes of a text in base64 with padding (RFC 4648 section 4); `None` for any text that
/// encoding those bytes does not give.
///
/// A decoder of base64 with padding takes several texts one behind the other for one text, and so
/// reads the same bytes from many. One without padding does not, and refuses bits left over.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let unpadded = text.strip_suffix('=').unwrap_or(text);
    let unpadded = unpadded.strip_suffix('=').unwrap_or(unpadded);
    data_encoding::BASE64_NOPAD.decode(unpadded.as_bytes()).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::from_base64;
    use data_encoding::BASE64;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_are_read_from_the_text_that_they_are_written_as(bytes: Vec<u8>) {
            prop_assert_eq!(from_base64(&BASE64.encode(&bytes)), Some(bytes));
        }

        #[test]
        fn nothing_is_read_from_another_text(text in "[AQgwZ/+=]{0,16}|\\PC{0,16}") {
            if let Some(bytes) = from_base64(&text) {
                prop_assert_eq!(BASE64.encode(&bytes), text);
            }
        }
    }

    #[test]
    fn texts_one_behind_the_other_are_not_one_text() {
        for text in [
            "AA==AA==", "AAA=AA==", "AAA=AAAA", "AA==AAA=", "====", "A===", "AAAA====",
        ] {
            assert_eq!(from_base64(text), None, "{text}");
        }
    }
}
