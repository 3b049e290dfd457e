//! A sign-in of root through PAM while the process that phones talk to is flooded, in comparison with
//! sign-ins on the same host without the flood.

use crate::failure::{Context, Failure, Result};
use crate::host::BenchHost;
use crate::measure::{median, percentile};
use crate::pam::{Programs, SignIns, stack_of_ours, write_stack};
use crate::report::{Bar, Row, progress};
use crate::token;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::client::Resumption;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::ServerName;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep, timeout};
use tokio_rustls::TlsConnector;

/// The connections that say nothing, of as many networks as their limits let in.
const IDLE: usize = 256;
const OF_ONE_NETWORK: usize = 16;

/// Those who poll, and how often each does in a second.
const POLLERS: u8 = 20;
const EACH_A_SECOND: u32 = 50;

/// The lowest share of the processor, as `nice` counts.
const LEFT_OVER: i32 = 19;

/// How long the daemon may take to make the key of the host.
const MAKING_KEY: Duration = Duration::from_mins(5);

/// What a stranger asks: it is malformed in nothing, and signed by nobody.
const POLL: &str = "GET /push?serial=SI7Q4M2KX9TBWC3H&timestamp=2026-11-30T12%3A00%3A00Z&signature=AAAAAAAA \
    HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// The process that phones talk to, killed on drop.
pub(crate) struct Relay {
    process: Child,
    port: u16,
    tls: TlsConnector,
}

/// The sockets of the process, which are there before the daemon.
pub(crate) struct Sockets {
    phones: TcpListener,
    of_daemon: UnixListener,
    directory: PathBuf,
}

impl Sockets {
    /// Makes them, the daemon's in this directory.
    pub(crate) fn new(directory: &Path) -> Result<Self> {
        let failed = || "make the sockets for phones".into();
        Ok(Self {
            phones: TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context(failed)?,
            of_daemon: UnixListener::bind(directory.join("push")).context(failed)?,
            directory: directory.to_owned(),
        })
    }

    fn port(&self) -> Result<u16> {
        let address = self.phones.local_addr();
        Ok(address.context(|| "read the port".into())?.port())
    }

    /// What the daemon is configured with; it begins in `[daemon]`.
    pub(crate) fn configuration(&self) -> Result<String> {
        Ok(format!(
            "push_socket = \"{}\"\n[push]\nurl = \"https://127.0.0.1:{}/push\"\n",
            self.directory.join("push").display(),
            self.port()?
        ))
    }

    /// Starts the process with them, as systemd does.
    pub(crate) fn start(self, program: &Path) -> Result<Relay> {
        let port = self.port()?;
        let tls = write_certificate(&self.directory).context(|| "make a certificate".into())?;
        let process = Command::new("sh")
            .arg("-c")
            // The shell becomes the process, whose number the sockets are for. It gets the share of the
            // processor that its unit gives it (CPUWeight=20).
            .arg(
                "exec 3<&0 4<&1 0</dev/null 1>/dev/null; \
                 LISTEN_PID=$$ LISTEN_FDS=2 exec nice -n 7 \"$0\" \"$1\"",
            )
            .arg(program)
            .arg(self.directory.join("push"))
            .env("CREDENTIALS_DIRECTORY", &self.directory)
            .stdin(Stdio::from(OwnedFd::from(self.phones)))
            .stdout(Stdio::from(OwnedFd::from(self.of_daemon)))
            .stderr(Stdio::null())
            .spawn()
            .context(|| format!("start {}", program.display()))?;
        Ok(Relay { process, port, tls })
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Relay {
    /// Connects from an address of this host, each of which is a network.
    async fn connect(&self, from: [u8; 2]) -> std::io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        let [third, fourth] = from;
        socket.bind(SocketAddr::from((Ipv4Addr::new(127, 0, third, fourth), 0)))?;
        let to = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        socket.connect(to).await
    }

    /// Polls as a stranger; the status of the reply.
    async fn poll(&self, from: [u8; 2]) -> std::io::Result<String> {
        let name = ServerName::from(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST));
        let mut stream = self.tls.connect(name, self.connect(from).await?).await?;
        stream.write_all(POLL.as_bytes()).await?;
        let mut status = vec![0; 12];
        stream.read_exact(&mut status).await?;
        Ok(String::from_utf8_lossy(&status).into_owned())
    }

    /// Waits until phones are served: the daemon has made its key and said what stands.
    pub(crate) async fn wait_until_served(&self) -> Result<()> {
        let begun = Instant::now();
        loop {
            let polled = timeout(Duration::from_secs(5), self.poll([0, 1])).await;
            if matches!(&polled, Ok(Ok(status)) if status.ends_with("400")) {
                return Ok(());
            }
            if begun.elapsed() > MAKING_KEY {
                return Err(Failure::Wrong(format!("phones are not served: {polled:?}")));
            }
            sleep(Duration::from_millis(100)).await;
        }
    }
}

