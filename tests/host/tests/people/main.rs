//! People on a booted host: they sign in over SSH and become others, answer polkit, and go on when
//! a channel or the daemon is killed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod asked_once;
mod every_way_in;
mod interrupted;
mod locked_sessions;
mod lockout;
mod login_sessions;
mod phones;
mod polkit;
mod refusals;
mod renamed;
mod reset;
mod set_up;
mod sign_in;
mod sudo_and_su;
mod texts;
