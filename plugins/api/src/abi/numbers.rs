//! The numbers of the C enums.

use crate::{Level, MessagePurpose, Reason};

/// `enum secinfo_kind`: bits to be combined.
pub mod kinds {
    /// Texts.
    pub const TEXT: u32 = 1;
    /// Phone calls.
    pub const CALL: u32 = 2;
    /// Emails.
    pub const EMAIL: u32 = 4;
    /// What rings phones while a sign-in waits for them.
    pub const PUSH: u32 = 8;
    /// All kinds, with their names in [`crate::Info::kinds`].
    pub const NAMED: [(&str, u32); 4] = [
        ("text", TEXT),
        ("call", CALL),
        ("email", EMAIL),
        ("push", PUSH),
    ];
}

/// `enum secinfo_flag`: bits to be combined.
pub mod flags {
    /// The provider delivers a repeated message once.
    pub const IDEMPOTENT: u32 = 1;
    /// A final report follows `Accepted`.
    pub const FOLLOWS_UP: u32 = 2;
    /// The plugin leaves messages readable on this host.
    pub const READABLE: u32 = 4;
}

/// Converts an enum to its numbers in the C ABI and back.
macro_rules! numbered {
    ($enum:ident, $($number:literal => $variant:ident),+ $(,)?) => {
        impl $enum {
            /// The number in the C ABI.
            pub const fn number(self) -> u32 {
                match self {
                    $(Self::$variant => $number),+
                }
            }

            /// The variant with this number in the C ABI, if there is one.
            pub const fn from_number(number: u32) -> Option<Self> {
                match number {
                    $($number => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

numbered!(MessagePurpose,
    1 => Enrollment,
    2 => SignIn,
    3 => PasswordReset,
    4 => Notice,
    5 => Test,
);

numbered!(Reason,
    1 => Destination,
    2 => Unreachable,
    3 => Settings,
    4 => Refused,
    5 => Busy,
    6 => TimedOut,
    7 => Provider,
    8 => Plugin,
);

numbered!(Level,
    1 => Error,
    2 => Warning,
    3 => Info,
    4 => Debug,
);

/// `enum secinfo_status`: the variants of [`crate::Report`] without their fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// [`crate::Report::Accepted`].
    Accepted,
    /// [`crate::Report::Delivered`].
    Delivered,
    /// [`crate::Report::Failed`].
    Failed,
    /// [`crate::Report::TryLater`].
    TryLater,
}

numbered!(Status,
    1 => Accepted,
    2 => Delivered,
    3 => Failed,
    4 => TryLater,
);
