//! A message bus of the test's own, and clients on it under any uid.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::{fs, thread};
use tempfile::TempDir;
use zbus::connection::Builder;
use zbus::{Connection, DBusError};

/// Any user but root, present on every system.
pub(crate) const NOBODY: u32 = 65534;
/// Another user.
pub(crate) const DAEMON: u32 = 1;

/// A running dbus-daemon, ended with this value.
pub(crate) struct PrivateBus {
    daemon: Child,
    directory: TempDir,
}

impl PrivateBus {
    /// A bus where everyone may do everything.
    pub(crate) fn start() -> Self {
        Self::with_policy("")
    }

    /// The same with these rules added.
    pub(crate) fn with_policy(rules: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let socket = directory.path().join("socket");
        let config = directory.path().join("bus.conf");
        let log = directory.path().join("log");
        let text = format!(
            r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
             "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
            <busconfig>
              <type>session</type>
              <listen>unix:path={}</listen>
              <auth>EXTERNAL</auth>
              <policy context="default">
                <allow user="*"/>
                <allow own="*"/>
                <allow send_destination="*" eavesdrop="true"/>
                <allow receive_sender="*"/>
                {rules}
              </policy>
            </busconfig>"#,
            socket.display()
        );
        fs::write(&config, text).unwrap();
        let mut daemon = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", config.display()))
            .args(["--nofork", "--print-address=1"])
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&log).unwrap())
            .spawn()
            .expect("dbus-daemon is installed");
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap())
            .read_line(&mut address)
            .unwrap();
        assert!(
            address.starts_with("unix:"),
            "{}",
            fs::read_to_string(&log).unwrap()
        );
        Self { daemon, directory }
    }

    pub(crate) fn address(&self) -> String {
        format!(
            "unix:path={}",
            self.directory.path().join("socket").display()
        )
    }

    /// A client of this uid. The bus learns the uid from the kernel, which takes it from the
    /// thread that connects.
    pub(crate) async fn client(&self, uid: u32) -> Client {
        let socket = self.directory.path().join("socket");
        let stream = thread::spawn(move || {
            if uid != 0 {
                let uid = rustix::process::Uid::from_raw(uid);
                rustix::thread::set_thread_res_uid(uid, uid, uid)
                    .expect("these tests run as root, to be several users");
            }
            UnixStream::connect(socket).unwrap()
        });
        let builder = Builder::unix_stream(stream.join().unwrap()).user_id(uid);
        Client {
            connection: builder.build().await.unwrap(),
        }
    }
}

impl Drop for PrivateBus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
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
