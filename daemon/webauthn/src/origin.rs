//! The origins that a registration or an assertion may come from.

use crate::{Error, RpId};

/// The web origins that a host accepts, compared exactly.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origins(Vec<String>);

impl Origins {
    /// Reads a list of origins as browsers write them: `https://host` or `https://host:port`, in lower
    /// case, without a path and without the port 443. `http://localhost`, with any port, is one too.
    pub fn parse<T: AsRef<str>>(origins: &[T]) -> Result<Self, Error> {
        let parsed = origins.iter().map(|origin| parse(origin.as_ref()));
        parsed.collect::<Result<_, _>>().map(Self)
    }

    /// The pages of the host of this RP ID: its own, and Cockpit's on port 9090.
    pub fn of_host(rp_id: &RpId) -> Self {
        Self(vec![
            format!("https://{rp_id}"),
            format!("https://{rp_id}:9090"),
        ])
    }

    /// Whether an origin is on the list.
    pub fn contains(&self, origin: &str) -> bool {
        self.0.iter().any(|accepted| accepted == origin)
    }

    /// The origins, in the order given.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

fn parse(origin: &str) -> Result<String, Error> {
    let (host_and_port, default_port) = match origin.split_once("://") {
        Some(("https", rest)) => (rest, 443),
        Some(("http", rest)) if is_localhost(rest) => (rest, 80),
        Some(("http", _)) => {
            return Err(Error::Origin(
                "browsers offer security keys to https only: begin the origin with https://",
            ));
        }
        _ => return Err(Error::Origin("a web origin begins with https://")),
    };
    let (host, port) = match host_and_port.split_once(':') {
        None => (host_and_port, None),
        Some((host, port)) => (host, Some(port)),
    };
    RpId::parse(host).map_err(|_| {
        Error::Origin("the host of a web origin is a domain name in lower case, without a path")
    })?;
    let is_port = |port: &str| {
        let number = port.parse::<u16>().ok();
        number.is_some_and(|number| number != 0 && number.to_string() == port)
    };
    match port {
        Some(port) if !is_port(port) => Err(Error::Origin("the port of an origin is 1 to 65535")),
        Some(port) if port == default_port.to_string() => Err(Error::Origin(
            "browsers leave the usual port out of an origin: leave it out",
        )),
        _ => Ok(origin.to_owned()),
    }
}

fn is_localhost(host_and_port: &str) -> bool {
    host_and_port.split(':').next() == Some("localhost")
}

/// Which origins a session accepts.
#[derive(Debug, Clone, Copy)]
pub enum Accepts<'a> {
    /// The local origin of the RP ID only: the daemon leads the session itself.
    LocalOnly,
    /// The local origin, and these web origins.
    Web(&'a Origins),
}

impl Accepts<'_> {
    /// Whether an origin is accepted for credentials of this RP ID.
    pub fn accepts(self, origin: &str, rp_id: &RpId) -> bool {
        origin == rp_id.local_origin()
            || match self {
                Self::LocalOnly => false,
                Self::Web(origins) => origins.contains(origin),
            }
    }
}
