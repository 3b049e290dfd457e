//! Enrolling and importing methods.

use super::Case;
use crate::command::{Authority, Context, Phone, Room};
use crate::event::{
    ActivationFailed, Credential, DeletionReason, Fact, MethodEnrolled, MethodImported,
};
use crate::kind::{Enrollment, Proved, SyncedKeys};
use crate::policy::FirstMethod;
use crate::state::{Expense, State};
use crate::{Kind, MethodId, Refusal, SealedMethod, Strength, TokenId, UserId};

/// What the enrollment of a method would lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnrollmentOutlook {
    /// Whether the method would become the default.
    pub becomes_default: bool,
}

/// Whether the user may begin to enrol a method of `kind`, on this number if it is on a phone, before
/// anything is made for it.
///
/// # Errors
///
/// The refusal that finishing the enrollment would meet.
pub fn enrollment_outlook(
    state: &State,
    user: UserId,
    context: &Context,
    kind: Kind,
    phone: Option<&Phone>,
) -> Result<EnrollmentOutlook, Refusal> {
    let introduced = super::introduced(state, context);
    let case = Case::new(&introduced, user, context)?;
    // Checked before a proof is asked for, which would be wasted on what cannot be added.
    case.has_room(kind)?;
    if let Some(phone) = phone {
        case.may_take_place(kind, phone)?;
    }
    case.may_enroll(kind)?;
    let takes_over = case
        .default_after_enrolling(MethodId::from_bytes([0; 16]), kind)
        .is_some();
    Ok(EnrollmentOutlook {
        becomes_default: takes_over,
    })
}

