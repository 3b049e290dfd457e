//! The tasks of a host's administrator, each a command of `secinfo`: setting the host up, finding what
//! is wrong with it, its channels and its health, backups, and break-glass codes.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")
)]

pub mod backup;
pub mod break_glass;
pub mod channels;
mod destination;
pub mod doctor;
pub mod log;
mod process;
pub mod restore;
pub mod setup;
pub mod status;
pub mod users;
