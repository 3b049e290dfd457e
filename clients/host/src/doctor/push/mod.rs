//! Checks that phones reach this host, where it asks them to approve sign-ins.

mod chain;
mod served;
#[cfg(test)]
mod tests;

use super::finding::{Area, Finding, Findings, Severity};
use super::units::is_enabled;
pub(crate) use chain::Fault;
use chain::faults;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, UnixTime};
use secinfo_pam_stack::root::{Root, is_absent};
use secinfo_pipush::Address;
use served::{Served, served};
use toml::Table;

const CONFIG: &str = "/etc/secinfo/config.toml";
pub(crate) const SOCKET: &str = "secinfo-push.socket";
/// Where a web server that ends TLS connects.
const PROXY_SOCKET: &str = "secinfo-push-proxy.socket";
const SERVICE: &str = "secinfo-push.service";
pub(crate) const CERTIFICATE: &str = "/etc/secinfo/push/certificate.pem";
pub(crate) const KEY: &str = "/etc/secinfo/push/key.pem";

/// Where distributions keep the certificates of the authorities that they trust, in one file.
const ROOTS: [&str; 3] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
];

/// Checks units, certificate and port, if phones are asked; and that they are, if the socket for them is
/// enabled.
pub(crate) fn check(root: &Root, findings: &mut Findings) {
    // What is wrong with the file is found elsewhere.
    let config: Table = root
        .text(CONFIG)
        .unwrap_or_default()
        .parse()
        .unwrap_or_default();
    let url = config.get("push").and_then(|push| push.get("url"));
    let url = url.and_then(toml::Value::as_str).unwrap_or_default();
    let mut checks = Checks { root, findings };
    if url.is_empty() {
        checks.socket_in_vain();
        return;
    }
    checks
        .findings
        .saw(Area::Push, "how phones reach this host");
    let Ok(address) = Address::parse(url) else {
        checks.wrong_address(url);
        return;
    };
    if !checks.socket() {
        return;
    }
    let is_behind_proxy = is_enabled(root, PROXY_SOCKET);
    let in_file = if is_behind_proxy {
        None
    } else {
        checks.key();
        checks.certificate()
    };
    let is_served = root
        .is_this_host()
        .then(|| served(address.host(), address.port()));
    match (is_served, in_file) {
        (Some(Served::Chain(chain)), in_file) => {
            if in_file.is_some_and(|in_file| in_file.first() != chain.first()) {
                checks.former_certificate();
            }
            checks.judge(&chain, &address);
        }
        (other, in_file) => {
            if let Some(chain) = in_file {
                checks.judge(&chain, &address);
            }
            match other {
                Some(Served::NoTls) => checks.silent(&address),
                Some(_) => checks.not_listening(&address),
                None => {}
            }
        }
    }
}

struct Checks<'a> {
    root: &'a Root,
    findings: &'a mut Findings,
}

