//! The address at which phones ask the host.

use crate::Error;
use std::net::Ipv4Addr;

const SCHEME: &str = "https://";
/// Longer ones make the QR code of an enrollment too dense.
const LONGEST: usize = 200;
/// The longest domain name in text form (RFC 1035 section 2.3.4).
const LONGEST_NAME: usize = 253;
/// The port that addresses do not name (RFC 9110 section 4.2.2).
const USUAL_PORT: u16 = 443;

/// An address at which phones ask the host, such as `https://push.example.org/p`.
///
/// The app signs the address as it writes it out again, and libraries differ in what they write. So it
/// is one that none of them changes: a name in lower case, no port where it is the usual one, a path
/// without escapes, dot segments or empty segments, and neither query nor fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    text: String,
    host: String,
    port: u16,
    path: String,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.len() > LONGEST {
            return Err(Error::Address("an address has at most 200 characters"));
        }
        let rest = text.strip_prefix(SCHEME);
        let rest = rest.ok_or(Error::Address("an address begins with https://"))?;
        let slash = rest.find('/');
        let slash = slash.ok_or(Error::Address(
            "an address has a path after the name: \"/\" at least",
        ))?;
        let (authority, path) = rest.split_at(slash);
        let (host, port) = match authority.split_once(':') {
            None => (authority, USUAL_PORT),
            Some((host, port)) => (host, read_port(port)?),
        };
        if !is_host(host) {
            return Err(Error::Address(
                "an address has a domain name in lower case or an IPv4 address",
            ));
        }
        if path != "/" && !path[1..].split('/').all(is_segment) {
            return Err(Error::Address(
                "the path of an address has letters, digits, \"-\", \"_\", \".\" and \"~\" between its slashes",
            ));
        }
        Ok(Self {
            text: text.to_owned(),
            host: host.to_owned(),
            port,
            path: path.to_owned(),
        })
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The domain name or IPv4 address.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The TCP port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The path, from its first slash on.
    pub fn path(&self) -> &str {
        &self.path
    }
}

fn read_port(text: &str) -> Result<u16, Error> {
    let port: u16 = text
        .parse()
        .ok()
        .filter(|port: &u16| *port > 0 && port.to_string() == text)
        .ok_or(Error::Address("the port of an address is from 1 to 65535"))?;
    if port == USUAL_PORT {
        return Err(Error::Address("an address does not name the port 443"));
    }
    Ok(port)
}

/// A name whose last label begins with a digit is one for some libraries, and an address for others.
fn is_host(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    if last.starts_with(|first: char| first.is_ascii_digit()) {
        return host.parse::<Ipv4Addr>().is_ok();
    }
    host.len() <= LONGEST_NAME && host.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    let is_inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&label.len())
        && label.bytes().all(is_inside)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// The unreserved characters (RFC 3986 section 2.3).
fn is_segment(segment: &str) -> bool {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    !matches!(segment, "" | "." | "..") && segment.bytes().all(is_unreserved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_every_library_writes_alike_is_read() {
        for (text, host, port, path) in [
            ("https://push.example.org/p", "push.example.org", 443, "/p"),
            ("https://push.example.org/", "push.example.org", 443, "/"),
            ("https://h:8443/a/B_1~x.y", "h", 8443, "/a/B_1~x.y"),
            ("https://192.0.2.1/p", "192.0.2.1", 443, "/p"),
            (
                "https://xn--nxasmq6b.example/p",
                "xn--nxasmq6b.example",
                443,
                "/p",
            ),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!(address.as_str(), text);
            assert_eq!(
                (address.host(), address.port(), address.path()),
                (host, port, path)
            );
        }
    }

    #[test]
    fn an_address_that_a_library_writes_otherwise_is_refused() {
        let long = format!("https://h/{}", "p".repeat(200));
        for text in [
            "https://Push.example.org:443/p",
            "https://push.example.org:443/p",
            "https://Push.example.org/p",
            "http://push.example.org/p",
            "HTTPS://push.example.org/p",
            "https://push.example.org",
            "https://push.example.org:8443",
            "https://push.example.org:/p",
            "https://push.example.org:08443/p",
            "https://push.example.org:0/p",
            "https://push.example.org:70000/p",
            "https://user@push.example.org/p",
            "https://push.example.org./p",
            "https://-push.example.org/p",
            "https://pu_sh.example.org/p",
            "https://[2001:db8::1]/p",
            "https://192.0.2/p",
            "https://192.0.2.01/p",
            "https://push.0x7f/p",
            "https://müller.example/p",
            "https:///p",
            "https://push.example.org/a/../p",
            "https://push.example.org/./p",
            "https://push.example.org//p",
            "https://push.example.org/p/",
            "https://push.example.org/%70",
            "https://push.example.org/p?q",
            "https://push.example.org/p#f",
            "https://push.example.org/p|q",
            "https://push.example.org/p q",
            " https://push.example.org/p",
            "",
            &long,
        ] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
    }
}
