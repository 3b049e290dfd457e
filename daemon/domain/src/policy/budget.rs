//! How much one user may have appended to the log.

use crate::kind::Limit;
use serde::{Deserialize, Serialize};

/// How much one user may do that is written into the log, which is never shortened. What is refused
/// for wrong codes and messages has limits of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BudgetRules {
    /// Changes to one's own security info that add something to it.
    pub changes: Limit,
    /// Verifications, sign-ins without one, and deletions: what goes on when no further change does.
    pub verifications: Limit,
}

impl Default for BudgetRules {
    fn default() -> Self {
        Self {
            changes: Limit::new(100, 24 * 3600),
            verifications: Limit::new(2000, 24 * 3600),
        }
    }
}
