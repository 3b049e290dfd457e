//! The encodings in which programs on the way save files of text: UTF-8, and UTF-16 in either byte
//! order.

use zeroize::Zeroizing;

/// The text of a file, without the mark of its byte order. `None` when it is in neither encoding.
pub fn decode(file: &[u8]) -> Option<Zeroizing<String>> {
    let text = match file {
        [0xFF, 0xFE, rest @ ..] => utf_16(rest, u16::from_le_bytes)?,
        [0xFE, 0xFF, rest @ ..] => utf_16(rest, u16::from_be_bytes)?,
        // What is not marked begins with a letter of ASCII.
        [first, 0, ..] if *first != 0 => utf_16(file, u16::from_le_bytes)?,
        [0, second, ..] if *second != 0 => utf_16(file, u16::from_be_bytes)?,
        _ => {
            let text = str::from_utf8(file).ok()?;
            text.strip_prefix('\u{feff}').unwrap_or(text).to_owned()
        }
    };
    Some(Zeroizing::new(text))
}

/// Whether a file is in UTF-16, as far as its first two bytes tell.
pub const fn is_utf_16(file: &[u8]) -> bool {
    matches!(
        file,
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [1..=255, 0, ..] | [0, 1..=255, ..]
    )
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    // As long as it can become, so that no copy stays behind when it grows.
    let mut text = String::with_capacity(bytes.len() * 2);
    for character in char::decode_utf16(pairs.iter().copied().map(unit)) {
        text.push(character.ok()?);
    }
    rest.is_empty().then_some(text)
}

/// Whether the file looks like XML, in any of the encodings.
pub fn is_xml(file: &[u8]) -> bool {
    let mut bytes = file.iter().filter(|byte| {
        !byte.is_ascii_whitespace() && !matches!(byte, 0 | 0xEF | 0xBB | 0xBF | 0xFE | 0xFF)
    });
    bytes.next() == Some(&b'<')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_is_read_marked_or_not() {
        let text = "serial,Müller\u{1F511}";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for file in [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            [b"\xff\xfe", &little[..]].concat(),
            [b"\xfe\xff", &big[..]].concat(),
            little.clone(),
            big,
        ] {
            assert_eq!(decode(&file).unwrap().as_str(), text);
        }
        for file in [
            &b"M\xfcller"[..],
            b"\xff\xfea",
            b"\xff\xfe\x00\xd8",
            b"a\0b",
        ] {
            assert!(decode(file).is_none(), "{file:?}");
        }
        assert_eq!(decode(b"").unwrap().as_str(), "");
    }

    #[test]
    fn xml_is_told_from_tables_in_each_encoding() {
        for start in ["<a", " \r\n\u{feff}<a"] {
            let little: Vec<u8> = start.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert!(is_xml(start.as_bytes()) && is_xml(&little));
        }
        assert!(!is_xml(b"serial<") && !is_xml(b""));
    }
}
