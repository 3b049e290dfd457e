//! Texts and calls through Twilio's REST interface of 2010-04-01, for the channel plugins
//! `text-twilio` and `call-twilio`.
//!
//! Twilio knows no idempotency keys for messages and calls. So a request is sent once; it is
//! offered for another try only when Twilio surely does not have it.

mod channel;
mod client;
mod composer;
mod condition;
mod deliveries;
mod delivering;
mod outcome;
mod settings;
mod speech;

pub use channel::{CallTwilio, TextTwilio};
pub use settings::Settings;
