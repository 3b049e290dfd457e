//! The SSH server: its settings with the lines that decide them, and what they do to sign-ins.

mod check;
mod pattern;
mod running;
mod settings;

pub(crate) use check::{KEY_SUFFICES, SETTINGS_OF_SETUP, check};
pub(crate) use running::listeners;
pub(crate) use settings::{Settings, settings};
