//! `org.secinfo.SecurityInfo1.Enrollment`: a session that ends in a method.

use crate::delivery::SentCode;
use crate::error::Result;
use crate::names::interface;
use crate::properties::define_properties;
use crate::response::Response;
use zbus::{OwnedObjectPath, proxy};

/// An enrollment that is going on. Only for the connection that started it.
#[proxy(
    interface = "org.secinfo.SecurityInfo1.Enrollment",
    default_service = "org.secinfo.SecurityInfo1",
    assume_defaults = false
)]
pub trait Enrollment {
    /// Proves that the method works; the method is then enrolled and the session over.
    fn submit(&self, response: &Response) -> Result<Enrolled>;

    /// Sends a code to the destination that is being enrolled, in place of any before it, and waits
    /// a few seconds for news of it.
    fn send_code(&self) -> Result<SentCode>;

    /// Ends the session without a method.
    fn cancel(&self) -> Result<()>;
}

/// The new method, whether it became the default, and what was the default before (`/` for none).
pub type Enrolled = (OwnedObjectPath, bool, OwnedObjectPath);

define_properties! {
    /// The properties of an enrollment.
    interface::ENROLLMENT: EnrollmentProperties {
        /// The kind of the method.
        kind: String = KIND "Kind" Const,
        /// When the session ends.
        expires: u64 = EXPIRES "Expires" Const,
        /// How many wrong codes it still takes.
        attempts_left: u32 = ATTEMPTS_LEFT "AttemptsLeft" No,
        /// How far the newest code has come: waiting, sent, delivered or failed; empty when none was
        /// sent.
        delivery: String = DELIVERY "Delivery" No,
        /// Why the newest code was not delivered: destination, refused, timed-out, provider or host;
        /// empty unless it failed.
        delivery_problem: String = DELIVERY_PROBLEM "DeliveryProblem" No,
    }
}
