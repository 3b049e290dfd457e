//! A user's connection to the bus.

use secinfo_test_person::PrivateBus;
use secinfo_wire::names::BUS_NAME;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::io::Write as _;
use std::path::PathBuf;
use zbus::connection::Builder;
use zbus::{Connection, DynamicType, Type};

/// An error reply: name and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The full name of the error.
    pub name: String,
    /// The message to the user.
    pub text: String,
}

impl Refusal {
    /// The last part of its name.
    pub fn short(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or_default()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.text)
    }
}

/// One connection to the private bus.
pub struct Client {
    /// The connection.
    pub connection: Connection,
    /// The user's uid.
    pub uid: u32,
    /// The daemon's socket for sign-ins.
    pub(crate) sign_in_socket: PathBuf,
}

impl Client {
    pub(crate) async fn connect(bus: &PrivateBus, uid: u32, sign_in_socket: PathBuf) -> Self {
        let builder = Builder::unix_stream(bus.connect(uid)).user_id(uid);
        Self {
            connection: builder.build().await.unwrap(),
            uid,
            sign_in_socket,
        }
    }

    /// The unique name of the connection.
    pub fn name(&self) -> String {
        self.connection.unique_name().unwrap().to_string()
    }

    /// Calls a method of the daemon. `interface` is the last part of an interface of secinfo, or the
    /// full name of another.
    ///
    /// # Errors
    /// The daemon's refusal.
    pub async fn call<B, R>(
        &self,
        path: &str,
        interface: &str,
        member: &str,
        body: &B,
    ) -> Result<R, Refusal>
    where
        B: Serialize + DynamicType,
        R: DeserializeOwned + Type,
    {
        let interface = full_name(interface);
        let call = self.connection.call_method(
            Some(BUS_NAME),
            path,
            Some(interface.as_str()),
            member,
            body,
        );
        match call.await {
            Ok(reply) => Ok(reply.body().data().deserialize::<R>().unwrap().0),
            Err(error) => Err(refusal(error)),
        }
    }

    /// Calls a method that must be refused, and returns the refusal.
    pub async fn refused<B>(&self, path: &str, interface: &str, member: &str, body: &B) -> Refusal
    where
        B: Serialize + DynamicType,
    {
        match self
            .call::<_, IgnoredReply>(path, interface, member, body)
            .await
        {
            Ok(IgnoredReply) => panic!("{interface}.{member} on {path} was not refused"),
            Err(refusal) => refusal,
        }
    }

    /// Reads one property.
    ///
    /// # Errors
    /// The daemon's refusal.
    pub async fn property<R>(&self, path: &str, interface: &str, name: &str) -> Result<R, Refusal>
    where
        R: TryFrom<zbus::OwnedVariant, Error: fmt::Debug>,
    {
        let body = (full_name(interface), name);
        let value: zbus::OwnedVariant = self
            .call(path, "org.freedesktop.DBus.Properties", "Get", &body)
            .await?;
        Ok(R::try_from(value).unwrap())
    }
}

fn full_name(interface: &str) -> String {
    if interface.contains('.') {
        interface.to_owned()
    } else {
        format!("{BUS_NAME}.{interface}")
    }
}

fn refusal(error: zbus::Error) -> Refusal {
    match error {
        zbus::Error::MethodError(name, text, _) => Refusal {
            name: name.to_string(),
            text: text.unwrap_or_default(),
        },
        zbus::Error::FDO(error) => Refusal {
            name: zbus::DBusError::name(error.as_ref()).to_string(),
            text: zbus::DBusError::description(error.as_ref())
                .unwrap_or_default()
                .to_owned(),
        },
        other => panic!("no reply from the daemon: {other}"),
    }
}

/// A reply whose content is ignored.
#[derive(Debug)]
pub struct IgnoredReply;

impl<'de> serde::Deserialize<'de> for IgnoredReply {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Ok(Self)
    }
}

impl Type for IgnoredReply {
    const SIGNATURE: &'static zbus::Signature = &zbus::Signature::Unit;
}

/// The end of a pipe through which this comes, to be sent in a call.
pub fn pipe_with(content: &[u8]) -> zbus::Fd<'static> {
    let (reader, mut writer) = std::io::pipe().unwrap();
    let content = content.to_vec();
    // Who reads it may stop before its end.
    std::thread::spawn(move || writer.write_all(&content));
    zbus::Fd::from(std::os::fd::OwnedFd::from(reader))
}