impl Checks<'_> {
    fn add(
        &mut self,
        id: &'static str,
        severity: Severity,
        subject: &str,
        what: &str,
        remedy: &str,
    ) {
        let finding = Finding::of_host(Area::Push, id, severity, subject, what, remedy);
        self.findings.add(finding);
    }

    fn socket_in_vain(&mut self) {
        if is_enabled(self.root, SOCKET) {
            self.add(
                "push-socket-in-vain",
                Severity::Warning,
                SOCKET,
                "It is enabled, and config.toml names no url for phones, so they are told nothing.",
                "Set url in the section [push] of /etc/secinfo/config.toml, or run sudo systemctl disable \
                 --now secinfo-push.socket.",
            );
        }
    }

    fn wrong_address(&mut self, url: &str) {
        let why = Address::parse(url).err().map(|why| why.to_string());
        let what = format!(
            "The url in its section [push] is not one that phones ask unchanged: {}.",
            why.unwrap_or_default()
        );
        self.add(
            "push-url",
            Severity::Error,
            CONFIG,
            &what,
            "Write one such as https://push.example.org:8443/push.",
        );
    }

    /// Whether there is one for the daemon.
    fn socket(&mut self) -> bool {
        if !is_enabled(self.root, SOCKET) {
            self.add(
                "push-socket-off",
                Severity::Error,
                SOCKET,
                "It is not enabled, so no phone can be asked.",
                "Run sudo systemctl enable --now secinfo-push.socket.",
            );
            return false;
        }
        if self.root.is_this_host() && !self.root.has(secinfo_wire::push::SOCKET) {
            self.add(
                "push-socket-down",
                Severity::Error,
                SOCKET,
                "It does not listen, so no phone can be asked.",
                "Run sudo systemctl start secinfo-push.socket, and see what systemctl status says of it.",
            );
            return false;
        }
        true
    }

    fn key(&mut self) {
        match self.root.metadata(KEY) {
            Ok(is) if !self.root.is_root(is.uid) => {
                let what = format!("It belongs to uid {}, and not to root.", is.uid);
                let remedy = "Run sudo chown root:root /etc/secinfo/push/key.pem.";
                self.add("push-key-mode", Severity::Error, KEY, &what, remedy);
            }
            Ok(is) if is.mode & 0o077 != 0 => {
                let what = format!(
                    "Others than root may read or change it (mode {:04o}).",
                    is.mode
                );
                let remedy = "Run sudo chmod 600 /etc/secinfo/push/key.pem.";
                self.add("push-key-mode", Severity::Error, KEY, &what, remedy);
            }
            Ok(_) => {}
            Err(error) if is_absent(&error) => self.add(
                "push-no-certificate",
                Severity::Error,
                KEY,
                "There is no key, so phones cannot connect.",
                "Link the key of the certificate there.",
            ),
            Err(error) => self.findings.missed(Area::Push, KEY, error.to_string()),
        }
    }

    /// The certificate in its file, with those that come with it.
    fn certificate(&mut self) -> Option<Vec<CertificateDer<'static>>> {
        match self.root.bytes(CERTIFICATE) {
            Ok(pem) => Some(certificates(&pem)),
            Err(error) if is_absent(&error) => {
                self.add(
                    "push-no-certificate",
                    Severity::Error,
                    CERTIFICATE,
                    "There is no certificate, so phones cannot connect.",
                    "Link the file there that holds the certificate and all that lead to a root.",
                );
                None
            }
            Err(error) => {
                self.findings
                    .missed(Area::Push, CERTIFICATE, error.to_string());
                None
            }
        }
    }

    fn former_certificate(&mut self) {
        self.add(
            "push-not-restarted",
            Severity::Warning,
            SERVICE,
            "Phones still get another certificate than that of the file.",
            "Run sudo systemctl try-restart secinfo-push.service, and have your ACME client do so after each \
             renewal.",
        );
    }

    fn silent(&mut self, address: &Address) {
        let what = format!(
            "No TLS comes of connections to port {}: it does not run, or what listens there is another \
             program.",
            address.port()
        );
        self.add(
            "push-silent",
            Severity::Error,
            SERVICE,
            &what,
            "Run systemctl status secinfo-push.service, then sudo journalctl -u secinfo-push.",
        );
    }

    fn not_listening(&mut self, address: &Address) {
        let what = format!(
            "Phones ask at port {}, and nothing listens there on this host.",
            address.port()
        );
        self.add(
            "push-port",
            Severity::Warning,
            SOCKET,
            &what,
            "Have it listen there (sudo systemctl edit secinfo-push.socket, ListenStream=), unless a router or \
             proxy elsewhere passes that port on.",
        );
    }

    fn judge(&mut self, chain: &[CertificateDer<'_>], address: &Address) {
        for fault in faults_on(self.root, chain, address.host()) {
            let host = address.host();
            let (id, severity, what, remedy) = match fault {
                Fault::Unreadable => (
                    "push-certificate",
                    Severity::Error,
                    "It is no certificate in PEM.".to_owned(),
                    "Link the file there that holds the certificate and all that lead to a root.",
                ),
                Fault::Name => (
                    "push-name",
                    Severity::Error,
                    format!("The certificate is not for {host}, which phones ask."),
                    "Get one for that name, or write its name into url in the section [push] of \
                     config.toml; phones that were added before are then added again.",
                ),
                Fault::TooEarly => (
                    "push-expired",
                    Severity::Error,
                    "The certificate is not valid yet, so phones refuse it.".to_owned(),
                    "See whether the clock is right.",
                ),
                Fault::Expired => (
                    "push-expired",
                    Severity::Error,
                    "The certificate has expired, so phones refuse it.".to_owned(),
                    "Renew it, then run sudo systemctl try-restart secinfo-push.service.",
                ),
                Fault::ExpiresIn { days } => (
                    "push-expires",
                    Severity::Warning,
                    format!("The certificate expires in {days} days and was not renewed."),
                    "See why your ACME client does not renew it; it has to run systemctl try-restart \
                     secinfo-push.service afterwards.",
                ),
                Fault::NoRoot => (
                    "push-chain",
                    Severity::Warning,
                    "By the certificates that come with it, it leads to no authority that this host \
                     knows, so phones refuse it."
                        .to_owned(),
                    "Link the file there that holds all of them, such as fullchain.pem; with an authority \
                     of your own, its root must be on this host and on each phone, which only iPhones \
                     take.",
                ),
            };
            self.add(id, severity, CERTIFICATE, &what, remedy);
        }
    }
}

/// What phones would find now in a certificate that comes first in `chain`, with the roots that this host
/// knows.
pub(crate) fn faults_on(root: &Root, chain: &[CertificateDer<'_>], host: &str) -> Vec<Fault> {
    let roots = ROOTS.iter().find_map(|path| root.bytes(path).ok());
    let roots = certificates(&roots.unwrap_or_default());
    faults(chain, &roots, host, UnixTime::now())
}

/// The certificates of a file; what is none ends them.
pub(crate) fn certificates(pem: &[u8]) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(pem)
        .map_while(Result::ok)
        .collect()
}
