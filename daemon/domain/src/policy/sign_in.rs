//! What PAM services ask for at sign-in.

use super::Refinement;
use crate::{GroupName, Seconds, Strength};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// What is asked for at sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInRules {
    /// Who is asked.
    pub verify: Verify,
    /// How long a proof spares the user the next one in the same terminal; 0 for not at all.
    pub remember: Seconds,
    /// The Unix groups whose members are not asked.
    pub exempt_groups: Vec<GroupName>,
    /// The networks from which no user is asked.
    pub exempt_networks: Vec<Network>,
}

/// Who is asked to verify at sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verify {
    /// Every user: those without a method must set one up.
    Required,
    /// Users who have a method, and users who are required to have one.
    WhenEnrolled,
    /// No user.
    Off,
}

/// What one service asks at sign-in instead of what all ask. Absent means: as all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInRefinement {
    /// Who is asked.
    pub verify: Option<Verify>,
    /// How strong a proof must be. Not for all services at once: with it a user whose methods are
    /// too weak could prove nothing anywhere, and so never add a stronger one.
    pub strength: Option<Strength>,
    /// How long a proof is remembered.
    pub remember: Option<Seconds>,
    /// The Unix groups whose members are not asked.
    pub exempt_groups: Option<Vec<GroupName>>,
    /// The networks from which no user is asked.
    pub exempt_networks: Option<Vec<Network>>,
}

/// What holds at one PAM service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceRules {
    /// What methods it asks for beyond the rules for everybody: only stricter.
    pub refinement: Refinement,
    /// What it asks at sign-in: stricter or laxer, because a service such as `sudo` comes after
    /// another that has asked.
    pub sign_in: SignInRefinement,
}

/// An IP network, written as `192.0.2.0/24` or `2001:db8::/32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network(IpNet);

/// A text that is no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a network is an address and the length of its prefix, such as 192.0.2.0/24")]
pub struct InvalidNetwork;

impl Network {
    /// Whether the address is in it.
    pub fn contains(self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }
}

impl FromStr for Network {
    type Err = InvalidNetwork;

    /// Reads a network. Bits of the address beyond the prefix are refused: they are a typo, or a
    /// network larger than was meant.
    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        let network: IpNet = text.parse().map_err(|_| InvalidNetwork)?;
        if network.trunc() == network && network.to_string() == text {
            Ok(Self(network))
        } else {
            Err(InvalidNetwork)
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Network {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Default for SignInRules {
    fn default() -> Self {
        Self {
            verify: Verify::WhenEnrolled,
            remember: Seconds::new(0),
            exempt_groups: Vec::new(),
            exempt_networks: Vec::new(),
        }
    }
}

impl SignInRules {
    /// These rules as one service has them.
    #[must_use]
    pub(super) fn refined_by(&self, by: &SignInRefinement) -> Self {
        let list = |own: &Option<Vec<GroupName>>, all: &Vec<GroupName>| {
            own.as_ref().unwrap_or(all).clone()
        };
        Self {
            verify: by.verify.unwrap_or(self.verify),
            remember: by.remember.unwrap_or(self.remember),
            exempt_groups: list(&by.exempt_groups, &self.exempt_groups),
            exempt_networks: by
                .exempt_networks
                .as_ref()
                .unwrap_or(&self.exempt_networks)
                .clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_read_as_it_is_written() {
        for text in [
            "192.0.2.0/24",
            "10.0.0.0/8",
            "2001:db8::/32",
            "::1/128",
            "0.0.0.0/0",
        ] {
            assert_eq!(text.parse::<Network>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "192.0.2.1",
            "192.0.2.1/24",
            "192.0.2.0/33",
            "host/8",
            "2001:DB8::/32",
        ] {
            assert_eq!(text.parse::<Network>(), Err(InvalidNetwork), "{text:?}");
        }
    }

    #[test]
    fn an_address_is_in_its_network_alone() {
        let network: Network = "192.0.2.0/24".parse().unwrap();
        assert!(network.contains("192.0.2.255".parse().unwrap()));
        assert!(!network.contains("192.0.3.0".parse().unwrap()));
        assert!(!network.contains("::ffff:192.0.2.1".parse().unwrap()));
    }
}
