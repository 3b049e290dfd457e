//! A message bus of the test's own, and clients on it under any uid.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use tempfile::TempDir;
use zbus::connection::Builder;
use zbus::{Connection, DBusError};

/// Any user but root, present on every system.
pub(crate) const NOBODY: u32 = 65534;
/// Another user.
pub(crate) const DAEMON: u32 = 1;

/// A running bus, and its directory.
pub(crate) struct PrivateBus {
    bus: secinfo_test_person::PrivateBus,
    _directory: TempDir,
}

impl PrivateBus {
    /// A bus that allows everything.
    pub(crate) fn start() -> Self {
        Self::with_policy("")
    }

    /// The same with these rules added.
    pub(crate) fn with_policy(rules: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        Self {
            bus: secinfo_test_person::PrivateBus::start(directory.path(), rules),
            _directory: directory,
        }
    }

    pub(crate) fn address(&self) -> String {
        self.bus.address()
    }

    /// A client of this uid.
    pub(crate) async fn client(&self, uid: u32) -> Client {
        let builder = Builder::unix_stream(self.bus.connect(uid)).user_id(uid);
        Client {
            connection: builder.build().await.unwrap(),
        }
    }
}

/// An error reply: name and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// One connection to the private bus.
pub(crate) struct Client {
    pub(crate) connection: Connection,
}

impl Client {
    pub(crate) fn name(&self) -> String {
        self.connection.unique_name().unwrap().to_string()
    }

    /// Calls the service.
    pub(crate) async fn call<B, R>(
        &self,
        path: &str,
        interface: &str,
        member: &str,
        body: &B,
    ) -> Result<R, Refusal>
    where
        B: serde::Serialize + zbus::DynamicType,
        R: serde::de::DeserializeOwned + zbus::Type,
    {
        let interface = Some(interface).filter(|interface| !interface.is_empty());
        let call =
            self.connection
                .call_method(Some(super::house::NAME), path, interface, member, body);
        match call.await {
            Ok(reply) => Ok(reply.body().data().deserialize::<R>().unwrap().0),
            Err(zbus::Error::MethodError(name, text, _)) => Err(Refusal {
                name: name.to_string(),
                text: text.unwrap_or_default(),
            }),
            Err(zbus::Error::FDO(error)) => Err(Refusal {
                name: error.name().to_string(),
                text: error.description().unwrap_or_default().to_owned(),
            }),
            Err(other) => panic!("not a reply: {other}"),
        }
    }

    /// The name of the error that the call is refused with.
    pub(crate) async fn refused<B>(
        &self,
        path: &str,
        interface: &str,
        member: &str,
        body: &B,
    ) -> String
    where
        B: serde::Serialize + zbus::DynamicType,
    {
        let answer = self
            .call::<_, Anything>(path, interface, member, body)
            .await;
        answer.err().map_or_else(
            || panic!("{member} was not refused"),
            |refusal| refusal.name,
        )
    }
}

/// A reply that is not looked at.
#[derive(Debug)]
pub(crate) struct Anything;

impl<'de> serde::Deserialize<'de> for Anything {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Ok(Self)
    }
}

impl zbus::Type for Anything {
    const SIGNATURE: &'static zbus::Signature = &zbus::Signature::Unit;
}
