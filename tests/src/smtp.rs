//! A mail server: Debian's Exim on loopback, in a temporary directory.
//!
//! The test itself listens on ports that the kernel chooses, and starts an Exim process for each
//! connection, as inetd does. So no port can be taken, and no process is left behind.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustix::process::{Pid, Signal, kill_process_group};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The program, from the Debian package exim4-daemon-light.
const EXIM: &str = "/usr/sbin/exim4";
/// The account that Exim switches to.
const ACCOUNT: &str = "Debian-exim";
/// How long a message may take to reach the mailbox after the server has accepted it.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A running mail server, stopped on drop. It accepts mail for `example.org` from clients that
/// authenticate over TLS.
pub struct SmtpServer {
    starttls: Listener,
    tls: Listener,
    // Last, because the listeners' servers write to it.
    directory: TempDir,
}

impl SmtpServer {
    /// The name in its certificate.
    pub const NAME: &str = "localhost";
    /// The account that may send mail.
    pub const USER: &str = "secinfo";
    /// Its password.
    pub const PASSWORD: &str = "correct horse battery staple";
    /// An unknown address, refused with 550.
    pub const UNKNOWN: &str = "nobody@example.org";
    /// An address that is refused with 450 the first time, and accepted afterwards.
    pub const GREYLISTED: &str = "greylisted@example.org";
    /// An address whose mail is refused with 554 after its content was received.
    pub const UNWANTED: &str = "unwanted@example.org";

    /// Starts the server.
    pub fn start() -> Self {
        let directory = tempfile::Builder::new()
            .prefix("secinfo-smtp-")
            .tempdir()
            .unwrap();
        let (uid, gid) = account();
        let path = directory.path();
        for name in ["", "spool", "mail", "log"] {
            let part = path.join(name);
            fs::create_dir_all(&part).unwrap();
            fs::set_permissions(&part, fs::Permissions::from_mode(0o755)).unwrap();
            if !name.is_empty() {
                chown(&part, Some(uid), Some(gid)).unwrap();
            }
        }
        write_certificates(path);
        chown(path.join("key.pem"), Some(uid), Some(gid)).unwrap();
        let config = path.join("exim.conf");
        fs::write(&config, configuration(path)).unwrap();
        let start = |options: &[&str]| Listener::start(&config, options);
        Self {
            starttls: start(&[]),
            tls: start(&["-tls-on-connect"]),
            directory,
        }
    }

    /// The port for STARTTLS.
    pub const fn starttls_port(&self) -> u16 {
        self.starttls.port
    }

    /// The port for implicit TLS.
    pub const fn tls_port(&self) -> u16 {
        self.tls.port
    }

    /// The certificate of the authority that issued the server's.
    pub fn ca_file(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    /// The certificate of another authority.
    pub fn other_ca_file(&self) -> PathBuf {
        self.directory.path().join("other-ca.pem")
    }

    /// The settings of a plugin that sends through this server.
    pub fn settings(&self) -> String {
        format!(
            "host = \"{}\"\nport = {}\nusername = \"{}\"\npassword = \"{}\"\n\
             from = \"Example <security@example.org>\"\nca_file = \"{}\"\n",
            Self::NAME,
            self.tls_port(),
            Self::USER,
            Self::PASSWORD,
            self.ca_file().display()
        )
    }

    /// The number of connections so far.
    pub fn connections(&self) -> usize {
        self.starttls.connections() + self.tls.connections()
    }

    /// Closes all connections, as a server does with idle ones.
    pub fn close_connections(&self) {
        for listener in [&self.starttls, &self.tls] {
            listener.state.end_servers();
        }
    }

    /// Makes the server close every new connection at once, or serve them again.
    pub fn set_unavailable(&self, unavailable: bool) {
        for listener in [&self.starttls, &self.tls] {
            let state = &listener.state;
            state.unavailable.store(unavailable, Ordering::Release);
        }
    }

    /// Waits for at least `count` messages, and returns all, the oldest first. Each begins with the
    /// server's headers `Return-path` and `Envelope-to`.
    pub fn mail(&self, count: usize) -> Vec<Vec<u8>> {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            let mail = self.mailbox();
            if mail.len() >= count {
                return mail;
            }
            assert!(
                Instant::now() < deadline,
                "{} of {count} messages: {}",
                mail.len(),
                self.log()
            );
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// The messages so far.
    fn mailbox(&self) -> Vec<Vec<u8>> {
        let Ok(entries) = fs::read_dir(self.directory.path().join("mail/new")) else {
            return Vec::new();
        };
        let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort_by_key(|file| arrival(file));
        files.iter().map(|file| fs::read(file).unwrap()).collect()
    }

    /// The server's log.
    pub fn log(&self) -> String {
        ["mainlog", "rejectlog", "paniclog"]
            .iter()
            .filter_map(|name| {
                fs::read_to_string(self.directory.path().join("log").join(name)).ok()
            })
            .collect()
    }
}

/// Listens on a port, and starts an Exim for each connection.
struct Listener {
    port: u16,
    state: Arc<State>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    ended: AtomicBool,
    unavailable: AtomicBool,
    connections: AtomicUsize,
    servers: Mutex<Vec<Child>>,
}

impl Listener {
    fn start(config: &Path, options: &[&str]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State::default());
        let mut arguments = vec!["-C".to_owned(), config.display().to_string()];
        arguments.extend(options.iter().map(|&option| option.to_owned()));
        arguments.extend(["-bs".to_owned(), "-odf".to_owned()]);
        let shared = Arc::clone(&state);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.ended.load(Ordering::Acquire) {
                    break;
                }
                let stream = stream.unwrap();
                if !shared.unavailable.load(Ordering::Acquire) {
                    shared.serve(stream, &arguments);
                }
            }
        });
        Self {
            port,
            state,
            thread: Some(thread),
        }
    }

    fn connections(&self) -> usize {
        self.state.connections.load(Ordering::Acquire)
    }
}

