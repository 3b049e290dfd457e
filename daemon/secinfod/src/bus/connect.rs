//! The way onto the bus.

use std::num::NonZeroUsize;
use std::time::Duration;
use zbus::connection::Builder;
use zbus::fdo::{self, RequestNameFlags, RequestNameReply};
use zbus::{Connection, message};

/// A bus that does not answer for so long will not answer.
const DEADLINE: Duration = Duration::from_secs(25);

/// Why the service is not on the bus.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// There is no bus, or it turned us away.
    #[error("cannot connect to the {bus}: {source}. Is it running, and may this user use it?")]
    Connect {
        /// Which bus.
        bus: String,
        /// What happened.
        source: zbus::Error,
    },
    /// Another process has the name.
    #[error(
        "the bus name {name} is taken: another instance of the service is running; stop it first"
    )]
    NameTaken {
        /// The name.
        name: String,
    },
    /// The bus's policy does not let us have the name.
    #[error(
        "the policy of the bus does not let this user own {name}: install the service's D-Bus policy file \
         (usually below /usr/share/dbus-1/system.d) and run as the user that it names"
    )]
    NameForbidden {
        /// The name.
        name: String,
    },
    /// The bus failed otherwise.
    #[error("the bus does not do what is asked: {0}")]
    Bus(#[from] zbus::Error),
    /// The bus is silent.
    #[error("the bus does not answer")]
    Silent,
}

/// How many messages are read ahead. The bus lets through messages of many MiB, and one that is too
/// large is known to be so, and let go, only once it was read.
const READ_AHEAD: NonZeroUsize = NonZeroUsize::MIN;

/// Connects to the bus at `address`, or to the system bus without one.
///
/// # Errors
/// [`ConnectError::Connect`] or [`ConnectError::Silent`].
pub async fn connect(address: Option<&str>) -> Result<Connection, ConnectError> {
    let builder = address.map_or_else(Builder::system, Builder::address);
    let connected = tokio::time::timeout(DEADLINE, builder.max_queued(READ_AHEAD).build())
        .await
        .map_err(|_| ConnectError::Silent)?;
    connected.map_err(|source| ConnectError::Connect {
        bus: address.map_or_else(
            || "system bus".to_owned(),
            |address| format!("bus at {address}"),
        ),
        source,
    })
}

/// Calls the bus itself.
pub(crate) async fn ask_bus<B>(
    connection: &Connection,
    method: &str,
    body: &B,
) -> Result<message::Body, ConnectError>
where
    B: serde::Serialize + zbus::DynamicType,
{
    let bus = Some("org.freedesktop.DBus");
    let call = connection.call_method(bus, "/org/freedesktop/DBus", bus, method, body);
    let reply = tokio::time::timeout(DEADLINE, call)
        .await
        .map_err(|_| ConnectError::Silent)??;
    Ok(reply.body())
}

/// Takes the well-known `name`, now or not at all.
///
/// zbus's own `request_name` is for its object server, which answers calls beside ours.
pub(crate) async fn request_name(connection: &Connection, name: &str) -> Result<(), ConnectError> {
    let reply = match ask_bus(
        connection,
        "RequestName",
        &(name, RequestNameFlags::DO_NOT_QUEUE),
    )
    .await
    {
        Err(ConnectError::Bus(zbus::Error::FDO(error)))
            if matches!(*error, fdo::Error::AccessDenied(_)) =>
        {
            return Err(ConnectError::NameForbidden {
                name: name.to_owned(),
            });
        }
        reply => reply?.deserialize::<RequestNameReply>()?,
    };
    match reply {
        RequestNameReply::PrimaryOwner | RequestNameReply::AlreadyOwner => Ok(()),
        RequestNameReply::Exists | RequestNameReply::InQueue => Err(ConnectError::NameTaken {
            name: name.to_owned(),
        }),
    }
}

/// Gives the well-known `name` back.
pub(crate) async fn release_name(connection: &Connection, name: &str) -> Result<(), ConnectError> {
    ask_bus(connection, "ReleaseName", &name).await.map(|_| ())
}
