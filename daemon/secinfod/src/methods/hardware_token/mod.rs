//! Hardware token: HOTP or TOTP codes from a device that administrators import and users activate.

pub mod codes;
pub mod import;
