//! JSON in ASCII.

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};
use std::io::{self, Write};

/// Writes a value as JSON with every other letter than those of ASCII escaped: the app takes what it
/// reads for Latin-1 where it believes no header.
pub(crate) fn json(value: &impl Serialize) -> String {
    let mut written = Vec::new();
    value
        .serialize(&mut Serializer::with_formatter(&mut written, Ascii))
        .expect("what is written has text keys, and a vector takes all bytes");
    String::from_utf8(written).expect("ASCII is UTF-8")
}

struct Ascii;

impl Formatter for Ascii {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for character in fragment.chars() {
            if character.is_ascii() {
                CompactFormatter
                    .write_string_fragment(writer, character.encode_utf8(&mut [0; 4]))?;
            } else {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_is_read_back() {
        for text in ["José \"\\\n", "日本 😀", "plain"] {
            let written = json(&text);
            assert!(written.is_ascii());
            assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
        }
    }
}
