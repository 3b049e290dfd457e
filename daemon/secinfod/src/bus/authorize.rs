//! Authorization of what a caller may not do by default. A missing answer is a refusal.

use super::access::Action;
use super::caller::Caller;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use zbus::message::Header;
use zbus::proxy::CacheProperties;
use zbus_polkit::policykit1::{AuthorityProxy, CheckAuthorizationFlags, Subject};

/// How long polkit may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolkitDeadlines {
    /// Without interaction.
    pub quick: Duration,
    /// With a prompt for a password.
    pub interactive: Duration,
}

impl Default for PolkitDeadlines {
    fn default() -> Self {
        Self {
            quick: Duration::from_secs(5),
            interactive: Duration::from_mins(2),
        }
    }
}

/// Decides on actions. Root may always.
pub struct Authorizer {
    polkit: Option<Polkit>,
}

struct Polkit {
    authority: AuthorityProxy<'static>,
    deadlines: PolkitDeadlines,
    next_check: AtomicU64,
}

impl Authorizer {
    /// Allows root only. For hosts without polkit
    /// (`authorization = "uid"`).
    pub fn uid() -> Self {
        Self { polkit: None }
    }

    /// Allows root, and callers that polkit allows. polkit is started by the first question, not by
    /// this.
    ///
    /// # Errors
    /// When the connection is closed.
    pub async fn polkit(
        connection: &zbus::Connection,
        deadlines: PolkitDeadlines,
    ) -> zbus::Result<Self> {
        let authority = AuthorityProxy::builder(connection)
            .cache_properties(CacheProperties::No)
            .build()
            .await?;
        Ok(Self {
            polkit: Some(Polkit {
                authority,
                deadlines,
                next_check: AtomicU64::new(0),
            }),
        })
    }

    /// Whether `caller`, who sent the call with this header, may do `action`. `interactive` says
    /// that polkit may ask a person. An error, a missing polkit and silence are a no.
    pub async fn allows(
        &self,
        caller: &Caller,
        header: Option<&Header<'_>>,
        action: Action,
        interactive: bool,
    ) -> bool {
        if caller.uid() == 0 {
            return true;
        }
        match (&self.polkit, header) {
            (Some(polkit), Some(header)) => {
                polkit.check(header, action, interactive).await && !caller.is_gone()
            }
            _ => false,
        }
    }
}

impl Polkit {
    async fn check(&self, header: &Header<'_>, action: Action, interactive: bool) -> bool {
        let Ok(subject) = Subject::new_for_message_header(header) else {
            return false;
        };
        let (flags, deadline) = if interactive {
            (
                CheckAuthorizationFlags::ALLOW_USER_INTERACTION,
                self.deadlines.interactive,
            )
        } else {
            (CheckAuthorizationFlags::empty(), self.deadlines.quick)
        };
        let cancellation_id = format!(
            "secinfo-{}",
            self.next_check.fetch_add(1, Ordering::Relaxed)
        );
        let details = HashMap::new();
        let check = self.authority.check_authorization(
            &subject,
            action.id(),
            &details,
            flags,
            &cancellation_id,
        );
        match tokio::time::timeout(deadline, check).await {
            Ok(Ok(result)) => result.is_authorized,
            Ok(Err(error)) => {
                tracing::warn!(%error, action = action.id(), "polkit gives no answer, which is a no");
                false
            }
            Err(_) => {
                tracing::warn!(action = action.id(), "polkit takes too long, which is a no");
                // Closes the dialog that a person may still have before them. Whether that works
                // changes nothing about the answer.
                let cancel = self.authority.cancel_check_authorization(&cancellation_id);
                let _ = tokio::time::timeout(self.deadlines.quick, cancel).await;
                false
            }
        }
    }
}
