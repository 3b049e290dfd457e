//! Authorization of what a caller may not do by default. A missing answer is a refusal.

use super::access::Action;
use super::caller::Caller;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::Semaphore;
use zbus::message::Header;
use zbus::proxy::CacheProperties;
use zbus_polkit::policykit1::{AuthorityProxy, CheckAuthorizationFlags, Subject};

/// How many questions about one user polkit has before it at once. Others wait for their turn.
const QUESTIONS: usize = 4;

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
    /// The turns of those users of whom it is being asked.
    turns: Mutex<HashMap<u32, Weak<Semaphore>>>,
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
                turns: Mutex::default(),
            }),
        })
    }

    /// Whether `caller`, who sent the call with this header, may do `action`. `interactive` says
    /// that polkit may ask a person. An error, a missing polkit and silence are a no, and so is a
    /// caller who leaves the bus meanwhile.
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
                polkit.check(caller, header, action, interactive).await && !caller.is_gone()
            }
            _ => false,
        }
    }
}

impl Polkit {
    async fn check(
        &self,
        caller: &Caller,
        header: &Header<'_>,
        action: Action,
        interactive: bool,
    ) -> bool {
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
        let turns = self.turns_of(caller.uid());
        let turn = tokio::select! {
            turn = tokio::time::timeout(deadline, turns.acquire()) => turn,
            () = caller.left() => return false,
        };
        if !matches!(turn, Ok(Ok(_))) {
            tracing::warn!(
                action = action.id(),
                "polkit has too many questions about one user, which is a no"
            );
            return false;
        }
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
        let checked = tokio::select! {
            checked = tokio::time::timeout(deadline, check) => Some(checked),
            () = caller.left() => None,
        };
        match checked {
            Some(Ok(Ok(result))) => return result.is_authorized,
            Some(Ok(Err(error))) => {
                tracing::warn!(%error, action = action.id(), "polkit gives no answer, which is a no");
                return false;
            }
            Some(Err(_)) => {
                tracing::warn!(action = action.id(), "polkit takes too long, which is a no");
            }
            None => tracing::debug!(action = action.id(), "who asked polkit has left the bus"),
        }
        // Closes the dialog that a person may still have before them. Whether that works changes
        // nothing about the answer.
        let cancel = self.authority.cancel_check_authorization(&cancellation_id);
        let _ = tokio::time::timeout(self.deadlines.quick, cancel).await;
        false
    }

    /// The turns of a user, for as long as one of them is taken or waited for.
    fn turns_of(&self, uid: u32) -> Arc<Semaphore> {
        // Each operation leaves the map consistent, so a panic in between does no harm.
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = turns.get(&uid).and_then(Weak::upgrade) {
            return known;
        }
        turns.retain(|_, known| known.strong_count() > 0);
        let new = Arc::new(Semaphore::new(QUESTIONS));
        turns.insert(uid, Arc::downgrade(&new));
        new
    }
}
