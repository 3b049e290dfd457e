//! What the daemon and a channel host say to each other: frames on a Unix stream socket.
//!
//! A frame is a length of four bytes, the most significant first, and so many bytes of JSON: one
//! message. Either side ends the connection over a frame that is too long or that is no message.
//! The daemon speaks first.

mod frame;
mod message;

pub use frame::{MAX_FRAME, WireError, decode, encode, frame_length};
pub use message::{FromHost, LogLevel, PROTOCOL, PluginInfo, ToHost};
