//! On a host with a kernel of its own: a master key sealed to its TPM, limits of memory and tasks,
//! the loss of power, and security keys.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod key;
mod limits;
mod master_key;
mod people;
mod power_cut;
mod stages;
