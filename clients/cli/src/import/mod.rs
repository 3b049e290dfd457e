//! Reading the files of other systems: which may be read, what they say, and how the daemon gets them.

pub mod app_export;
pub mod codes;
pub(crate) mod consent;
pub(crate) mod file;
pub mod google_authenticator;
pub(crate) mod methods;
pub(crate) mod pipe;
