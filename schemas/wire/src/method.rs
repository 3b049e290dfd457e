//! `org.secinfo.SecurityInfo1.Method`: one enrolled method.

use crate::error::Result;
use crate::hint::Hint;
use zbus::{DeserializeDict, Type, proxy};

/// One method, at `methods/<id>` below its user.
#[proxy(
    interface = "org.secinfo.SecurityInfo1.Method",
    default_service = "org.secinfo.SecurityInfo1",
    assume_defaults = false
)]
pub trait Method {
    /// Gives the method another label. The user.
    fn rename(&self, label: &str) -> Result<()>;

    /// Deletes the method, at once or after the waiting time. The user, or an administrator.
    #[zbus(allow_interactive_auth)]
    fn delete(&self) -> Result<Deletion>;

    /// Cancels a scheduled deletion. The user, or an administrator.
    #[zbus(allow_interactive_auth)]
    fn cancel_deletion(&self) -> Result<()>;

    /// Brings a hardware token back in step by two consecutive codes. The user, or an
    /// administrator.
    #[zbus(allow_interactive_auth)]
    fn resynchronize(&self, first: &str, second: &str) -> Result<()>;
}

/// Whether the method is gone; if not, when it will be.
pub type Deletion = (bool, u64);

/// The properties of a method.
#[derive(Debug, Clone, PartialEq, Eq, DeserializeDict, Type)]
#[zbus(signature = "a{sv}", rename_all = "PascalCase")]
pub struct MethodProperties {
    /// 32 hexadecimal digits.
    pub id: String,
    /// Kind, such as `authenticator-app`.
    pub kind: String,
    /// What the user calls it.
    pub label: String,
    /// What it can be told from others by.
    pub hint: Hint,
    /// Purposes it serves.
    pub purposes: Vec<String>,
    /// When it was added.
    pub created: u64,
    /// When it last verified the user.
    pub last_used: u64,
    /// Until when it is locked.
    pub locked_until: u64,
    /// When a scheduled deletion takes effect.
    pub deletion_due: u64,
    /// Whether it is asked first at sign-in.
    pub is_default: bool,
    /// Recovery codes left; 0 for other kinds.
    pub remaining: u32,
    /// When an access pass expires.
    pub expires: u64,
}
