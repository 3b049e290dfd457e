//! secinfod, the daemon that keeps every user's security info.

pub mod bus;
pub mod channels;
pub mod config;
pub mod core;
pub mod journal;
mod line_limit;
pub mod logging;
pub mod login_sessions;
pub mod messages;
pub mod methods;
mod presence;
mod process;
mod push;
pub mod run;
pub mod service;
pub mod sign_in;
mod wire_names;
