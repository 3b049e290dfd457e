//! Where a person is who resets a password, as a program says that is believed.

use crate::core::address_of;
use std::net::{IpAddr, Ipv6Addr};

/// The bits of an IPv6 address that name its network: one host has all addresses that begin with them.
const NETWORK: u32 = 64;

/// The bits of an IPv6 address that name a site: one customer of a provider has at most so many networks.
const SITE: u32 = 48;

/// Where a person comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Network {
    /// The person is at the host.
    Console,
    /// The network of this address; of IPv4 the address alone.
    Of(IpAddr),
    /// A host of which a name is told and no address. Its owner chooses the name: all of them are one.
    Named,
}

impl Network {
    /// What this name or address of a host belongs to; none is an empty one.
    pub(crate) fn of(remote_host: &str) -> Self {
        match address_of(remote_host) {
            Some(address) => Self::Of(with_bits(address, NETWORK)),
            None if remote_host.is_empty() => Self::Console,
            None => Self::Named,
        }
    }

    /// The address of its site; none where there is none.
    pub(super) fn address_of_site(self) -> Option<IpAddr> {
        match self.site() {
            Self::Of(address) => Some(address),
            Self::Console | Self::Named => None,
        }
    }

    /// The site that it belongs to, with all networks of the same owner.
    pub(crate) fn site(self) -> Self {
        match self {
            Self::Of(network) => Self::Of(with_bits(network, SITE)),
            Self::Console | Self::Named => self,
        }
    }
}

/// The address with no more than so many of its bits, where it is one of IPv6.
fn with_bits(address: IpAddr, bits: u32) -> IpAddr {
    match address {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !(u128::MAX >> bits)).into(),
        IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_of_a_network_and_of_a_site_and_at_the_console_only_if_it_has_no_name() {
        let of = |text: &str| Network::Of(text.parse().expect("an address"));
        for (host, network, site) in [
            ("", Network::Console, Network::Console),
            ("192.0.2.1", of("192.0.2.1"), of("192.0.2.1")),
            ("::ffff:192.0.2.1", of("192.0.2.1"), of("192.0.2.1")),
            ("2001:db8:1:2::3", of("2001:db8:1:2::"), of("2001:db8:1::")),
            ("fe80::1%eth0", of("fe80::"), of("fe80::")),
            ("client.example.org", Network::Named, Network::Named),
            ("192.0.2.1:22", Network::Named, Network::Named),
            (" ", Network::Named, Network::Named),
        ] {
            assert_eq!(Network::of(host), network, "{host}");
            assert_eq!(Network::of(host).site(), site, "{host}");
        }
    }
}
