//! Talks to security keys through `/dev/hidraw*`.
//!
//! The crate `ctap-hid-fido2` speaks CTAP2 through the crate `hidapi`, whose library in C needs libudev
//! and blocks for as long as a device is silent. This crate stands in its place, with the few names that
//! `ctap-hid-fido2` calls, and adds what both leave out:
//!
//! - a device that is silent, or works for too long, ends in an error, after CTAPHID's own `CANCEL`;
//! - messages of other programs that use the same key at once are passed over;
//! - messages that are longer than CTAPHID allows, or out of order, end in an error;
//! - who waits learns that the key wants to be touched.
//!
//! The kernel hands every report of a device to everyone who has it open. CTAPHID gives each of them a
//! channel of their own, and a device works for one channel at a time.

mod descriptor;
mod device;
mod devices;
mod frames;
mod watch;

pub use device::HidDevice;
pub use devices::{DeviceInfo, HidApi};
pub use watch::{Trouble, Watch, watched};

/// Why a device could not be used.
#[derive(Debug, thiserror::Error)]
pub enum HidError {
    /// It could not be opened, read or written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// It was given up.
    #[error("{0}")]
    Trouble(#[from] Trouble),
}

/// What comes of a call.
pub type HidResult<T> = Result<T, HidError>;
