//! The bus layer against a real dbus-daemon, with clients of several uids. Run as root.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod authorization;
mod calls;
mod description;
mod house;
mod limits;
mod objects;
mod private_bus;
mod signals;
