//! What text and call have in common: a code that goes to one of the user's phone numbers.

use super::row::{Enrollment, Row, SentTo};
use crate::{Purpose, Strength};

/// The row of a kind whose codes go to a phone number; they differ in how readily the default falls
/// to them.
pub(super) const fn row(fallback_rank: u8) -> Row {
    Row {
        purposes: &Purpose::ALL,
        fallback_rank: Some(fallback_rank),
        takes_over_default: false,
        strength: Strength::Delivered,
        protection: Strength::Delivered,
        sent_to: Some(SentTo::Phone),
        can_be_guessed: true,
        enrollment: Enrollment::Claimed,
        // One for each place.
        replaces: false,
        most: Some(3),
        needs_another: false,
        is_importable: false,
    }
}

/// The credential of such a kind.
macro_rules! credential {
    ($(#[$doc:meta])* $kind:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $kind {
            /// Which of the user's phone numbers it is.
            pub place: crate::Place,
            /// The message whose code proved it.
            pub proved_by: crate::MessageId,
        }

        impl $kind {
            /// A number that the user has proved by the code of this message.
            pub fn proved(
                place: crate::Place,
                proved_by: crate::MessageId,
            ) -> super::proved::Proved<Self> {
                super::proved::Proved::new(Self { place, proved_by })
            }
        }

        impl super::row::CredentialRules for $kind {
            fn place(&self) -> Option<crate::Place> {
                Some(self.place)
            }

            fn proved_by(&self) -> Option<crate::MessageId> {
                Some(self.proved_by)
            }
        }
    };
}

pub(super) use credential;
