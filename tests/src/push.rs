//! The process that phones talk to, as systemd starts it, and users with a phone.

use crate::client::Client;
use crate::daemon::binary;
use crate::host::{Setup, TestHost};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls_pki_types::CertificateDer;
use secinfo_test_phone::{Accepted, Choice, Entry, Link, Phone, Problem, Request};
use secinfo_wire::{Response, Submitted};
use std::collections::HashMap;
use std::fs::{self, File};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use zbus::Variant;

/// How long something may take. The key of the host is made at its first start.
const PATIENCE: Duration = Duration::from_mins(2);

/// The process that phones talk to. Its sockets are there before it, and stay when it ends.
pub struct Relay {
    process: Option<Child>,
    phones: TcpListener,
    of_daemon: Option<UnixListener>,
    directory: TempDir,
    authority: CertificateDer<'static>,
}

/// A user's phone with an entry for this host.
pub struct PhoneUser {
    /// The phone.
    pub phone: Phone,
    /// Its entry.
    pub entry: Entry,
    /// The path of the method.
    pub method: String,
}

impl Default for Relay {
    fn default() -> Self {
        Self::new()
    }
}

impl Relay {
    /// A socket for phones, and a certificate for it. Nothing runs yet.
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let authority = write_certificate(directory.path());
        Self {
            process: None,
            phones: TcpListener::bind("127.0.0.1:0").unwrap(),
            of_daemon: None,
            directory,
            authority,
        }
    }

    /// A host whose phones ask here, with this setup beside.
    pub async fn with_host(setup: Setup) -> (Self, TestHost) {
        let mut relay = Self::new();
        let url = format!("[push]\nurl = \"{}\"\n", relay.url());
        let host = TestHost::with(setup.more(&url)).await;
        relay.start(&host);
        relay.wait_until_served().await;
        (relay, host)
    }

    /// Where phones ask.
    pub fn url(&self) -> String {
        let port = self.phones.local_addr().unwrap().port();
        format!("https://127.0.0.1:{port}/push")
    }

    /// Starts it for this host.
    pub fn start(&mut self, host: &TestHost) {
        assert!(self.process.is_none(), "it runs already");
        let of_daemon = self
            .of_daemon
            .get_or_insert_with(|| UnixListener::bind(host.push_socket()).unwrap());
        let passed = |socket: OwnedFd| Stdio::from(socket);
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.directory.path().join("log"))
            .unwrap();
        let process = Command::new("sh")
            .arg("-c")
            // The shell becomes the process, whose number the sockets are for.
            .arg(
                "exec 3<&0 4<&1 0</dev/null 1>/dev/null; \
                 LISTEN_PID=$$ LISTEN_FDS=2 exec \"$0\" \"$1\"",
            )
            .arg(binary("secinfo-push"))
            .arg(host.push_socket())
            .env("CREDENTIALS_DIRECTORY", self.directory.path())
            .stdin(passed(self.phones.try_clone().unwrap().into()))
            .stdout(passed(of_daemon.try_clone().unwrap().into()))
            .stderr(log)
            .spawn()
            .unwrap();
        self.process = Some(process);
    }

    /// Kills it, and waits for its end.
    pub fn kill(&mut self) {
        let mut process = self.process.take().expect("it was started");
        process.kill().unwrap();
        process.wait().unwrap();
    }

    /// Replaces its certificate by one of another authority, which phones trust from now on. It reads it when
    /// it is started.
    pub fn renew_certificate(&mut self) {
        self.authority = write_certificate(self.directory.path());
    }

    /// A phone that trusts its certificate.
    pub fn phone(&self) -> Phone {
        Phone::trusting(&self.authority)
    }

    /// The authority that has signed its certificate.
    pub const fn authority(&self) -> &CertificateDer<'static> {
        &self.authority
    }

    /// A phone with another key, which says that it has the usual one.
    pub fn phone_of_stranger(&self) -> Phone {
        Phone::with_key(
            include_bytes!("../phone/keys/host.der"),
            include_bytes!("../phone/keys/phone.spki.der"),
            Some(&self.authority),
        )
    }

    /// What it has said.
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }

    /// What a phone is told that registers by a link of an enrollment that began a moment ago: the relay may not
    /// have heard of that yet.
    ///
    /// # Errors
    /// As the phone's own.
    pub async fn register(&self, phone: &Phone, link: &Link) -> Result<Entry, Problem> {
        let begun = Instant::now();
        loop {
            match phone.register(link).await {
                Err(Problem::Refused { status: 404, .. }) if begun.elapsed() < PATIENCE => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                told => return told,
            }
        }
    }

    /// Waits until phones are served: the daemon has said all that stands.
    pub async fn wait_until_served(&self) {
        let stranger = Entry {
            url: self.url(),
            serial: "UNKNOWN".to_owned(),
            host_key: Vec::new(),
        };
        let begun = Instant::now();
        loop {
            // A serial that is not known is refused where serials are known.
            let refused = self.phone().poll(&stranger).await;
            if matches!(refused, Err(Problem::Refused { status: 400, .. })) {
                return;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "phones are not served: {refused:?}"
            );
            pause().await;
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Client {
    /// Adds a phone of this user, who approves the test request on it.
    pub async fn enroll_phone(&self, relay: &Relay) -> PhoneUser {
        let mut phone = relay.phone();
        let options = HashMap::from([("forms", Variant::from(vec!["code", "approval"]))]);
        let (path, details) = self.start_enrollment("push", options).await.unwrap();
        let path = path.as_str();
        let link = Link::read(details.uri.as_deref().unwrap()).unwrap();
        let entry = relay.register(&phone, &link).await.unwrap();
        let submitted = self.call(path, "Enrollment", "Submit", &Response::Wait);
        let submitted: Submitted = submitted.await.unwrap();
        assert!(matches!(submitted, Submitted::Next(_)), "{submitted:?}");
        let request = shown(&mut phone, &entry).await;
        let accepted = phone
            .answer(&entry, &request, Choice::Accept)
            .await
            .unwrap();
        let code = accepted.code.expect("the phone shows a code");
        let enrolled = self.finish_enrollment(path, &code).await.unwrap();
        PhoneUser {
            phone,
            entry,
            method: enrolled.method.to_string(),
        }
    }
}

impl PhoneUser {
    /// The request that the phone shows when it is pulled down.
    pub async fn request(&mut self) -> Request {
        shown(&mut self.phone, &self.entry).await
    }

    /// Whether a request is open, which the phone may have shown already.
    pub async fn is_asked(&self, relay: &Relay) -> bool {
        // An app that remembers nothing.
        let mut phone = relay.phone();
        !poll(&mut phone, &self.entry).await.is_empty()
    }

    /// Answers a request.
    pub async fn answer(&self, request: &Request, choice: Choice<'_>) -> Accepted {
        let answered = self.phone.answer(&self.entry, request, choice).await;
        answered.unwrap()
    }

    /// Accepts the request that the phone shows; the code that it shows then.
    pub async fn approve(&mut self) -> String {
        let request = self.request().await;
        let accepted = self.answer(&request, Choice::Accept).await;
        accepted.code.expect("the phone shows a code")
    }
}

/// The one request that a phone shows, which is pulled down until there is one.
pub async fn shown(phone: &mut Phone, entry: &Entry) -> Request {
    let begun = Instant::now();
    loop {
        if let Some(request) = poll(phone, entry).await.pop() {
            return request;
        }
        assert!(begun.elapsed() < PATIENCE, "the phone shows no request");
        pause().await;
    }
}

/// What a phone shows that is pulled down until it may ask.
async fn poll(phone: &mut Phone, entry: &Entry) -> Vec<Request> {
    loop {
        match phone.poll(entry).await {
            Err(Problem::Refused { status: 429, .. }) => pause().await,
            polled => return polled.unwrap(),
        }
    }
}

async fn pause() {
    tokio::time::sleep(Duration::from_millis(100)).await;
}

fn write_certificate(directory: &Path) -> CertificateDer<'static> {
    let authority_key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(params, authority_key);
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    fs::write(directory.join("certificate.pem"), certificate.pem()).unwrap();
    fs::write(directory.join("key.pem"), key.serialize_pem()).unwrap();
    authority.der().clone()
}
