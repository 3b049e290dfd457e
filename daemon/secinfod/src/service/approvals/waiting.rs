//! Calls that wait for phones.

use super::{Approvals, lock};
use secinfo_domain::UserId;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::timeout;

/// How long a call waits for a phone before it is answered that there is nothing new.
const WAIT_FOR_PHONE: Duration = Duration::from_secs(15);

/// How many calls may wait for phones at once, in all and of one user: few of those that the daemon serves.
const MOST_WAIT: usize = 64;
const MOST_WAIT_OF_USER: usize = 4;

/// How long a call waits where too many do: a client that calls again and again is slowed down.
const SHORT_WAIT: Duration = Duration::from_secs(1);

impl Approvals {
    /// Waits a little for something of a phone of this user. Calls that wait take up room among those that the
    /// daemon serves at once, so that there are only so many.
    pub(in crate::service) async fn wait(&self, user: UserId, news: impl Future<Output = ()>) {
        let place = self.place(user);
        let long = match place {
            Some(_) => WAIT_FOR_PHONE,
            None => SHORT_WAIT,
        };
        let _ = timeout(long, news).await;
    }

    fn place(&self, user: UserId) -> Option<Place<'_>> {
        let mut waiting = lock(&self.waiting);
        let own = waiting.iter().filter(|other| **other == user).count();
        if own >= MOST_WAIT_OF_USER || waiting.len() >= MOST_WAIT {
            return None;
        }
        waiting.push(user);
        drop(waiting);
        Some(Place {
            waiting: &self.waiting,
            user,
        })
    }
}

/// The place of a call that waits for a phone, given back when it is dropped.
struct Place<'a> {
    waiting: &'a Mutex<Vec<UserId>>,
    user: UserId,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut waiting = lock(self.waiting);
        if let Some(own) = waiting.iter().position(|user| *user == self.user) {
            waiting.swap_remove(own);
        }
    }
}
