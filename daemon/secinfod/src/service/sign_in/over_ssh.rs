//! Security keys that have signed in to sshd before PAM was asked, as OpenSSH's own.

use super::conversation::Turn;
use crate::core::ServiceError;
use crate::service::Proven;
use secinfo_domain::kind::SshKeys;
use secinfo_wire::sign_in::SSHD;

impl Turn<'_> {
    /// The proof by a security key of the user's that sshd has accepted, where it counts. The user is asked as
    /// ever where it does not.
    pub(super) async fn proved_over_ssh(&self) -> Result<Option<Proven>, ServiceError> {
        let Some(ssh) = &self.sign_in.ssh else {
            return Ok(None);
        };
        let (person, by) = (&self.sign_in.person, &self.sign_in.by);
        let proven = self.parts.verifications.verify_over_ssh(person, by, ssh);
        match proven.await {
            Err(ServiceError::Refused(_)) => Ok(None),
            proven => proven,
        }
    }

    /// Whether the user is to set up a method here, and can be asked for another proof first. sshd tells neither
    /// whether the key was copied nor for whom a forwarded agent has signed: that lets no further method in.
    pub(super) fn proves_otherwise(&self) -> Result<bool, ServiceError> {
        let is_asked = self.sign_in.verification.is_some() && self.offers_set_up();
        Ok(is_asked && self.missing()?.is_some())
    }

    /// Whether a security key would count here that had signed in to sshd.
    pub(super) fn counts_over_ssh(&self) -> bool {
        let service = self.sign_in.by.service.as_ref();
        let rule = self.parts.core.state().policy().rules.security_key.ssh;
        rule == SshKeys::VerifyRequired && service.is_some_and(|service| service.as_str() == SSHD)
    }
}
