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
