//! The protocol between the daemon and a channel host: frames on a Unix stream socket.
//!
//! A frame is a big-endian length of four bytes, followed by one message of that length in JSON.
//! Either side closes the connection on a frame that is too long or invalid. The daemon sends the
//! first message.

mod frame;
mod message;

pub use frame::{MAX_FRAME, WireError, decode, encode, frame_length};
pub use message::{FromHost, LogLevel, PROTOCOL, PluginInfo, ToHost};
