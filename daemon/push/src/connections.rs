//! The connections of phones. A network that takes too many loses the oldest of its own.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Connections at once: in all, of one network, and of one site with networks of IPv6.
const MOST: usize = 256;
const MOST_OF_NETWORK: usize = 16;
const MOST_OF_SITE: usize = 64;

/// Where a connection comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Network {
    /// An address of IPv4.
    V4(Ipv4Addr),
    /// 64 bits of an address of IPv6: what one customer of a provider has at least.
    V6([u16; 4]),
    /// A proxy on this host, which has limits of its own.
    Proxy,
}

impl Network {
    pub(crate) fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address),
            IpAddr::V6(address) => Self::of_v6(address),
        }
    }

    /// The 48 bits of an address of IPv6 that a site has, which can fill many networks.
    const fn site(self) -> Option<[u16; 3]> {
        match self {
            Self::V6([a, b, c, _]) => Some([a, b, c]),
            Self::V4(_) | Self::Proxy => None,
        }
    }

    const fn of_v6(address: Ipv6Addr) -> Self {
        let [a, b, c, d, ..] = address.segments();
        Self::V6([a, b, c, d])
    }
}

/// The connections, the oldest first.
#[derive(Default)]
pub(crate) struct Connections(Mutex<Held>);

#[derive(Default)]
struct Held {
    next: u64,
    connections: BTreeMap<u64, (Network, Arc<Notify>)>,
}

/// The place of one connection, given back when it is dropped.
pub(crate) struct Place {
    connections: Arc<Connections>,
    number: u64,
    end: Arc<Notify>,
}

impl Connections {
    fn held(&self) -> MutexGuard<'_, Held> {
        // Each operation leaves what is held consistent, so a panic in between does no harm.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place for a connection, and ends others for it as the limits demand.
    pub(crate) fn enter(self: &Arc<Self>, network: Network) -> Place {
        let mut held = self.held();
        if network != Network::Proxy {
            held.make_room(MOST_OF_NETWORK, |other| other == network);
        }
        if let Some(site) = network.site() {
            held.make_room(MOST_OF_SITE, |other| other.site() == Some(site));
        }
        held.make_room(MOST, |_| true);
        let number = held.next;
        held.next += 1;
        let end = Arc::new(Notify::new());
        held.connections.insert(number, (network, Arc::clone(&end)));
        Place {
            connections: Arc::clone(self),
            number,
            end,
        }
    }
}

impl Held {
    /// Makes room for one more of those of which there may be `limit`: the oldest of the network that
    /// has most of them ends.
    fn make_room(&mut self, limit: usize, counts: impl Fn(Network) -> bool) {
        let mut networks: HashMap<Network, (usize, u64)> = HashMap::new();
        for (number, (network, _)) in &self.connections {
            if counts(*network) {
                networks.entry(*network).or_insert((0, *number)).0 += 1;
            }
        }
        if networks.values().map(|(count, _)| count).sum::<usize>() < limit {
            return;
        }
        let networks = networks.into_values();
        let largest = networks.max_by_key(|(count, oldest)| (*count, Reverse(*oldest)));
        if let Some((_, end)) = largest.and_then(|(_, oldest)| self.connections.remove(&oldest)) {
            end.notify_one();
        }
    }
}

impl Place {
    /// Returns when the place is needed by a newer connection.
    pub(crate) async fn ended(&self) {
        self.end.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.held().connections.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Waker};

    fn network(number: u8) -> Network {
        Network::of(IpAddr::from([192, 0, 2, number]))
    }

    fn has_ended(place: &Place) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        pin!(place.ended()).poll(&mut context).is_ready()
    }

    #[test]
    fn a_network_that_takes_too_many_loses_the_oldest_of_its_own() {
        let connections = Arc::new(Connections::default());
        let other = connections.enter(network(2));
        let places: Vec<_> = (0..17).map(|_| connections.enter(network(1))).collect();
        let ended: Vec<_> = places.iter().map(has_ended).collect();
        assert_eq!(ended.iter().position(|ended| *ended), Some(0));
        assert_eq!(ended.iter().filter(|ended| **ended).count(), 1);
        assert!(!has_ended(&other));
    }

    #[test]
    fn where_all_places_are_taken_the_largest_network_loses_its_oldest() {
        let connections = Arc::new(Connections::default());
        let places: Vec<_> = (1..=16)
            .flat_map(|number| (0..16).map(move |_| number))
            .map(|number| connections.enter(network(number)))
            .collect();
        assert!(!places.iter().any(has_ended));
        let newest = connections.enter(network(200));
        assert_eq!(places.iter().filter(|place| has_ended(place)).count(), 1);
        assert!(!has_ended(&newest));
        drop(places);
        assert_eq!(connections.held().connections.len(), 1);
    }

    #[test]
    fn a_site_with_many_networks_leaves_room_for_others() {
        let connections = Arc::new(Connections::default());
        let site = |number: u16| Network::V6([0x2001, 0xdb8, 0, number]);
        let places: Vec<_> = (0..300)
            .map(|number| connections.enter(site(number)))
            .collect();
        let left = places.iter().filter(|place| !has_ended(place)).count();
        assert_eq!(left, 64);
    }

    #[test]
    fn a_customer_of_a_provider_is_one_network() {
        let of = |text: &str| Network::of(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::2:0:0:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), network(1));
    }
}
