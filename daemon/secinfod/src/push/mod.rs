//! The phones of users, with an app that shows requests to approve: the key of the host that signs these,
//! what stands between the host and phones, and the connection to the process that phones talk to.
//!
//! Nothing is decided here. What that process says comes from outside: the service checks it as if nothing
//! had been checked.

mod asked;
mod key;
mod link;
mod phones;
mod registration;
mod request;

pub(crate) use asked::{Answered, Asked, Occasion};
pub(crate) use key::generate;
pub(crate) use link::{Post, keep_connected};
pub(crate) use phones::{PhoneOwner, Phones};
pub(crate) use registration::{Registration, Stage};
pub(crate) use request::{Asks, CODE_DIGITS, NewRequest, PhoneRequest, RequestState};
