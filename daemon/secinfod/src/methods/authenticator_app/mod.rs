//! Authenticator app: TOTP codes (RFC 6238) from an app of the user's.

mod presentation;

pub use presentation::Presentation;
