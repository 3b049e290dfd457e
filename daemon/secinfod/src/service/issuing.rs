//! Issuing recovery codes and access passes. Each is shown once, and only its hash is kept.

use super::notices::Notices;
use crate::core::{Core, HashingFor, Requester, ServiceError, Waiter, no_randomness, random_id};
use crate::methods::payload::MethodPayload;
use crate::methods::written_code::WrittenCode;
use crate::methods::written_code::hashed::{Cost, HashedSet};
use crate::methods::{self, access_pass, recovery_codes};
use secinfo_domain::event::Fact;
use secinfo_domain::{
    Action, Kind, Label, MethodId, SealedMethod, Seconds, Timestamp, enrollment_outlook,
};
use secinfo_ledger::NewKey;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Issues recovery codes and access passes.
pub struct IssuedCodes {
    core: Arc<Core>,
    notices: Arc<Notices>,
}

/// A new method of codes, ready to be appended.
struct Issue {
    method: MethodId,
    sealed: SealedMethod,
    key: Arc<NewKey>,
}

impl IssuedCodes {
    pub(super) const fn new(core: Arc<Core>, notices: Arc<Notices>) -> Self {
        Self { core, notices }
    }

    /// Issues recovery codes; former ones are void.
    pub async fn issue_recovery_codes(
        &self,
        uid: u32,
        by: &Requester,
    ) -> Result<Vec<Zeroizing<String>>, ServiceError> {
        let person = self.core.person(uid)?;
        let state = self.core.state();
        // Refused before ten memory-hard hashes are computed, not after.
        let context = self.core.context(&person, by)?;
        enrollment_outlook(&state, person.id, &context, Kind::RecoveryCodes, None)?;
        let count = state.policy().rules.recovery_codes.count;
        let codes = recovery_codes::generate(count).map_err(no_randomness)?;
        let shown = codes.iter().map(WrittenCode::in_groups).collect();
        let hashes = self.hash(by, codes).await?;
        let issue = Self::issue(Kind::RecoveryCodes, hashes)?;
        let action = Action::IssueRecoveryCodes {
            method: issue.method,
            sealed: issue.sealed,
            count,
        };
        self.notices
            .commit(&person, by, action, vec![issue.key])
            .await?;
        Ok(shown)
    }

    /// Issues an access pass; a former one is void.
    pub async fn issue_access_pass(
        &self,
        uid: u32,
        by: &Requester,
        begins: Option<Timestamp>,
        valid: Seconds,
        once: bool,
    ) -> Result<(Zeroizing<String>, Timestamp), ServiceError> {
        let person = self.core.person(uid)?;
        let pass = access_pass::generate().map_err(no_randomness)?;
        let shown = pass.in_groups();
        let hashes = self.hash(by, vec![pass]).await?;
        let issue = Self::issue(Kind::AccessPass, hashes)?;
        let action = Action::IssueAccessPass {
            method: issue.method,
            sealed: issue.sealed,
            begins,
            valid,
            once,
        };
        let events = self
            .notices
            .commit(&person, by, action, vec![issue.key])
            .await?;
        let expires = events.iter().find_map(|event| match &event.fact {
            Fact::AccessPassIssued(issued) => Some(issued.expires),
            _ => None,
        });
        Ok((shown, expires.expect("a pass that is issued has its event")))
    }

    /// The hashes of these codes. Each is a turn of its own, so that others wait for one of them at most.
    async fn hash(
        &self,
        by: &Requester,
        codes: Vec<WrittenCode>,
    ) -> Result<HashedSet, ServiceError> {
        let mut set = HashedSet::empty(Cost::default())?;
        for code in codes {
            let work = move || set.with(&code);
            set = self
                .core
                .hash(Waiter::account(by.uid), HashingFor::Issuing, work)
                .await??;
        }
        Ok(set)
    }

    fn issue(kind: Kind, hashes: HashedSet) -> Result<Issue, ServiceError> {
        let method = MethodId::from_bytes(random_id()?);
        let key = NewKey::generate(method.into())?;
        let label = Label::parse(methods::of(kind).default_label())?;
        let sealed = MethodPayload::Codes { hashes }.seal(&key, &label)?;
        Ok(Issue {
            method,
            sealed,
            key: Arc::new(key),
        })
    }
}
