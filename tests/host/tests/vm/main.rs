//! On a host with a kernel of its own: a master key sealed to its TPM, limits of memory and tasks,
//! and the loss of power.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod limits;
mod master_key;
mod people;
mod power_cut;
