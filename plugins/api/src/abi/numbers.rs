//! The numbers that stand for words.

use crate::{Level, MessagePurpose, Reason};

/// `enum secinfo_kind`: they are added up.
pub mod kinds {
    /// Texts.
    pub const TEXT: u32 = 1;
    /// Phone calls.
    pub const CALL: u32 = 2;
    /// Emails.
    pub const EMAIL: u32 = 4;
    /// All of them, by the names that [`crate::Info::kinds`] uses.
    pub const NAMED: [(&str, u32); 3] = [("text", TEXT), ("call", CALL), ("email", EMAIL)];
}

/// `enum secinfo_flag`: they are added up.
pub mod flags {
    /// A repeated message is delivered once.
    pub const IDEMPOTENT: u32 = 1;
    /// A final report comes after `Accepted`.
    pub const FOLLOWS_UP: u32 = 2;
    /// It leaves messages readable on this host.
    pub const READABLE: u32 = 4;
}

/// Words of the API and their numbers, both ways.
macro_rules! numbered {
    ($words:ident, $($number:literal => $word:ident),+ $(,)?) => {
        impl $words {
            /// Its number in the C ABI.
            pub const fn number(self) -> u32 {
                match self {
                    $(Self::$word => $number),+
                }
            }

            /// What a number of the C ABI stands for, if for anything.
            pub const fn from_number(number: u32) -> Option<Self> {
                match number {
                    $($number => Some(Self::$word),)+
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

/// `enum secinfo_status`, whose words have fields in [`crate::Report`].
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
