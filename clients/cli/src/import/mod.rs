//! Reading the files of other systems: which may be read, and what they say.

pub(crate) mod file;
pub(crate) mod google_authenticator;
