//! Frames: a length, and so many bytes of JSON.

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// The longest frame, without its length. A message of ours is a few KiB; one of HTML email the
/// most.
pub const MAX_FRAME: usize = 128 * 1024;

/// Why what came is no message.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// The frame is longer than [`MAX_FRAME`].
    #[error("a frame of {0} bytes is longer than {MAX_FRAME}: end the connection")]
    TooLong(usize),
    /// The bytes are no message; this is how many of them were read. What they are is not said: it
    /// may be a code.
    #[error("a frame is no message of this protocol, from byte {0} on: end the connection")]
    Malformed(usize),
}

/// The frame of a message, its length included. It may hold a code, so it wipes itself.
///
/// # Errors
///
/// [`WireError::TooLong`].
pub fn encode(message: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, WireError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    bytes.extend_from_slice(&[0; 4]);
    serde_json::to_writer(&mut *bytes, message).expect("messages of ours have a JSON form");
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

/// How many bytes follow this length.
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

/// The message in the bytes of a frame, without its length.
///
/// # Errors
///
/// [`WireError::Malformed`].
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, WireError> {
    // A message is one line.
    serde_json::from_slice(bytes).map_err(|error| WireError::Malformed(error.column()))
}
