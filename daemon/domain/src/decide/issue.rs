//! Recovery codes and access passes: codes that are issued instead of enrolled.

use super::Case;
use crate::Refusal;
use crate::command::Authority;
use crate::event::{AccessPassIssued, DeletionReason, Fact, RecoveryCodesIssued};
use crate::kind::AccessPass;
use crate::{Kind, MethodId, SealedMethod, Seconds, Timestamp};

impl Case<'_> {
    pub(super) fn issue_recovery_codes(
        &self,
        method: MethodId,
        sealed: &SealedMethod,
        count: u8,
    ) -> Result<Vec<Fact>, Refusal> {
        let vouched = self.may_enroll(Kind::RecoveryCodes)?;
        if let Some(former) = self.user.only(Kind::RecoveryCodes)
            && former.is_usable(self.context.now)
            && vouched.is_some_and(|strength| strength < self.protection(former))
        {
            return Err(Refusal::StrongerProofNeeded);
        }
        let issued = RecoveryCodesIssued {
            method,
            count,
            sealed: sealed.clone(),
            vouched,
        };
        Ok(self.replacing(Kind::RecoveryCodes, issued.into()))
    }

    pub(super) fn issue_access_pass(
        &self,
        method: MethodId,
        sealed: &SealedMethod,
        begins: Option<Timestamp>,
        valid: Seconds,
        once: bool,
    ) -> Result<Vec<Fact>, Refusal> {
        if self.context.on_self {
            return Err(Refusal::NotForYourself);
        }
        self.require_administrator()?;
        if !self.policy.allowed.contains(Kind::AccessPass) {
            return Err(Refusal::KindNotAllowed(Kind::AccessPass));
        }
        if !AccessPass::VALIDITY.contains(&valid) {
            return Err(Refusal::ValidityOutOfRange);
        }
        let now = self.context.now;
        let begins = begins.unwrap_or(now);
        if begins.plus(AccessPass::LATE) < now || now.plus(AccessPass::AHEAD) < begins {
            return Err(Refusal::BeginsOutOfRange);
        }
        let begins = begins.max(now);
        let issued = AccessPassIssued {
            method,
            begins,
            expires: begins.plus(valid),
            once,
            sealed: sealed.clone(),
        };
        Ok(self.replacing(Kind::AccessPass, issued.into()))
    }

    pub(super) fn revoke_access_pass(&self) -> Result<Vec<Fact>, Refusal> {
        self.require_administrator()?;
        let pass = self
            .user
            .only(Kind::AccessPass)
            .ok_or(Refusal::UnknownMethod)?;
        let reason = match self.context.authority {
            Authority::Administrator | Authority::Own => DeletionReason::Administrator,
            Authority::System => DeletionReason::Expired,
        };
        Ok(vec![self.deletion(pass.id(), reason)])
    }

    fn replacing(&self, kind: Kind, issued: Fact) -> Vec<Fact> {
        let former = self.user.only(kind);
        former
            .map(|former| self.deletion(former.id(), DeletionReason::Replaced))
            .into_iter()
            .chain([issued])
            .collect()
    }
}
