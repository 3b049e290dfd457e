//! The domain of secinfo: events, commands, decisions, projection and policy.
//!
//! Nothing here does I/O, reads a clock or draws a random number: time, randomness and lookups
//! travel inside the command.

mod id;

pub use id::{InvalidId, KeyId, MethodId, SessionTag, TokenId, UserId};
