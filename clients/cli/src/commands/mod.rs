//! The commands, a file for each.

pub(crate) mod access_pass;
pub(crate) mod activity;
pub(crate) mod add;
pub(crate) mod audit;
pub(crate) mod cancel_deletion;
pub(crate) mod completions;
pub(crate) mod default;
pub(crate) mod delete;
pub(crate) mod erase;
pub(crate) mod import;
pub(crate) mod lock;
pub(crate) mod man;
pub(crate) mod page;
pub(crate) mod push;
pub(crate) mod rename;
pub(crate) mod reset;
pub(crate) mod resync;
pub(crate) mod security_key;
pub(crate) mod tokens;
pub(crate) mod unlock;
pub(crate) mod users;
pub(crate) mod verify;
