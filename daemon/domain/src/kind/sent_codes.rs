//! What the kinds have in common whose codes are sent: text, call and email. One section of policy
//! holds for them together, because its limits count their messages together.

use crate::{Country, Digits, Seconds};
use serde::{Deserialize, Serialize};

/// Codes that are sent by text, call and email.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeRules {
    /// The digits of a code.
    pub digits: Digits,
    /// How long a code is good.
    pub life: Seconds,
    /// How long a user waits before the next code can be sent to the same destination.
    pub resend_after: Seconds,
    /// Messages to one user.
    pub of_user: Limit,
    /// Messages to one destination, of all users together.
    pub of_destination: Limit,
    /// Messages to phone numbers of one country.
    pub of_country: Limit,
    /// Messages in all.
    pub in_all: Limit,
    /// The countries whose phone numbers messages go to; every country when there is none.
    pub allowed_countries: Vec<Country>,
    /// The countries whose phone numbers no message goes to.
    pub denied_countries: Vec<Country>,
}

/// So many within so much time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// How many.
    pub most: u16,
    /// The time, at most [`Limit::LONGEST`].
    pub within: Seconds,
}

impl Limit {
    /// The longest time over which anything is counted.
    pub const LONGEST: Seconds = Seconds::from_days(1);

    /// So many within so many seconds.
    pub const fn new(most: u16, within: u32) -> Self {
        Self {
            most,
            within: Seconds::new(within),
        }
    }

    /// Half as many in the same time, rounded up.
    #[must_use]
    pub const fn half(self) -> Self {
        Self {
            most: self.most.div_ceil(2),
            ..self
        }
    }
}

impl CodeRules {
    /// Whether messages may go to phone numbers of this country.
    pub fn allows(&self, country: Country) -> bool {
        let allowed = &self.allowed_countries;
        (allowed.is_empty() || allowed.contains(&country))
            && !self.denied_countries.contains(&country)
    }
}

impl Default for CodeRules {
    fn default() -> Self {
        Self {
            digits: Digits::Six,
            life: Seconds::new(300),
            resend_after: Seconds::new(30),
            of_user: Limit::new(10, 3600),
            of_destination: Limit::new(10, 3600),
            of_country: Limit::new(500, 3600),
            in_all: Limit::new(1000, 3600),
            allowed_countries: Vec::new(),
            denied_countries: Vec::new(),
        }
    }
}
