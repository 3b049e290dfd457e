//! What tells phones and requests apart.

use crate::Error;
use data_encoding::BASE32_NOPAD;
use std::fmt;

/// The longest serial that is read.
const LONGEST_SERIAL: usize = 40;
/// The length of a nonce in base32: 20 bytes.
const NONCE: usize = 32;

/// What a phone's app knows one of its entries by, and nothing else: random, because two hosts may have
/// enrolled the same phone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serial(String);

impl Serial {
    /// The serial of 80 bits that the caller drew at random.
    pub fn new(random: [u8; 10]) -> Self {
        Self(BASE32_NOPAD.encode(&random))
    }

    /// Reads a serial.
    ///
    /// # Errors
    /// [`Error::Malformed`] if it is not 1 to 40 capital letters and digits.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let is_inside = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        if !(1..=LONGEST_SERIAL).contains(&text.len()) || !text.bytes().all(is_inside) {
            return Err(Error::Malformed("a serial is capital letters and digits"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The serial as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a request is known by: 20 random bytes. A phone never shows the same one twice.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nonce(String);

impl Nonce {
    /// The nonce of bytes that the caller drew at random.
    pub fn new(random: [u8; 20]) -> Self {
        Self(BASE32_NOPAD.encode(&random))
    }

    /// Reads a nonce.
    ///
    /// # Errors
    /// [`Error::Malformed`] if it is not the base32 of 20 bytes.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.len() != NONCE || BASE32_NOPAD.decode(text.as_bytes()).is_err() {
            return Err(Error::Malformed("a nonce is 20 bytes in base32"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The nonce as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_and_nonces_are_read_as_they_are_written() {
        let serial = Serial::new([7; 10]);
        assert_eq!(Serial::parse(serial.as_str()), Ok(serial.clone()));
        assert_eq!(serial.as_str().len(), 16);
        let nonce = Nonce::new([0xff; 20]);
        assert!(Nonce::parse(nonce.as_str()).unwrap() == nonce);
        Serial::parse("SI7Q4M2KX9TBWC3H").unwrap();
    }

    #[test]
    fn what_could_be_taken_for_another_field_is_no_serial_and_no_nonce() {
        for text in ["", "a", "A|B", "A B", "A,B", "Ä", &"A".repeat(41)] {
            assert!(Serial::parse(text).is_err(), "{text}");
        }
        for text in ["", "A", &"a".repeat(32), &"1".repeat(32), &"A".repeat(33)] {
            assert!(Nonce::parse(text).is_err(), "{text}");
        }
    }
}
