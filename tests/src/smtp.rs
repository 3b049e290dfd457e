//! A mail server: Debian's Exim on loopback, in a directory of the test's own.
//!
//! The test itself listens, on ports that the kernel chooses, and hands each connection to an Exim
//! of its own, as inetd would. So there is no daemon whose port could be taken, and nothing of it is
//! left behind.

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

/// The program; its Debian package is exim4-daemon-light.
const EXIM: &str = "/usr/sbin/exim4";
/// The account that it changes to.
const ACCOUNT: &str = "Debian-exim";
/// How long a message may take from the server's answer to the mailbox.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A running mail server, ended with this value. It takes mail for `example.org` from whoever
/// authenticates over TLS.
pub struct SmtpServer {
    starttls: Listener,
    tls: Listener,
    // After those that write into it.
    directory: TempDir,
}

impl SmtpServer {
    /// The name in its certificate.
    pub const NAME: &str = "localhost";
    /// The account that may send mail.
    pub const USER: &str = "secinfo";
    /// Its password.
    pub const PASSWORD: &str = "correct horse battery staple";
    /// Nobody has this address: refused with 550.
    pub const UNKNOWN: &str = "nobody@example.org";
    /// Mail to this address is put off with 450 the first time, and taken from then on.
    pub const GREYLISTED: &str = "greylisted@example.org";
    /// Mail to this address is refused with 554 once all of it is there.
    pub const UNWANTED: &str = "unwanted@example.org";

    /// Starts it.
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

    /// The port where TLS begins with STARTTLS.
    pub const fn starttls_port(&self) -> u16 {
        self.starttls.port
    }

    /// The port where TLS begins with the first byte.
    pub const fn tls_port(&self) -> u16 {
        self.tls.port
    }

    /// The certificate of the authority that vouches for it.
    pub fn ca_file(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    /// The certificate of another authority, which does not.
    pub fn other_ca_file(&self) -> PathBuf {
        self.directory.path().join("other-ca.pem")
    }

    /// The settings of a plugin that sends through it.
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

    /// How many connections there have been.
    pub fn connections(&self) -> usize {
        self.starttls.connections() + self.tls.connections()
    }

    /// Ends every connection, as a server does that clients have left idle for too long.
    pub fn close_connections(&self) {
        for listener in [&self.starttls, &self.tls] {
            listener.state.end_servers();
        }
    }

    /// From now on, whoever connects is turned away at once, or served again.
    pub fn set_unavailable(&self, away: bool) {
        for listener in [&self.starttls, &self.tls] {
            listener.state.away.store(away, Ordering::Release);
        }
    }

    /// What has arrived, the oldest first, once it is this many messages or more. Each begins with
    /// the headers `Return-path` and `Envelope-to` of the server.
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

    /// What has arrived so far.
    fn mailbox(&self) -> Vec<Vec<u8>> {
        let Ok(entries) = fs::read_dir(self.directory.path().join("mail/new")) else {
            return Vec::new();
        };
        let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort_by_key(|file| arrival(file));
        files.iter().map(|file| fs::read(file).unwrap()).collect()
    }

    /// What the server says about itself.
    pub fn log(&self) -> String {
        ["mainlog", "rejectlog", "paniclog"]
            .iter()
            .filter_map(|name| {
                fs::read_to_string(self.directory.path().join("log").join(name)).ok()
            })
            .collect()
    }
}

/// Listens on one port, and starts an Exim for each connection.
struct Listener {
    port: u16,
    state: Arc<State>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    ended: AtomicBool,
    away: AtomicBool,
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
                if !shared.away.load(Ordering::Acquire) {
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
        // Those that have ended by themselves have nothing under way.
        servers.retain_mut(|server| server.try_wait().unwrap().is_none());
        servers.push(server);
    }

    fn end_servers(&self) {
        for mut server in self.servers.lock().unwrap().drain(..) {
            // With all that it has started to put mail into the mailbox.
            let _ = kill_process_group(Pid::from_child(&server), Signal::KILL);
            let _ = server.wait();
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::Release);
        // The connection that makes it look.
        let _ = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        self.state.end_servers();
    }
}

/// When a file of the mailbox came: its name begins with the seconds, and `H` and the microseconds
/// behind them, whose digits are not filled up.
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

/// An authority with the server's certificate and key, and another authority.
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
# Nothing here needs to be root, or to ask a name server.
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
