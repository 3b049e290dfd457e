//! What each account may hold of the socket. An account that takes too much loses the oldest of its own.

use super::pace::Pace;
use crate::service::reset::Network;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

/// How much may be held at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections that count for one account other than root's.
    pub of_account: usize,
    /// Connections of one kiosk on which a reset was begun, beside those. Many people use it at once.
    pub of_kiosk: usize,
    /// Connections that count for such accounts, in all.
    pub of_accounts: usize,
    /// Connections that count for root: of programs that root started, and that sign in anybody.
    pub of_root: usize,
    /// Sign-ins of one user, by any account. More than one account may hold, so that none can fill it.
    pub of_user: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            of_account: 16,
            of_kiosk: 128,
            of_accounts: 512,
            of_root: 1024,
            of_user: 48,
        }
    }
}

/// What is held.
pub struct Shares {
    limits: Limits,
    held: Mutex<Held>,
    pace: Pace,
}

/// The connections, the oldest first.
#[derive(Default)]
struct Held {
    next: u64,
    connections: BTreeMap<u64, Connection>,
}

struct Connection {
    /// The account that it counts for.
    account: u32,
    /// Where the person is who uses it, if it is a kiosk.
    network: Option<Network>,
    /// The user who is being signed in.
    user: Option<u32>,
    /// Whether it was told to end. It does so once the call that it is in has ended.
    ending: bool,
    end: Arc<Notify>,
}

/// The place of one connection, given back when it is dropped.
pub(super) struct Place {
    shares: Arc<Shares>,
    account: u32,
    number: u64,
    end: Arc<Notify>,
}

impl Shares {
    /// Nothing is held yet.
    pub fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            limits,
            held: Mutex::default(),
            pace: Pace::default(),
        })
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // Each operation leaves what is held consistent, so a panic in between does no harm.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place for a connection that counts for this account, and ends others for it as the limits
    /// demand; none if as many again are still in a call that has to come to its end.
    pub(super) fn enter(self: &Arc<Self>, account: u32) -> Option<Place> {
        let limits = self.limits;
        let mut held = self.held();
        if account == 0 {
            held.make_room(limits.of_root, |other| {
                (other.account == 0).then_some(other.user)
            })?;
        } else {
            held.make_room(limits.of_account, |other| {
                (other.account == account && other.network.is_none()).then_some(())
            })?;
            held.make_room(limits.of_accounts, |other| {
                (other.account != 0).then_some((other.account, other.network))
            })?;
        }
        let number = held.next;
        held.next += 1;
        let end = Arc::new(Notify::new());
        let connection = Connection {
            account,
            network: None,
            user: None,
            ending: false,
            end: Arc::clone(&end),
        };
        held.connections.insert(number, connection);
        drop(held);
        Some(Place {
            shares: Arc::clone(self),
            account,
            number,
            end,
        })
    }
}

impl Held {
    /// Makes room for one more connection of those that belong to a group, of which there may be
    /// `limit`: the oldest of the largest group is told to end. None if as many again are ending already.
    fn make_room<G: Eq + Hash>(
        &mut self,
        limit: usize,
        group: impl Fn(&Connection) -> Option<G>,
    ) -> Option<()> {
        let mut groups: HashMap<G, (usize, u64)> = HashMap::new();
        let (mut staying, mut ending) = (0, 0);
        for (number, connection) in &self.connections {
            match group(connection) {
                None => {}
                Some(_) if connection.ending => ending += 1,
                Some(group) => {
                    staying += 1;
                    groups.entry(group).or_insert((0, *number)).0 += 1;
                }
            }
        }
        if staying < limit {
            return Some(());
        }
        if ending >= limit {
            return None;
        }
        let groups = groups.into_values();
        let (_, oldest) = groups.max_by_key(|(count, oldest)| (*count, Reverse(*oldest)))?;
        let ended = self.connections.get_mut(&oldest)?;
        ended.ending = true;
        ended.end.notify_one();
        Some(())
    }
}

impl Place {
    /// Returns when the place is needed by a newer connection.
    pub(super) async fn ended(&self) {
        self.end.notified().await;
    }

    /// Waits until the account of the connection may begin one more conversation.
    pub(super) async fn keep_pace(&self) {
        let wait = self.shares.pace.wait(self.account, Instant::now());
        if !wait.is_zero() {
            sleep(wait).await;
        }
    }

    /// Counts the connection, whose account is a kiosk, for the site that the person comes from instead of for
    /// the account. If there are too many, the oldest ends of the site that has most; none if as many again
    /// are still in a call.
    pub(super) fn begin_at_kiosk(&self, network: Network) -> Option<()> {
        let limit = self.shares.limits.of_kiosk;
        let mut held = self.shares.held();
        let own = held.connections.get_mut(&self.number)?;
        if own.network.is_some() {
            own.network = Some(network.site());
            return Some(());
        }
        held.make_room(limit, |other| {
            other.network.filter(|_| other.account == self.account)
        })?;
        held.connections.get_mut(&self.number)?.network = Some(network.site());
        Some(())
    }

