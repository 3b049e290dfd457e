//! The start of push: the key of the host, the phones that are enrolled, and the connection to the relay.

use super::{Approvals, Host, phone_of};
use crate::core::{Appended, ServiceError};
use crate::push::{PhoneOwner, generate, keep_connected};
use secinfo_domain::event::Fact;
use secinfo_domain::{Kind, State, UserId};
use secinfo_pipush::HostKey;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

/// How long to wait until what failed is tried again: twice as long each time.
const FIRST_WAIT: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_mins(5);

/// How many posts may wait.
const MOST_WAITING: usize = 256;

impl Approvals {
    /// Starts, where push is on, on the current tokio runtime. Nothing waits for it: the key is made beside.
    pub(in crate::service) fn start(self: &Arc<Self>) {
        let approvals = Arc::clone(self);
        let appended = self.core.subscribe();
        if self.is_on() {
            tokio::spawn(async move {
                let mut wait = FIRST_WAIT;
                while let Err(error) = approvals.begin().await {
                    tracing::error!(%error, "no request can be sent to phones");
                    sleep(wait).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
                approvals.follow(appended).await;
            });
        }
    }

    async fn begin(self: &Arc<Self>) -> Result<(), ServiceError> {
        let Some(host) = &self.host else {
            return Ok(());
        };
        let key = self.host_key().await?;
        self.know_all().await;
        let _ = host.key.set(Arc::new(key));
        let (sender, posts) = mpsc::channel(MOST_WAITING);
        tokio::spawn(Arc::clone(self).serve(posts));
        let (phones, socket) = (Arc::clone(&host.phones), host.socket.clone());
        tokio::spawn(keep_connected(phones, socket, self.core.clock(), sender));
        Ok(())
    }

    /// The key of the host. It is made where there is none.
    async fn host_key(&self) -> Result<HostKey, ServiceError> {
        let stored = if let Some(key) = self.core.push_key() {
            key
        } else {
            tracing::info!("making the key with which this host signs requests to phones");
            let (sender, made) = oneshot::channel();
            // A thread that the end of the daemon does not wait for.
            std::thread::Builder::new()
                .name("push-key".to_owned())
                .spawn(|| drop(sender.send(generate())))
                .map_err(|error| internal(&error))?;
            let made = made.await.map_err(|error| internal(&error))?;
            let key = made.map_err(|error| internal(&error))?;
            self.core.keep_push_key(key.clone()).await?;
            self.core.push_key().unwrap_or(key)
        };
        HostKey::from_pkcs8(&stored).map_err(|error| internal(&error))
    }

    /// Knows the phones of all users. It opens what is sealed of each, in a thread of its own.
    async fn know_all(self: &Arc<Self>) {
        let approvals = Arc::clone(self);
        let known = tokio::task::spawn_blocking(move || approvals.know_each());
        if let Err(error) = known.await {
            tracing::error!(%error, "phones are not known");
        }
    }

    fn know_each(&self) {
        let state = self.core.state();
        if let Some(host) = &self.host {
            for user in host.phones.users() {
                self.know(host, &state, user);
            }
            for (user, _) in state.users() {
                self.know(host, &state, user);
            }
        }
    }

    /// Knows the phones of this user, and no others.
    fn know(&self, host: &Host, state: &State, user: UserId) {
        forget_gone(host, state, user);
        let methods = state.user(user).map_or(&[][..], |user| user.methods());
        for method in methods.iter().filter(|method| method.kind() == Kind::Push) {
            let known = phone_of(&self.core, method).and_then(|(serial, key)| {
                let owner = PhoneOwner::Method(user, method.id());
                host.phones.add(&serial, &key, owner)
            });
            if let Err(error) = known {
                tracing::error!(method = %method.id(), %error, "a phone cannot be asked");
            }
        }
    }

    /// Follows what is appended: which phones there are.
    async fn follow(self: &Arc<Self>, mut appended: Receiver<Arc<Appended>>) {
        let Some(host) = &self.host else {
            return;
        };
        loop {
            match appended.recv().await {
                Ok(appended) => {
                    for user in appended.events.iter().filter_map(|event| {
                        let changes = matches!(
                            event.fact,
                            Fact::MethodEnrolled(_) | Fact::MethodDeleted(_) | Fact::UserErased(_)
                        );
                        event.user.filter(|_| changes)
                    }) {
                        self.know(host, &appended.after, user);
                    }
                }
                // Accounts that change much can make it lag again and again.
                Err(RecvError::Lagged(_)) => {
                    sleep(FIRST_WAIT).await;
                    self.know_all().await;
                }
                Err(RecvError::Closed) => return,
            }
        }
    }
}

/// Forgets the phones of this user that are no methods any more.
pub(super) fn forget_gone(host: &Host, state: &State, user: UserId) {
    let methods = state.user(user).map_or(&[][..], |user| user.methods());
    host.phones
        .keep(user, |id| methods.iter().any(|method| method.id() == id));
}

fn internal(error: &dyn std::fmt::Display) -> ServiceError {
    ServiceError::Internal(error.to_string())
}
