//! `org.secinfo.SecurityInfo1.Enrollment`: a session that ends in a method.

use crate::delivery::SentCode;
use crate::error::Result;
use crate::response::Response;
use zbus::{DeserializeDict, OwnedObjectPath, Type, proxy};

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

/// The properties of an enrollment.
#[derive(Debug, Clone, PartialEq, Eq, DeserializeDict, Type)]
#[zbus(signature = "a{sv}", rename_all = "PascalCase")]
pub struct EnrollmentProperties {
    /// The kind being enrolled.
    pub kind: String,
    /// When the session ends.
    pub expires: u64,
    /// How many more codes may be tried.
    pub attempts_left: u32,
    /// How far the newest code has come: one of [`delivery`](crate::names::delivery); empty when
    /// none was sent.
    pub delivery: String,
    /// Why the newest code was not delivered; empty unless it failed.
    pub delivery_problem: String,
}