    /// Counts the connection, which signs in no user so far, for this user from now on as well. If there are
    /// too many, the oldest sign-in of the account that holds most of this user's ends; none if as many
    /// again are still in a call.
    pub(super) fn begin_sign_in(&self, user: u32) -> Option<()> {
        let limit = self.shares.limits.of_user;
        let mut held = self.shares.held();
        let room = held.make_room(limit, |other| {
            (other.user == Some(user)).then_some(other.account)
        });
        if let Some(own) = held.connections.get_mut(&self.number) {
            own.user = Some(user);
        }
        room
    }

    /// Counts the connection for no user any more.
    pub(super) fn end_sign_in(&self) {
        if let Some(own) = self.shares.held().connections.get_mut(&self.number) {
            own.user = None;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.shares.held().connections.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    const LIMITS: Limits = Limits {
        of_account: 3,
        of_kiosk: 4,
        of_accounts: 5,
        of_root: 4,
        of_user: 4,
    };

    fn over(place: &Place) -> bool {
        place.ended().now_or_never().is_some()
    }

    fn enter(shares: &Arc<Shares>, account: u32) -> Place {
        let entered = shares.enter(account);
        // A connection that was told to end does so.
        let mut held = shares.held();
        held.connections.retain(|_, connection| !connection.ending);
        entered.unwrap()
    }

    #[test]
    fn one_account_loses_its_own_oldest_connection_and_no_others() {
        let shares = Shares::new(LIMITS);
        let root = enter(&shares, 0);
        let other = enter(&shares, 1001);
        let own: Vec<_> = (0..10).map(|_| enter(&shares, 1000)).collect();
        assert!(own[..7].iter().all(over));
        assert!(!own[7..].iter().any(over));
        assert!(!over(&root) && !over(&other));
    }

    #[test]
    fn many_accounts_take_from_the_one_that_holds_most_and_nothing_of_root() {
        let shares = Shares::new(LIMITS);
        let root: Vec<_> = (0..4).map(|_| enter(&shares, 0)).collect();
        let most: Vec<_> = (0..3).map(|_| enter(&shares, 1000)).collect();
        let others: Vec<_> = (1001..1005)
            .map(|account| enter(&shares, account))
            .collect();
        assert!(over(&most[0]) && over(&most[1]) && !over(&most[2]));
        assert!(!others.iter().chain(&root).any(over));
    }

    #[test]
    fn of_root_the_user_who_holds_most_loses_the_oldest() {
        let shares = Shares::new(LIMITS);
        let bob = enter(&shares, 0);
        bob.begin_sign_in(1001).unwrap();
        let alice: Vec<_> = (0..10)
            .map(|_| {
                let place = enter(&shares, 0);
                place.begin_sign_in(1000).unwrap();
                place
            })
            .collect();
        assert!(!over(&bob));
        assert_eq!(alice.iter().filter(|place| !over(place)).count(), 3);
        assert!(!over(&alice[9]));
    }

    #[test]
    fn held_prompts_for_a_user_end_from_the_account_that_holds_most_of_them() {
        let shares = Shares::new(LIMITS);
        let login = enter(&shares, 0);
        login.begin_sign_in(1000).unwrap();
        let held: Vec<_> = (0..50)
            .map(|_| {
                // `su alice`, started by another account.
                let place = enter(&shares, 1001);
                place.begin_sign_in(1000).unwrap();
                place
            })
            .collect();
        assert!(!over(&login));
        assert_eq!(held.iter().filter(|place| !over(place)).count(), 3);
    }

    #[test]
    fn at_a_kiosk_the_network_that_holds_most_loses_its_own_oldest() {
        let shares = Shares::new(Limits {
            of_accounts: 100,
            ..LIMITS
        });
        let at_kiosk = |host: &str| {
            let place = enter(&shares, 1000);
            place.begin_at_kiosk(Network::of(host)).unwrap();
            place
        };
        let other = enter(&shares, 1001);
        let person = at_kiosk("192.0.2.1");
        let at_host = at_kiosk("");
        let many: Vec<_> = (0..50)
            .map(|number| at_kiosk(&format!("2001:db8:0:{number}::1")))
            .collect();
        assert!(!over(&person) && !over(&at_host) && !over(&other));
        assert_eq!(many.iter().filter(|place| !over(place)).count(), 2);
        assert!(!over(&many[49]));
        // Nor do those matter on which nothing was begun.
        let idle: Vec<_> = (0..10).map(|_| enter(&shares, 1000)).collect();
        assert!(!over(&person) && !over(&at_host));
        assert_eq!(idle.iter().filter(|place| !over(place)).count(), 3);
    }

    #[test]
    fn a_place_that_is_given_back_is_free() {
        let shares = Shares::new(LIMITS);
        for _ in 0..10 {
            let place = enter(&shares, 1000);
            place.begin_sign_in(1000).unwrap();
            place.end_sign_in();
            assert!(!over(&place));
        }
        assert!(shares.held().connections.is_empty());
    }

    #[test]
    fn calls_that_have_to_come_to_their_end_are_bounded_too() {
        let shares = Shares::new(LIMITS);
        let held: Vec<_> = (0..20).map_while(|_| shares.enter(1000)).collect();
        assert_eq!(held.len(), 6);
        assert!(shares.enter(1001).is_some() && shares.enter(0).is_some());
        drop(held);
        assert!(shares.enter(1000).is_some());
    }
}
