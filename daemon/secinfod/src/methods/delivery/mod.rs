//! Codes that are sent to a destination: by text, call or email.

pub mod code;
pub mod destination;
pub mod email_address;
pub mod phone_number;
