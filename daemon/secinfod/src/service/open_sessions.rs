//! What is open for a user, to be closed when the user is erased or the password is reset.

use super::enrollment::Enrollments;
use super::sign_in::SignIns;
use super::verification::Verifications;
use crate::core::Person;
use std::sync::Arc;

/// What may be open for users.
#[derive(Clone)]
pub(super) struct OpenSessions {
    pub(super) enrollments: Arc<Enrollments>,
    pub(super) verifications: Arc<Verifications>,
    pub(super) sign_ins: Arc<SignIns>,
}

impl OpenSessions {
    /// Ends every enrollment, verification and sign-in of a user.
    pub(super) fn close_of(&self, person: &Person) {
        let user = person.id;
        let enrollments = self.enrollments.sessions();
        enrollments.close_about(|enrollment| enrollment.person.id == user);
        let verifications = self.verifications.sessions();
        verifications.close_about(|verification| verification.person.id == user);
        let sign_ins = self.sign_ins.sessions();
        sign_ins.close_about(|sign_in| sign_in.is_of(person));
    }
}
