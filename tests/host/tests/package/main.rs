//! The life of the package on a host: from its installation to its removal.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod app;
mod backup;
mod crash;
mod doctor;
mod full_disk;
mod installation;
mod journal;
mod key;
mod machine;
mod pam_auth_update;
mod password;
mod purge;
mod push;
mod reload;
mod removal;
mod setup;
mod upgrade;
mod watchdog;
