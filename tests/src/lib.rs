//! The harness of the end-to-end tests: a private message bus, the real daemon on it, clients with
//! any uid, and the real `secinfo` command.
//!
//! Everything runs in processes and a directory of the test. The tests run as root, because they
//! act as several users.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on has failed"
)]

mod accounts;
mod client;
mod command;
mod daemon;
pub mod disk;
mod enroll;
mod host;
mod key_helper;
pub mod load;
mod login;
mod namespace;
mod pam_host;
mod plugins;
mod push;
mod reset_client;
mod sign_in;
mod sign_in_client;
mod smtp;
mod spool;
mod sshd;
mod terminal;
mod twilio;

pub use accounts::{
    ADMINISTRATORS, ALICE_ACCOUNT, BOB_ACCOUNT, CAROL_ACCOUNT, CHANNEL_ACCOUNT, DIRECTORY_GROUP,
    EXEMPT_GROUP, JOERG_ACCOUNT, UnixAccount,
};
pub use client::{Client, IgnoredReply, Refusal, pipe_with};
pub use command::{CommandOutput, RunningCommand};
pub use daemon::{Daemon, binary};
pub use enroll::response;
pub use host::{Setup, TestHost};
pub use key_helper::KeyHelper;
pub use login::Login;
pub use pam_host::{PamEvent, PamHost};
pub use plugins::code_in;
pub use push::{PhoneUser, Relay, shown};
pub use reset_client::{PasswordHelper, ResetSocket};
pub use secinfo_test_person::{
    Algorithm, App, Codes, Dialogue, PrivateBus, Process, Pty, hotp, now, peak_memory, totp,
};
pub use sign_in::{SignInHost, after_the_password, module_alone};
pub use sign_in_client::{SignInSocket, Step};
pub use smtp::SmtpServer;
pub use spool::{SentCode, SpooledMessage};
pub use sshd::Sshd;
pub use terminal::{Terminal, scan_qr_code};
pub use twilio::{TwilioRequest, TwilioServer};

/// The administrator.
pub const ROOT: u32 = 0;
/// The user in most tests: an account of every Debian system.
pub const ALICE: u32 = 1;
/// Alice's name in the system.
pub const ALICE_NAME: &str = "daemon";
/// Another user.
pub const BOB: u32 = 2;
/// Bob's name in the system.
pub const BOB_NAME: &str = "bin";
/// An unrelated user.
pub const STRANGER: u32 = 65534;
/// The stranger's name in the system.
pub const STRANGER_NAME: &str = "nobody";
/// A uid that no account has.
pub const NO_ACCOUNT: u32 = 2_999_999;

/// The path of the root object.
pub const ROOT_PATH: &str = secinfo_wire::names::ROOT_PATH;

/// The path of a user's object.
pub fn user_path(uid: u32) -> String {
    format!("{ROOT_PATH}/users/u{uid}")
}
