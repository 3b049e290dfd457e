//! The process as systemd starts it, and a daemon beside it.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use secinfo_test_phone::Phone;
use secinfo_wire::push::{FromRelay, ToRelay, VERSION};
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::process::{Child, Command};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(30);

/// The process, killed on drop.
pub(crate) struct Running {
    _process: Child,
    pub(crate) address: SocketAddr,
    directory: TempDir,
    authority: rcgen::Certificate,
}

/// A daemon that is connected.
pub(crate) struct Daemon {
    stream: BufReader<UnixStream>,
}

impl Running {
    pub(crate) fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let authority = write_certificate(directory.path());
        let phones = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = phones.local_addr().unwrap();
        let of_daemon = UnixListener::bind(at("daemon")).unwrap();
        let proxy = UnixListener::bind(at("proxy")).unwrap();
        let process = Command::new("sh")
            .arg("-c")
            // The shell becomes the process, whose number the sockets are for.
            .arg(
                "exec 3<&0 4<&1 5<&2 0</dev/null 1>/dev/null 2>&1; \
                 LISTEN_PID=$$ LISTEN_FDS=3 exec \"$0\" \"$1\"",
            )
            .arg(env!("CARGO_BIN_EXE_secinfo-push"))
            .arg(at("daemon"))
            .env("CREDENTIALS_DIRECTORY", directory.path())
            .stdin(Stdio::from(OwnedFd::from(phones)))
            .stdout(Stdio::from(OwnedFd::from(of_daemon)))
            .stderr(Stdio::from(OwnedFd::from(proxy)))
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Self {
            _process: process,
            address,
            directory,
            authority,
        }
    }

    /// Where phones ask.
    pub(crate) fn url(&self) -> String {
        format!("https://127.0.0.1:{}/p", self.address.port())
    }

    pub(crate) fn phone(&self) -> Phone {
        Phone::trusting(self.authority.der())
    }

    /// A phone with another key.
    pub(crate) fn phone_of_stranger(&self) -> Phone {
        let key = include_bytes!("../../../../tests/phone/keys/host.der");
        Phone::with_key(key, super::PHONE, Some(self.authority.der()))
    }

    /// Connects as the daemon, and says its version.
    pub(crate) async fn daemon(&self) -> Daemon {
        let stream = UnixStream::connect(self.directory.path().join("daemon"));
        let mut daemon = Daemon {
            stream: BufReader::new(stream.await.unwrap()),
        };
        daemon
            .say(ToRelay::Begin {
                version: VERSION,
                path: "/p".into(),
            })
            .await;
        daemon
    }

    /// Connects as the daemon, says all that stands, and waits until phones are served.
    pub(crate) async fn daemon_saying(&self, stands: Vec<ToRelay>) -> Daemon {
        let mut daemon = self.daemon().await;
        for said in stands {
            daemon.say(said).await;
        }
        daemon.say(ToRelay::Ready).await;
        let ask = "GET /p HTTP/1.1\r\nHost: h\r\n\r\n";
        self.until(async || !self.by_proxy(ask).await.starts_with("HTTP/1.1 503 "))
            .await;
        daemon
    }

    /// What is replied to these bytes of a proxy.
    pub(crate) async fn by_proxy(&self, request: &str) -> String {
        let stream = UnixStream::connect(self.directory.path().join("proxy"));
        let mut stream = stream.await.unwrap();
        // It may close before all is written.
        let _ = stream.write_all(request.as_bytes()).await;
        let mut said = Vec::new();
        let _ = timeout(PATIENCE, stream.read_to_end(&mut said))
            .await
            .unwrap();
        String::from_utf8(said).unwrap()
    }

    /// Waits until something is so.
    pub(crate) async fn until(&self, is_so: impl AsyncFn() -> bool) {
        timeout(PATIENCE, async {
            while !is_so().await {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await
        .unwrap();
    }
}

impl Daemon {
    pub(crate) async fn say(&mut self, said: ToRelay) {
        let mut line = serde_json::to_vec(&said).unwrap();
        line.push(b'\n');
        self.stream.get_mut().write_all(&line).await.unwrap();
    }

    /// The next line; nothing once the relay has closed.
    pub(crate) async fn heard(&mut self) -> Option<FromRelay> {
        let mut line = String::new();
        let read = timeout(PATIENCE, self.stream.read_line(&mut line)).await;
        match read.unwrap() {
            Ok(0) => None,
            // It has not read all that was said.
            Err(error) if error.kind() == ErrorKind::ConnectionReset => None,
            read => {
                read.unwrap();
                Some(serde_json::from_str(&line).unwrap())
            }
        }
    }

    /// The next post of a phone: its number, body and app.
    pub(crate) async fn posted(&mut self) -> (u64, String, String) {
        loop {
            if let FromRelay::Posted {
                exchange,
                body,
                user_agent,
            } = self.heard().await.expect("the relay is there")
            {
                return (exchange, body, user_agent);
            }
        }
    }

    /// Whether the relay has closed the connection.
    pub(crate) async fn is_closed(&mut self) -> bool {
        self.heard().await.is_none()
    }

    /// Sends bytes that are no line of the protocol.
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        // It may close before all is written.
        let _ = self.stream.get_mut().write_all(bytes).await;
    }
}

/// The next line, as it was written.
pub(crate) async fn said_by(daemon: &mut Daemon) -> String {
    serde_json::to_string(&daemon.heard().await).unwrap()
}

fn write_certificate(directory: &Path) -> rcgen::Certificate {
    let authority_key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(params, authority_key);
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    std::fs::write(directory.join("certificate.pem"), certificate.pem()).unwrap();
    std::fs::write(directory.join("key.pem"), key.serialize_pem()).unwrap();
    authority
}
