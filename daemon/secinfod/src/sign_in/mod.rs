//! The socket for sign-ins: Varlink (`org.secinfo.SignIn`), for `pam_secinfo.so` and whatever else signs
//! users in, and `org.secinfo.PasswordReset`, for users who forgot their password. It needs no message bus, and no account can use up what others need of it.
//!
//! Varlink is JSON objects with a NUL behind each, so there is little to it; serde reads them. zlink's
//! server was not taken: it serves all connections in one task, in which a slow answer to one keeps all
//! others waiting, gives each up to 100 MiB for a message, knows no time limit, ends when `accept` fails
//! once, and leaves copies of answers in memory.

mod conversation;
mod dispatch;
mod listener;
mod pace;
mod peer;
mod plain;
mod resets;
mod seat;
mod server;
mod shares;
mod sign_ins;
mod stream;

pub use listener::{Listener, ListenerError};
pub use server::Server;
pub use shares::{Limits, Shares};
