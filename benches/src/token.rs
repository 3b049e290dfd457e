//! The codes of a hardware token.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// The secret of RFC 4226 appendix D, which all tokens here have.
pub(crate) const SECRET: &[u8; 20] = b"12345678901234567890";

/// The six-digit code for a counter (RFC 4226 section 5.3).
pub(crate) fn code(counter: u64) -> String {
    let mut mac =
        <Hmac<Sha1> as KeyInit>::new_from_slice(SECRET).expect("HMAC takes keys of any length");
    mac.update(&counter.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash[19] & 0x0f);
    let word: [u8; 4] = std::array::from_fn(|place| hash[offset + place]);
    let number = u32::from_be_bytes(word) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn rfc_4226_appendix_d() {
        assert_eq!([0, 1, 9].map(code), ["755224", "287082", "520489"]);
    }
}