impl Case<'_> {
    pub(super) fn enroll(
        &self,
        method: MethodId,
        proved: &Proved<Credential>,
        sealed: &SealedMethod,
        token: Option<TokenId>,
        same_number: &[MethodId],
    ) -> Result<Vec<Fact>, Refusal> {
        let credential = proved.credential();
        let kind = credential.kind();
        let vouched = self.may_enroll(kind)?;
        self.may_register(credential)?;
        if let Some(token) = token {
            let token = self.state.token(token).ok_or(Refusal::UnknownToken)?;
            if token.reached.includes(credential) {
                return Err(Refusal::TokenCodeUsed);
            }
        }
        if let Some(place) = credential.place() {
            let same_number = same_number.to_vec();
            self.may_take_place(kind, &Phone { place, same_number })?;
        }
        self.proves_enrollment(credential)?;
        self.approves_enrollment(credential)?;
        let first = !self.user.has_sign_in_method(self.context.now) && kind.can_be_default();
        let enrolled = MethodEnrolled {
            method,
            credential: credential.clone(),
            sealed: sealed.clone(),
            token,
            first_proof: first.then_some(self.context.session),
            vouched,
        };
        let former = self.user.only(kind).filter(|_| kind.row().replaces);
        let replaced = former.map(|former| self.deletion(former.id(), DeletionReason::Replaced));
        Ok(replaced
            .into_iter()
            .chain([enrolled.into()])
            .chain(self.default_after_enrolling(method, kind))
            .collect())
    }

    /// Checks that what is sealed of the new method was compared with all methods that there are now: of
    /// two that come in at once, each would miss the other.
    pub(super) fn expect_compared(&self, compared: &[MethodId]) -> Result<(), Refusal> {
        let methods = self.user.methods();
        if methods.iter().all(|known| compared.contains(&known.id())) {
            Ok(())
        } else {
            Err(Refusal::NotCompared)
        }
    }

    /// Imports a method that the user has proved elsewhere, as an administrator says. It does not
    /// replace the default.
    pub(super) fn import_method(
        &self,
        method: MethodId,
        credential: &Credential,
        sealed: &SealedMethod,
    ) -> Result<Vec<Fact>, Refusal> {
        self.require_administrator()?;
        if self.context.room == Room::Kept {
            return Err(Refusal::RoomKept);
        }
        let kind = credential.kind();
        if !kind.is_importable() {
            return Err(Refusal::NotImported(kind));
        }
        if !self.policy.allowed.contains(kind) {
            return Err(Refusal::KindNotAllowed(kind));
        }
        self.has_room(kind)?;
        self.may_register(credential)?;
        let imported = MethodImported {
            method,
            credential: credential.clone(),
            sealed: sealed.clone(),
        };
        let default = match self.user.default_method() {
            None => self.default_after_enrolling(method, kind),
            Some(_) => None,
        };
        Ok(std::iter::once(imported.into()).chain(default).collect())
    }

    /// Returns how strong the proof is that vouches for the new method; see
    /// [`MethodEnrolled::vouched`].
    pub(super) fn may_enroll(&self, kind: Kind) -> Result<Option<Strength>, Refusal> {
        if self.context.authority == Authority::Own && self.user.account_locked().is_some() {
            return Err(Refusal::AccountLocked);
        }
        self.expect_not_renamed()?;
        let row = kind.row();
        if row.enrollment == Enrollment::IssuedByAdministrator {
            return Err(Refusal::IssuedNotEnrolled(kind));
        }
        if !self.policy.allowed.contains(kind) {
            return Err(Refusal::KindNotAllowed(kind));
        }
        if kind.is_knowledge() && self.is_administrator() {
            return Err(Refusal::NotForAdministrators(kind));
        }
        let vouched = self.require_right_to_add(kind)?;
        self.has_room(kind)?;
        self.may_spend(Expense::Change)?;
        let alone = !self
            .user
            .methods()
            .iter()
            .any(|method| method.kind().can_be_default());
        if alone && row.needs_another {
            return Err(Refusal::AnotherMethodFirst(kind));
        }
        if row.enrollment == Enrollment::Claimed {
            self.may_try_activation()?;
        }
        Ok(vouched)
    }

    /// Whether the credential of a security key may become a method: one may be that of one method only,
    /// and of one that can be copied policy decides.
    fn may_register(&self, credential: &Credential) -> Result<(), Refusal> {
        let Credential::SecurityKey(key) = credential else {
            return Ok(());
        };
        let synced = self.state.policy().rules.security_key.synced;
        if key.backup.is_eligible() && synced == SyncedKeys::Refuse {
            return Err(Refusal::SyncedKey);
        }
        if self.state.is_registered(key.credential) {
            return Err(Refusal::KeyRegistered);
        }
        Ok(())
    }

    /// Whether the user may have one more of this kind.
    fn has_room(&self, kind: Kind) -> Result<(), Refusal> {
        let have = self
            .user
            .methods()
            .iter()
            .filter(|method| method.kind() == kind)
            .count();
        match self.state.policy().rules.most(kind) {
            Some(most) if have >= usize::from(most) => Err(Refusal::TooManyMethods { kind, most }),
            _ => Ok(()),
        }
    }

    /// Asks for a fresh proof, or for what policy asks of a user who has nothing to prove yet. An
    /// access pass for one use is gone by now, but its proof in this session still counts. Returns how
    /// strong the proof is, if one was needed.
    fn require_right_to_add(&self, kind: Kind) -> Result<Option<Strength>, Refusal> {
        let proof = self.require_fresh_proof_for(kind)?;
        let nothing_yet = !self.user.has_sign_in_method(self.context.now);
        if nothing_yet
            && self.context.authority == Authority::Own
            && self.policy.first_method == FirstMethod::AccessPass
            && self.fresh_proof().is_none()
        {
            return Err(Refusal::AccessPassNeeded);
        }
        Ok(proof)
    }

    pub(super) fn fail_activation(&self) -> Result<Vec<Fact>, Refusal> {
        self.may_try_activation()?;
        Ok(vec![
            ActivationFailed {
                source: self.context.source,
            }
            .into(),
        ])
    }

    fn may_try_activation(&self) -> Result<(), Refusal> {
        self.caller_may_attempt()?;
        let wait = self.user.wait(
            self.from(),
            &self.state.policy().rules.throttle,
            self.context.now,
        );
        wait.map_or(Ok(()), |until| Err(Refusal::TooSoon { until }))
    }
}
