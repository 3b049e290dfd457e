//! What time asks for: deletions whose waiting time is over, access passes that have expired.

use super::{Person, Requester, Service, ServiceError, now};
use secinfo_domain::{Action, Authority, SessionTag, UserId};

impl Service {
    /// Carries out everything that is due; how many users it concerned. One thing for each user at
    /// a time: what is left is due at the next call.
    pub async fn carry_out_due(&self) -> Result<usize, ServiceError> {
        let due = self.state().due(now());
        for user in &due {
            self.carry_out_for(*user).await?;
        }
        Ok(due.len())
    }

    async fn carry_out_for(&self, user: UserId) -> Result<(), ServiceError> {
        // A user whose account is gone still has what is due.
        let Some(account) = self.account_of(user) else {
            return Ok(());
        };
        let by = Requester {
            uid: 0,
            session: SessionTag::from_bytes([0; 16]),
            service: None,
            authority: Authority::System,
        };
        self.commit(
            &Person::known(account, user),
            &by,
            Action::CarryOutDue,
            Vec::new(),
        )
        .await
        .map(|_| ())
    }
}