impl State {
    fn serve(&self, stream: TcpStream, arguments: &[String]) {
        let output = stream.try_clone().unwrap();
        let server = Command::new(EXIM)
            .args(arguments)
            .stdin(Stdio::from(OwnedFd::from(stream)))
            .stdout(Stdio::from(OwnedFd::from(output)))
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("exim4 is installed (Debian package exim4-daemon-light)");
        self.connections.fetch_add(1, Ordering::AcqRel);
        let mut servers = self.servers.lock().unwrap();
        // Removes those that have ended.
        servers.retain_mut(|server| server.try_wait().unwrap().is_none());
        servers.push(server);
    }

    fn end_servers(&self) {
        for mut server in self.servers.lock().unwrap().drain(..) {
            // Including the processes that it has started to deliver mail.
            let _ = kill_process_group(Pid::from_child(&server), Signal::KILL);
            let _ = server.wait();
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::Release);
        // Wakes the listener.
        let _ = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        self.state.end_servers();
    }
}

/// When a file of the mailbox arrived: its name begins with the seconds, followed by `H` and the
/// microseconds without leading zeros.
fn arrival(file: &Path) -> (u64, u64) {
    let name = file.file_name().unwrap().to_str().unwrap();
    let mut numbers = name.split(|c: char| !c.is_ascii_digit());
    let seconds = numbers.next().unwrap().parse().unwrap();
    let rest = numbers.find(|number| !number.is_empty()).unwrap();
    (seconds, rest.parse().unwrap())
}

/// The uid and gid of Exim's account.
fn account() -> (u32, u32) {
    let accounts = fs::read_to_string("/etc/passwd").unwrap();
    let fields = accounts
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields[0] == ACCOUNT)
        .expect("exim4 is installed (Debian package exim4-daemon-light)");
    (fields[2].parse().unwrap(), fields[3].parse().unwrap())
}

/// Writes the certificates of two authorities, and the server's certificate and key, issued by the
/// first.
fn write_certificates(directory: &Path) {
    let ca = authority();
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new([SmtpServer::NAME.to_owned()])
        .unwrap()
        .signed_by(&key, &ca)
        .unwrap();
    for (name, text) in [
        ("ca.pem", ca.pem()),
        ("other-ca.pem", authority().pem()),
        ("certificate.pem", server.pem()),
        ("key.pem", key.serialize_pem()),
    ] {
        fs::write(directory.join(name), text).unwrap();
    }
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut parameters = CertificateParams::default();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap()
}

fn configuration(directory: &Path) -> String {
    let directory = directory.display();
    let (user, password) = (SmtpServer::USER, SmtpServer::PASSWORD);
    let (unknown, greylisted, unwanted) = (
        SmtpServer::UNKNOWN,
        SmtpServer::GREYLISTED,
        SmtpServer::UNWANTED,
    );
    format!(
        r"primary_hostname = mail.example.org
spool_directory = {directory}/spool
log_file_path = {directory}/log/%slog
syslog_timestamp = no
local_interfaces = 127.0.0.1
# Nothing here needs root or a name server.
deliver_drop_privilege
host_lookup =
rfc1413_query_timeout = 0s
dns_again_means_nonexist = *
keep_environment =
check_spool_space = 0
check_spool_inodes = 0

tls_certificate = {directory}/certificate.pem
tls_privatekey = {directory}/key.pem
tls_advertise_hosts = *

acl_smtp_rcpt = recipient
acl_smtp_data = content

begin acl

recipient:
  deny    !authenticated = *
          message = 530 5.7.0 Authentication required
  deny    recipients = {unknown}
          message = 550 5.1.1 <$local_part@$domain>: no such user here
  deny    !domains = example.org
          message = 550 5.7.1 <$local_part@$domain>: relay access denied
  defer   recipients = {greylisted}
          condition = ${{if !exists{{{directory}/spool/seen}}}}
          set acl_m_seen = ${{run{{/usr/bin/touch {directory}/spool/seen}}}}
          message = 450 4.2.0 <$local_part@$domain>: greylisted, come again later
  accept

content:
  deny    condition = ${{if eqi{{$recipients}}{{{unwanted}}}}}
          message = 554 5.7.1 Not wanted by $recipients
  accept

begin routers

mailbox:
  driver = accept
  transport = mailbox

begin transports

mailbox:
  driver = appendfile
  directory = {directory}/mail
  maildir_format
  envelope_to_add
  return_path_add

begin retry

*  *  F,1h,1m

begin authenticators

plain:
  driver = plaintext
  public_name = PLAIN
  server_advertise_condition = ${{if def:tls_in_cipher}}
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{user}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2
"
    )
}
