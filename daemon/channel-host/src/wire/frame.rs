//! Frames: a length, followed by a message in JSON.

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// The longest frame, without its length. Messages have a few KiB; HTML emails are the longest.
pub const MAX_FRAME: usize = 128 * 1024;

/// Why a frame is invalid.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// The frame is longer than [`MAX_FRAME`].
    #[error("a frame of {0} bytes is longer than {MAX_FRAME}: end the connection")]
    TooLong(usize),
    /// The bytes are not a message; parsing failed at this byte. They are not quoted, because they
    /// may hold a code.
    #[error("a frame is not a message of this protocol, from byte {0} on: end the connection")]
    Malformed(usize),
}

/// Encodes a message as a frame, including its length. It may hold a code, so it is wiped on drop.
///
/// # Errors
///
/// [`WireError::TooLong`].
pub fn encode(message: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, WireError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    bytes.extend_from_slice(&[0; 4]);
    serde_json::to_writer(&mut *bytes, message).expect("every message has a JSON form");
    let length = bytes.len() - 4;
    if length > MAX_FRAME {
        return Err(WireError::TooLong(length));
    }
    let prefix = u32::try_from(length)
        .expect("the longest frame fits")
        .to_be_bytes();
    bytes[..4].copy_from_slice(&prefix);
    Ok(bytes)
}

/// Decodes a frame's length.
///
/// # Errors
///
/// [`WireError::TooLong`], before anything is allocated.
pub fn frame_length(prefix: [u8; 4]) -> Result<usize, WireError> {
    let length = u32::from_be_bytes(prefix) as usize;
    if length > MAX_FRAME {
        Err(WireError::TooLong(length))
    } else {
        Ok(length)
    }
}

/// Decodes the message in a frame, without its length.
///
/// # Errors
///
/// [`WireError::Malformed`].
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, WireError> {
    // A message is one line, so the column is the offset.
    serde_json::from_slice(bytes).map_err(|error| WireError::Malformed(error.column()))
}
