//! Taking methods in.

use super::Case;
use crate::command::{Authority, Command, Refusal, UserCommand};
use crate::event::{ActivationFailed, Credential, Fact, MethodEnrolled};
use crate::policy::FirstMethod;
use crate::state::State;
use crate::{Kind, MethodId, Sealed, TokenId};

/// What the enrollment of a method would lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnrollmentOutlook {
    /// Whether the method would become the default.
    pub becomes_default: bool,
}

/// Whether the user of this command may begin to enrol a method of `kind`, before anything is made
/// for it. The action of the command is not looked at.
///
/// # Errors
///
/// The refusal that finishing the enrollment would meet.
pub fn enrollment_outlook(
    state: &State,
    command: &UserCommand,
    kind: Kind,
) -> Result<EnrollmentOutlook, Refusal> {
    let introduced = super::introductions(state, &command.context)
        .iter()
        .fold(state.clone(), State::evolve);
    let case = Case::new(&introduced, command)?;
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
        credential: &Credential,
        sealed: &Sealed,
        token: Option<TokenId>,
    ) -> Result<Vec<Fact>, Refusal> {
        let kind = credential.kind();
        self.may_enroll(kind)?;
        if let Some(token) = token {
            self.state.token(token).ok_or(Refusal::UnknownToken)?;
        }
        let first = !self.user.has_sign_in_method(self.context.now) && kind.can_be_default();
        let enrolled = MethodEnrolled {
            method,
            credential: credential.clone(),
            sealed: sealed.clone(),
            token,
            first_proof: first.then_some(self.context.session),
        };
        Ok(std::iter::once(enrolled.into())
            .chain(self.default_after_enrolling(method, kind))
            .collect())
    }

    pub(super) fn may_enroll(&self, kind: Kind) -> Result<(), Refusal> {
        if !self.policy.allowed.contains(kind) {
            return Err(Refusal::KindNotAllowed(kind));
        }
        self.require_right_to_add()?;
        let have = self
            .user
            .methods()
            .iter()
            .filter(|method| method.kind() == kind)
            .count();
        if let Some(most) = self.most(kind).filter(|most| have >= usize::from(*most)) {
            return Err(Refusal::TooManyMethods { kind, most });
        }
        let alone = !self
            .user
            .methods()
            .iter()
            .any(|method| method.kind().can_be_default());
        if alone && matches!(kind, Kind::SecurityKey | Kind::RecoveryCodes) {
            return Err(Refusal::AnotherMethodFirst(kind));
        }
        if kind == Kind::HardwareToken {
            self.may_try_activation()?;
        }
        Ok(())
    }

    /// Fresh proof, or what policy asks of a user who has nothing to prove yet.
    fn require_right_to_add(&self) -> Result<(), Refusal> {
        self.require_fresh_proof()?;
        let nothing_yet = !self.user.has_sign_in_method(self.context.now);
        if nothing_yet
            && self.context.authority == Authority::Own
            && self.policy.first_method == FirstMethod::AccessPass
        {
            return Err(Refusal::AccessPassNeeded);
        }
        Ok(())
    }

    fn most(&self, kind: Kind) -> Option<u8> {
        let rules = &self.state.policy().rules;
        match kind {
            Kind::AuthenticatorApp => Some(rules.authenticator_app.most),
            Kind::HardwareToken => Some(rules.hardware_token.most),
            Kind::SecurityKey => Some(10),
            Kind::Text | Kind::Call => Some(3),
            Kind::Push => Some(5),
            Kind::Email | Kind::SecurityQuestions => Some(1),
            // Issued anew, they replace the former ones.
            Kind::RecoveryCodes | Kind::AccessPass => None,
        }
    }

    pub(super) fn fail_activation(&self) -> Result<Vec<Fact>, Refusal> {
        self.may_try_activation()?;
        Ok(vec![ActivationFailed {}.into()])
    }

    fn may_try_activation(&self) -> Result<(), Refusal> {
        let wait = self
            .user
            .wait(&self.state.policy().rules.throttle, self.context.now);
        wait.map_or(Ok(()), |until| Err(Refusal::TooSoon { until }))
    }
}

impl From<UserCommand> for Command {
    fn from(command: UserCommand) -> Self {
        Self::User(command)
    }
}
