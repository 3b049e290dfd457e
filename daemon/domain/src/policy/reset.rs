//! What setting a new password without the old one asks for.

use crate::kind::Limit;
use crate::{GroupName, KindSet, Seconds};
use serde::{Deserialize, Serialize};

/// What a password reset asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResetRules {
    /// Whether users can reset their passwords at all.
    pub enabled: bool,
    /// How many gates a user passes who administers nothing.
    pub gates: Gates,
    /// The kinds that are gates, of those that are allowed.
    pub allowed: KindSet,
    /// The Unix groups whose members administer the host. They always pass two gates, and security
    /// questions are none of theirs.
    pub administrators: Vec<GroupName>,
    /// How long a whole reset lives, and a gate that was passed in it counts.
    pub life: Seconds,
    /// How long one step of it waits for an answer.
    pub step: Seconds,
    /// How many wrong answers end it.
    pub attempts: u8,
    /// Wrong answers of one user, at any gate, that lock every gate.
    pub failures: Limit,
    /// Wrong answers of one user at gates of one kind that lock that kind.
    pub failures_of_kind: Limit,
    /// How long either lock lasts. It is of resets only.
    pub lock: Seconds,
    /// New passwords of one user.
    pub of_user: Limit,
    /// Codes that are sent to one user for resets. They count apart from all others. To one country, and in
    /// all, go at most half as many as for anything else.
    pub codes_of_user: Limit,
    /// Resets that one calling account may begin, for all users together, those who do not exist
    /// among them.
    pub of_caller: Limit,
    /// The Unix groups whose members are kiosks: accounts that many people use without signing in.
    /// Resets that these begin count for each network that people come from.
    pub kiosks: Vec<GroupName>,
    /// Resets that one kiosk may begin for all networks together.
    pub of_kiosk: Limit,
    /// Whether a reset shows the masked number or address that a code goes to. It tells a stranger
    /// who has an account.
    pub shows_hints: bool,
    /// Whether users who lack methods for a reset are told at sign-in.
    pub reminds: bool,
}

/// How many different methods a password reset asks for. The order is the order of strictness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gates {
    /// One method.
    One,
    /// Two methods that do not go to one destination.
    Two,
}

impl Gates {
    /// The number.
    pub const fn count(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }
}

impl ResetRules {
    /// Whether a member of these groups administers the host. One whose groups are not known is
    /// taken for one who does.
    pub fn is_administrator(&self, groups: Option<&[GroupName]>) -> bool {
        groups.is_none_or(|groups| {
            groups
                .iter()
                .any(|group| self.administrators.contains(group))
        })
    }

    /// Whether a member of these groups is a kiosk.
    pub fn is_kiosk(&self, groups: &[GroupName]) -> bool {
        groups.iter().any(|group| self.kiosks.contains(group))
    }
}

impl Default for ResetRules {
    fn default() -> Self {
        Self {
            enabled: false,
            gates: Gates::One,
            allowed: KindSet::EVERY,
            administrators: ["sudo", "wheel", "admin"]
                .map(|name| GroupName::parse(name).expect("it is the name of a group"))
                .into(),
            life: Seconds::new(900),
            step: Seconds::new(300),
            attempts: 5,
            failures: Limit::new(5, 24 * 3600),
            failures_of_kind: Limit::new(5, 3600),
            lock: Seconds::from_days(1),
            of_user: Limit::new(3, 24 * 3600),
            // Two gates, and one more code for each.
            codes_of_user: Limit::new(4, 3600),
            of_caller: Limit::new(50, 24 * 3600),
            kiosks: Vec::new(),
            of_kiosk: Limit::new(1000, 24 * 3600),
            shows_hints: false,
            reminds: false,
        }
    }
}
