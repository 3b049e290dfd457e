//! Finding the daemon, and making sure that it is the daemon.

use crate::error::{Error, Result};
use crate::names::{BUS_NAME, DAEMON_USER};
use std::time::Duration;
use zbus::fdo::{self, DBusProxy};
use zbus::names::{BusName, OwnedUniqueName, WellKnownName};
use zbus::{Connection, connection};

/// Where the system bus listens. Fixed, and not taken from the environment, so that a program
/// with more rights than its caller cannot be sent to a bus of the caller's making.
const SYSTEM_BUS: &str = "unix:path=/run/dbus/system_bus_socket";

/// The longest that a call may take. An authorization may ask a person for a password meanwhile.
const CALL_TIMEOUT: Duration = Duration::from_mins(5);

/// The longest that a call may take through which a whole log goes.
const LONG_CALL_TIMEOUT: Duration = Duration::from_hours(12);

/// The bus address that the environment names: `SECINFO_BUS_ADDRESS`, or else
/// `DBUS_SYSTEM_BUS_ADDRESS`. Only for programs that run with the rights of the user who set it.
pub fn address_from_environment() -> Option<String> {
    ["SECINFO_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|address| !address.is_empty())
}

/// Connects to the bus at `address`, or to the system bus, and starts the daemon there if the bus
/// can.
///
/// On the system bus the owner of the daemon's name must run as root or as the daemon's user. A
/// caller that names an address has chosen whom to trust, and no owner is checked.
///
/// # Errors
/// [`Error::Unreachable`] without a bus or a daemon, [`Error::Untrusted`] for a stranger in its
/// place.
pub async fn connect(address: Option<&str>) -> Result<Connection> {
    connect_for_calls_of(CALL_TIMEOUT, address).await
}

/// The same, for a call that takes as long as a file is large: a backup, or a restore.
///
/// # Errors
/// As for [`connect`].
pub async fn connect_patiently(address: Option<&str>) -> Result<Connection> {
    connect_for_calls_of(LONG_CALL_TIMEOUT, address).await
}

async fn connect_for_calls_of(longest: Duration, address: Option<&str>) -> Result<Connection> {
    let (connection, bus, name) = connect_to_bus(longest, address).await?;
    let start = bus.start_service_by_name(name.clone(), 0).await;
    if let Err(error) = start
        && !bus.name_has_owner(name.clone().into()).await?
    {
        return Err(error.into());
    }
    check_owner(&bus, name.into(), address).await?;
    Ok(connection)
}

/// The same, for programs that watch: a daemon that does not run is not started by being asked how
/// it is.
///
/// # Errors
/// As for [`connect`]; [`Error::Unreachable`] too when the daemon does not run.
pub async fn connect_if_running(address: Option<&str>) -> Result<Connection> {
    let (connection, bus, name) = connect_to_bus(CALL_TIMEOUT, address).await?;
    if !bus.name_has_owner(name.clone().into()).await? {
        return Err(Error::Unreachable("it does not run".to_owned()));
    }
    check_owner(&bus, name.into(), address).await?;
    Ok(connection)
}

/// Connects to the bus at `address`, or to the system bus, for a program that waits for a daemon to come
/// and go: it need not run, and is not started.
///
/// # Errors
/// [`Error::Unreachable`] without a bus.
pub async fn connect_to_wait(address: Option<&str>) -> Result<Connection> {
    let (connection, ..) = connect_to_bus(CALL_TIMEOUT, address).await?;
    Ok(connection)
}

/// The unique name of the daemon on this bus, which was connected to by `address`; none when it does not
/// run. What is sent to that name starts no daemon.
///
/// # Errors
/// As for [`connect`].
pub async fn daemon_on(
    connection: &Connection,
    address: Option<&str>,
) -> Result<Option<OwnedUniqueName>> {
    let bus = DBusProxy::new(connection).await?;
    let owner = match bus.get_name_owner(BUS_NAME.try_into()?).await {
        Ok(owner) => owner,
        Err(fdo::Error::NameHasNoOwner(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    check_owner(&bus, owner.as_ref().into(), address).await?;
    Ok(Some(owner))
}

async fn connect_to_bus(
    longest: Duration,
    address: Option<&str>,
) -> Result<(Connection, DBusProxy<'static>, WellKnownName<'static>)> {
    let connection = connection::Builder::address(address.unwrap_or(SYSTEM_BUS))
        .method_timeout(longest)
        .build()
        .await?;
    let bus = DBusProxy::new(&connection).await?;
    Ok((connection, bus, WellKnownName::from_static_str(BUS_NAME)?))
}

/// Refuses a stranger in the daemon's place on the system bus.
async fn check_owner(bus: &DBusProxy<'_>, name: BusName<'_>, address: Option<&str>) -> Result<()> {
    if address.is_some() {
        return Ok(());
    }
    let uid = bus
        .get_connection_unix_user(name)
        .await
        .map_err(|error| gone(&error))?;
    if is_daemon(uid).unwrap_or(false) {
        Ok(())
    } else {
        Err(Error::Untrusted { uid })
    }
}

/// The daemon stopped between two calls.
fn gone(error: &fdo::Error) -> Error {
    Error::Unreachable(error.to_string())
}

/// Whether a process of this uid may be the daemon: root's or the daemon's user.
///
/// # Errors
/// If the accounts of the host cannot be read.
pub fn is_daemon(uid: u32) -> std::io::Result<bool> {
    Ok(uid == 0 || Some(uid) == daemon_uid()?)
}

/// The uid of the daemon's user. System users are in the local file, wherever people's accounts
/// come from.
fn daemon_uid() -> std::io::Result<Option<u32>> {
    Ok(uid_of(DAEMON_USER, &std::fs::read("/etc/passwd")?))
}

/// Line by line in bytes: users may write what they like into their own line, and must not keep
/// everybody from finding the daemon.
fn uid_of(user: &str, passwd: &[u8]) -> Option<u32> {
    let mut fields = passwd
        .split(|byte| *byte == b'\n')
        .map(|line| line.split(|byte| *byte == b':'))
        .find_map(|mut fields| (fields.next() == Some(user.as_bytes())).then_some(fields))?;
    std::str::from_utf8(fields.nth(1)?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::uid_of;

    #[test]
    fn the_daemons_uid_is_that_of_its_very_name() {
        let passwd = b"root:x:0:0::/root:/bin/sh\nsecinfox:x:7:7::/:/bin/false\nsecinfo:x:991:991::/:/bin/false\n";
        assert_eq!(uid_of("secinfo", passwd), Some(991));
        assert_eq!(uid_of("nobody", passwd), None);
        assert_eq!(uid_of("secinfo", b"secinfo:x\n"), None);
        assert_eq!(uid_of("secinfo", b""), None);
    }

    #[test]
    fn what_a_user_writes_about_themselves_does_not_hide_the_daemon() {
        let passwd = b"mallory:x:1001:1001:\xe4\xff:/home/mallory:/bin/sh\nsecinfo:x:991:991::/:\n";
        assert_eq!(uid_of("secinfo", passwd), Some(991));
    }
}
