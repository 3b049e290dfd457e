//! What requests come from: wrong codes from sources that a user has signed in from lately and from all
//! others count apart.

use super::{Core, Person, Requester, ServiceError};
use secinfo_domain::{GuessTag, Label, MethodId, Source, SourceTag, UserId};
use secinfo_ledger::TagPurpose;
use std::net::{IpAddr, Ipv6Addr};

/// What a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestSource {
    /// A program of the account with this uid.
    Account(u32),
    /// What a program of root's has named.
    Named {
        /// The host that the user comes from.
        host: String,
        /// The account that asks for the user.
        invoker: String,
        /// The terminal, where neither of them is known.
        terminal: String,
    },
    /// One that has been looked up for this user already.
    LookedUp(UserId, Option<Source>),
}

impl RequestSource {
    /// The source that a program of root's names as that of the user with this name and uid; none where
    /// it names nothing. `invoker` is believed to be the user on this host only.
    pub(crate) fn named(
        (name, uid): (&str, u32),
        host: &str,
        invoker: &str,
        terminal: &str,
    ) -> Option<Self> {
        if host.is_empty() && invoker == name {
            return Some(Self::Account(uid));
        }
        let terminal = if host.is_empty() && invoker.is_empty() {
            terminal
        } else {
            ""
        };
        let parts = [host, invoker, terminal];
        let is_known = parts.iter().any(|part| !part.is_empty());
        is_known.then(|| Self::Named {
            host: network(host),
            invoker: invoker.to_owned(),
            terminal: terminal.to_owned(),
        })
    }

    /// What stands in the log for it; `mac` makes a MAC of parts under the person's key.
    fn look_up(
        &self,
        person: &Person,
        mac: impl Fn(&[&[u8]]) -> Result<Option<[u8; 16]>, ServiceError>,
    ) -> Result<Option<Source>, ServiceError> {
        let mac = match self {
            Self::LookedUp(user, source) => return Ok(source.filter(|_| *user == person.id)),
            Self::Account(uid) if *uid == person.uid() => return Ok(Some(Source::OwnAccount)),
            Self::Account(uid) => mac(&[b"account", &uid.to_be_bytes()])?,
            Self::Named {
                host,
                invoker,
                terminal,
            } => mac(&[
                b"named",
                host.as_bytes(),
                invoker.as_bytes(),
                terminal.as_bytes(),
            ])?,
        };
        Ok(mac.map(|mac| Source::Tagged(SourceTag::from_bytes(mac))))
    }
}

/// Where a user is, as they read it later in their activity: the remote host, or else the terminal. None
/// where neither is known, or what was named cannot be written into a line.
pub(crate) fn place_of(remote_host: &str, terminal: &str) -> Option<Label> {
    let terminal = terminal.strip_prefix("/dev/").unwrap_or(terminal);
    let named = if remote_host.is_empty() {
        terminal
    } else {
        remote_host
    };
    Label::parse(named).ok()
}

/// The address that a program says the user comes from; none for a name, which the owner of the
/// address chooses.
pub(crate) fn address_of(remote_host: &str) -> Option<IpAddr> {
    let without_zone = remote_host
        .split_once('%')
        .filter(|(address, _)| address.parse::<Ipv6Addr>().is_ok())
        .map_or(remote_host, |(address, _)| address);
    without_zone
        .parse::<IpAddr>()
        .ok()
        .map(|address| address.to_canonical())
}

/// A host in one spelling. Of an IPv6 address its network of 64 bits: hosts change the rest as they like.
fn network(host: &str) -> String {
    match host.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(address)) => {
            let network = address.to_bits() & !u128::from(u64::MAX);
            format!("{}/64", Ipv6Addr::from_bits(network))
        }
        Ok(address) => address.to_string(),
        Err(_) => host.to_ascii_lowercase(),
    }
}

impl Core {
    /// What stands in the log for the source that a request about this person comes from.
    pub(crate) fn source(
        &self,
        person: &Person,
        by: &Requester,
    ) -> Result<Option<Source>, ServiceError> {
        let Some(source) = &by.source else {
            return Ok(None);
        };
        let vault = &self.reader.vault;
        let purpose = TagPurpose::SignInSource;
        source.look_up(person, |parts| {
            Ok(vault.tag_under(person.id.into(), purpose, parts)?)
        })
    }

    /// The same requester, whose source is looked up for this person once for all that follows.
    pub(crate) fn requester_for(
        &self,
        person: &Person,
        by: &Requester,
    ) -> Result<Requester, ServiceError> {
        let source = self.source(person, by)?;
        Ok(Requester {
            source: Some(RequestSource::LookedUp(person.id, source)),
            ..by.clone()
        })
    }

    /// What stands in the log for an answer that was given for a method, and what it was compared with.
    pub(crate) fn guess(
        &self,
        method: MethodId,
        answer: &[u8],
        compared_with: &[u8],
    ) -> Result<Option<GuessTag>, ServiceError> {
        let parts = [answer, compared_with];
        let tag = self
            .reader
            .vault
            .tag_under(method.into(), TagPurpose::Guess, &parts)?;
        Ok(tag.map(GuessTag::from_bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(host: &str, invoker: &str, terminal: &str) -> Option<RequestSource> {
        RequestSource::named(("alice", 1000), host, invoker, terminal)
    }

    #[test]
    fn one_source_has_one_spelling() {
        for (one, other) in [
            ("2001:db8::1", "2001:DB8:0:0:ffff::2"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("Host.Example", "host.example"),
        ] {
            assert_eq!(named(one, "", "ssh"), named(other, "", "ssh"), "{one}");
        }
        assert_ne!(
            named("2001:db8::1", "", ""),
            named("2001:db8:0:1::1", "", "")
        );
        assert_ne!(named("192.0.2.1", "", ""), named("192.0.2.2", "", ""));
        assert_eq!(
            named("192.0.2.1", "", "pts/1"),
            named("192.0.2.1", "", "pts/2")
        );
    }

    #[test]
    fn an_address_is_an_address_and_a_name_is_none() {
        for (text, read) in [
            ("192.0.2.1", Some("192.0.2.1")),
            ("::ffff:192.0.2.1", Some("192.0.2.1")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("fe80::1%eth0", Some("fe80::1")),
            ("localhost", None),
            ("192.0.2.1.example.org", None),
            ("192.0.2.1%eth0", None),
            ("192.0.2.1 ", None),
            ("192.0.2.1:22", None),
            ("", None),
            ("%", None),
        ] {
            assert_eq!(
                address_of(text),
                read.map(|read| read.parse().unwrap()),
                "{text:?}"
            );
        }
    }

    #[test]
    fn what_the_user_asks_on_this_host_is_one_source_wherever_they_sit() {
        let own = Some(RequestSource::Account(1000));
        assert_eq!(named("", "alice", "/dev/pts/1"), own);
        assert_ne!(named("", "bob", "/dev/pts/1"), own);
        assert_ne!(
            named("192.0.2.1", "alice", ""),
            own,
            "that host may say so of anybody"
        );
        assert_ne!(named("", "", "tty1"), named("", "", "tty2"));
        assert_eq!(named("", "", ""), None);
    }
}
