//! `org.secinfo.SecurityInfo1.Enrollment`: a session that ends in a method.

use crate::error::Result;
use zbus::{DeserializeDict, OwnedObjectPath, Type, proxy};

/// An enrollment that is going on. Only for the connection that started it.
#[proxy(
    interface = "org.secinfo.SecurityInfo1.Enrollment",
    default_service = "org.secinfo.SecurityInfo1",
    assume_defaults = false
)]
pub trait Enrollment {
    /// Proves that the method works; the method is then enrolled and the session over.
    fn submit(&self, code: &str) -> Result<Enrolled>;

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
}
