//! Base32 (RFC 4648 section 6) as people write it.

use crate::ungrouped;
use zeroize::Zeroizing;

/// The bytes of a text in base32: in any case, in groups, with padding at its end or without. The digits
/// that the alphabet lacks stand for the letters that they look like, as with the reference module of
/// `google-authenticator` and with `KeePassXC`: 0, 1 and 8 for O, L and B. Bits after the last whole byte
/// are left out. None where another character is in it, or not one byte.
pub fn base32(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let text = text.trim().trim_end_matches('=');
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let (mut bits, mut count) = (0_u16, 0);
    for character in ungrouped(text) {
        let digit = match character.to_ascii_uppercase() {
            '0' => b'O' - b'A',
            '1' => b'L' - b'A',
            '8' => b'B' - b'A',
            letter @ 'A'..='Z' => u8::try_from(letter).ok()? - b'A',
            digit @ '2'..='7' => u8::try_from(digit).ok()? - b'2' + 26,
            _ => return None,
        };
        bits = bits << 5 | u16::from(digit);
        count += 5;
        if count >= 8 {
            count -= 8;
            let [_, whole] = (bits >> count).to_be_bytes();
            bytes.push(whole);
            bits &= (1 << count) - 1;
        }
    }
    (!bytes.is_empty()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<Vec<u8>> {
        base32(text).map(|bytes| bytes.to_vec())
    }

    /// The values are those of RFC 4648 section 10.
    #[test]
    fn the_vectors_of_the_rfc_are_read() {
        for (text, bytes) in [
            ("MY======", "f"),
            ("MZXQ====", "fo"),
            ("MZXW6===", "foo"),
            ("MZXW6YQ=", "foob"),
            ("MZXW6YTB", "fooba"),
            ("MZXW6YTBOI======", "foobar"),
        ] {
            assert_eq!(read(text).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_secret_is_read_however_it_is_spelled() {
        let olb = read("OLBOLBOLBOLBOLBO");
        assert!(olb.is_some());
        for text in [
            "olbolbolbolbolbo",
            "018018018018O18O",
            " olbo lbol-bolb\tolbo\r\n",
            "olbo\u{a0}lbol\u{2011}bolb\u{200b}olbo",
            "ＯＬＢＯＬＢＯＬＢＯＬＢＯＬＢＯ",
            "OLBOLBOLBOLBOLBO=",
            "OLBOLBOLBOLBOLBO====== ",
        ] {
            assert_eq!(read(text), olb, "{text:?}");
        }
    }

    #[test]
    fn what_is_not_base32_is_not_read() {
        for text in ["", "=", "A", "GEZD9", "GEZD!", "GEZD=GNBV", "GÉZD", "-- --"] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text: String) {
            let _ = base32(&text);
        }
    }
}
