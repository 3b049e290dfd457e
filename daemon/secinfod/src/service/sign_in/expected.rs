//! What a sign-in would come to, told before the user signs in.

use super::SignIns;
use super::conversation::outlook;
use super::step::RefusedFor;
use crate::core::{Person, Requester, ServiceError};
use secinfo_domain::{Barred, SetUp, SignInOutlook, SignInPlace, Timestamp};

/// What a sign-in of a user at a service would come to, from a place that is not known.
pub struct Expected {
    /// What it would begin with.
    pub beginning: Beginning,
    /// Whether the user administers the host, as password resets tell it.
    pub is_administrator: bool,
}

/// What a sign-in would begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beginning {
    /// Nothing is asked.
    NotCovered,
    /// A proof is asked for.
    Verify,
    /// A method is to be set up; until when that can be put off, if it can.
    SetUp {
        /// When the days of grace end.
        grace_ends: Option<Timestamp>,
    },
    /// The user would be refused.
    Refused(RefusedFor),
}

impl Beginning {
    fn of(outlook: SignInOutlook) -> Self {
        match outlook {
            SignInOutlook::NotCovered(_) | SignInOutlook::Remembered => Self::NotCovered,
            SignInOutlook::Verify => Self::Verify,
            SignInOutlook::AccountLocked => Self::Refused(RefusedFor::Locked),
            SignInOutlook::Renamed => Self::Refused(RefusedFor::Renamed),
            SignInOutlook::SetUp(SetUp {
                may_postpone: true,
                grace_ends,
                ..
            }) => Self::SetUp {
                grace_ends: Some(grace_ends),
            },
            SignInOutlook::SetUp(SetUp { barred, .. }) => match barred {
                None => Self::SetUp { grace_ends: None },
                Some(Barred::AccessPassNeeded) => Self::Refused(RefusedFor::AccessPassNeeded),
                Some(Barred::ProofNeeded) => Self::Refused(RefusedFor::NoMethod),
            },
        }
    }
}

impl SignIns {
    /// What a sign-in of this user would come to at the service that `by` names.
    pub fn expected(&self, person: &Person, by: &Requester) -> Result<Expected, ServiceError> {
        let core = &self.parts.core;
        let by = &core.requester_for(person, by)?;
        let outlook = outlook(core, person, by, &SignInPlace::default())?;
        let context = core.context_for_reset(person, by)?;
        let state = core.state();
        Ok(Expected {
            beginning: Beginning::of(outlook),
            is_administrator: state
                .policy()
                .rules
                .reset
                .is_administrator(context.groups.as_deref()),
        })
    }
}