fn write_certificate(directory: &Path) -> std::result::Result<TlsConnector, rcgen::Error> {
    let authority_key = KeyPair::generate()?;
    let mut params = CertificateParams::new(vec![])?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&authority_key)?;
    let issuer = Issuer::new(params, authority_key);
    let key = KeyPair::generate()?;
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()])?;
    let certificate = params.signed_by(&key, &issuer)?;
    let written = fs::write(directory.join("certificate.pem"), certificate.pem())
        .and_then(|()| fs::write(directory.join("key.pem"), key.serialize_pem()));
    written.map_err(|_| rcgen::Error::CouldNotParseCertificate)?;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates([authority.der().clone()]);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring knows TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    // Each is a phone that has never been here.
    config.resumption = Resumption::disabled();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// What plays the phones, which are elsewhere: it gets what others leave of the processor.
struct Elsewhere(Option<Runtime>);

impl Elsewhere {
    fn start() -> Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .on_thread_start(|| {
                // Where that is refused, the flood counts for more than it is.
                let _ = rustix::process::nice(LEFT_OVER);
            })
            .build();
        Ok(Self(Some(runtime.context(|| "start a runtime".into())?)))
    }

    fn handle(&self) -> Handle {
        let runtime = self.0.as_ref();
        runtime.expect("it ends with its owner").handle().clone()
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Measures sign-ins on this host, whose token begins with the counter 1, beside the flood.
pub(crate) async fn measure(
    host: &BenchHost,
    relay: Arc<Relay>,
    programs: &Programs<'_>,
    directory: &Path,
    count: u64,
) -> Result<Row> {
    let pam_d = directory.join("pam.d");
    fs::create_dir(&pam_d).context(|| "create pam.d".into())?;
    write_stack(&pam_d, "other", "pam_deny.so")?;
    write_stack(&pam_d, "secinfo", &stack_of_ours(programs, host))?;
    let mut sign_ins = SignIns::start(programs.host, &pam_d)?;
    let mut sign_in_often = |from: u64| {
        let codes = (from..from + count).map(token::code);
        let times = codes.map(|code| sign_ins.sign_in("secinfo", &code));
        times.collect::<Result<Vec<_>>>()
    };
    progress("flood: phones");
    let alone = sign_in_often(1)?;
    let elsewhere = Elsewhere::start()?;
    let mut tasks = JoinSet::new();
    for number in 0..IDLE {
        let relay = Arc::clone(&relay);
        let network = u8::try_from(number / OF_ONE_NETWORK).unwrap_or_default();
        let idle = async move {
            loop {
                // One that is ended makes room for another.
                if let Ok(mut stream) = relay.connect([1, network + 1]).await {
                    let _ = stream.read(&mut [0; 1]).await;
                }
                sleep(Duration::from_millis(100)).await;
            }
        };
        tasks.spawn_on(idle, &elsewhere.handle());
    }
    let polls = Arc::new(AtomicUsize::new(0));
    for number in 1..=POLLERS {
        let (relay, polls) = (Arc::clone(&relay), Arc::clone(&polls));
        let polling = async move {
            let mut ticks = interval(Duration::from_secs(1) / EACH_A_SECOND);
            loop {
                ticks.tick().await;
                let relay = Arc::clone(&relay);
                let polls = Arc::clone(&polls);
                tokio::spawn(async move {
                    let polled = timeout(Duration::from_secs(15), relay.poll([2, number])).await;
                    if matches!(polled, Ok(Ok(_))) {
                        polls.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        };
        tasks.spawn_on(polling, &elsewhere.handle());
    }
    // Not before they have begun.
    sleep(Duration::from_secs(1)).await;
    let (before, begun) = (polls.load(Ordering::Relaxed), Instant::now());
    let beside = sign_in_often(1 + count)?;
    let answered = polls.load(Ordering::Relaxed) - before;
    #[expect(clippy::cast_precision_loss, reason = "there are few")]
    let a_second = answered as f64 / begun.elapsed().as_secs_f64();
    if answered == 0 {
        return Err(Failure::Wrong("no poll was answered".into()));
    }
    tasks.shutdown().await;
    let name = "a whole PAM verification beside 256 idle connections and 1,000 bad polls a second of phones";
    Ok(Row::new(name, "µs", median(beside.clone()))
        .beside("without the flood", median(alone))
        .part("99 of 100 are below", percentile(beside, 99), "µs")
        .part("polls that were answered", a_second, "a second")
        .bar(Bar::RatioAtMost(2.0)))
}
