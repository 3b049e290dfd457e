//! Texts and calls through Twilio's REST API (version 2010-04-01), for the channel plugins
//! `text-twilio` and `call-twilio`.
//!
//! Twilio has no idempotency keys for messages and calls. So a request is sent once; it may be
//! repeated only if Twilio certainly does not have it.

mod channel;
mod client;
mod deliveries;
mod gateway;
mod health;
mod outcome;
mod request;
mod settings;
mod speech;

pub use channel::{CallTwilio, TextTwilio};
pub use settings::Settings;
