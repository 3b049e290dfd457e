//! `org.secinfo.SecurityInfo1.Method`: one enrolled method.

use crate::error::Result;
use crate::hint::Hint;
use crate::names::interface;
use crate::properties::define_properties;
use zbus::proxy;

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

    /// A security key as OpenSSH keeps one: the line for `authorized_keys`, and the file with which ssh
    /// finds the key. Neither holds a secret. The user.
    fn get_open_ssh_key(&self) -> Result<(String, String)>;
}

/// Whether the method is gone; if not, when it will be.
pub type Deletion = (bool, u64);

define_properties! {
    /// The properties of a method.
    interface::METHOD: MethodProperties {
        /// The id.
        id: String = ID "Id" Const,
        /// The kind.
        kind: String = KIND "Kind" Const,
        /// What the user calls it.
        label: String = LABEL "Label" Value,
        /// What it can be told from others by, masked: digits, period, place, number, address,
        /// serial, mode or once.
        hint: Hint = HINT "Hint" Value,
        /// What it serves.
        purposes: Vec<String> = PURPOSES "Purposes" Const,
        /// When it was enrolled.
        created: u64 = CREATED "Created" Const,
        /// When it was last proved; 0 for never.
        last_used: u64 = LAST_USED "LastUsed" Value,
        /// Phone: when it asked for requests last, since the daemon has started; 0 for never.
        last_seen: u64 = LAST_SEEN "LastSeen" No,
        /// When its lock ends; 0 for not locked.
        locked_until: u64 = LOCKED_UNTIL "LockedUntil" Value,
        /// When it will be deleted; 0 for never.
        deletion_due: u64 = DELETION_DUE "DeletionDue" Value,
        /// Whether it is the default.
        is_default: bool = IS_DEFAULT "IsDefault" Value,
        /// Whether policy still allows its kind; one that it does not allow is not asked for, but by
        /// services for which policy does.
        is_allowed: bool = IS_ALLOWED "IsAllowed" Value,
        /// How many recovery codes are left.
        remaining: u32 = REMAINING "Remaining" Value,
        /// Whether a counter that has not grown has told that there may be a copy of the security key.
        may_be_copied: bool = MAY_BE_COPIED "MayBeCopied" Value,
        /// When the user is to confirm by a code that the phone number or address is theirs; 0 for never.
        confirm_due: u64 = CONFIRM_DUE "ConfirmDue" Value,
        /// When an access pass begins; 0 for at once.
        begins: u64 = BEGINS "Begins" Const,
        /// When an access pass ends; 0 for never.
        expires: u64 = EXPIRES "Expires" Const,
    }
}
