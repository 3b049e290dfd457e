//! The certificate for phones: links to the files that an ACME client renews.

use super::super::arguments::PushArguments;
use super::super::host::Host;
use super::super::questions::Questions;
use crate::doctor::push::{CERTIFICATE, Fault, KEY, certificates, faults_on};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use secinfo_pam_stack::root::Root;
use secinfo_pipush::Address;
use secinfo_terminal::failure::Failure;
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Where certbot has the files of a name.
const CERTBOT: &str = "/etc/letsencrypt/live";
const DIRECTORY: &str = "/etc/secinfo/push";

/// The files of the certificate and of its key, by their paths on the host.
pub(super) struct Certificate {
    file: String,
    key: String,
}

impl Certificate {
    /// Refuses files that are named and cannot be used, and that none is named where there are none.
    pub(super) fn check(
        host: &Host,
        arguments: &PushArguments,
        address: &Address,
    ) -> Result<(), String> {
        let (Some(file), Some(key)) = (&arguments.push_certificate, &arguments.push_key) else {
            return Ok(());
        };
        let chain = chain(host, &path(file)?, address)?;
        is_key_of(host, &path(key)?, &chain)
    }

    /// Those that are named, else those that the person names, else those that are there.
    pub(super) fn find(
        host: &Host,
        questions: &Questions<'_>,
        arguments: &PushArguments,
        address: &Address,
    ) -> Result<Self, Failure> {
        if let (Some(file), Some(key)) = (&arguments.push_certificate, &arguments.push_key) {
            return Ok(Self {
                file: path(file).map_err(Failure::Refused)?,
                key: path(key).map_err(Failure::Refused)?,
            });
        }
        let now = |place: &str| host.link_target(place).unwrap_or_else(|| place.to_owned());
        let here = Self {
            file: now(CERTIFICATE),
            key: now(KEY),
        };
        if !questions.are_asked() {
            if host.has(CERTIFICATE) && host.has(KEY) {
                return Ok(here);
            }
            return Err(Failure::Usage(
                "there is no certificate for phones: give --push-certificate and --push-key".into(),
            ));
        }
        let of_certbot = format!("{CERTBOT}/{}", address.host());
        let proposed = |here: String, place: &str, name: &str| {
            if host.has(place) {
                here
            } else if host.has(&of_certbot) {
                format!("{of_certbot}/{name}")
            } else {
                String::new()
            }
        };
        let (chain, file) = questions.text(
            "The file of its certificate with all that lead to a root, such as fullchain.pem",
            &proposed(here.file, CERTIFICATE, "fullchain.pem"),
            |answer| {
                let answer = path(Path::new(answer))?;
                Ok((chain(host, &answer, address)?, answer))
            },
        )?;
        let key = questions.text(
            "The file of its key, such as privkey.pem",
            &proposed(here.key, KEY, "privkey.pem"),
            |answer| {
                let answer = path(Path::new(answer))?;
                is_key_of(host, &answer, &chain).map(|()| answer)
            },
        )?;
        Ok(Self { file, key })
    }

    /// Links to the files from where the unit looks for them; whether it did not before.
    pub(super) fn link(&self, host: &Host) -> Result<bool, Failure> {
        host.make_directory(DIRECTORY, 0o700)?;
        let mut is_changed = false;
        for (place, file) in [(CERTIFICATE, &self.file), (KEY, &self.key)] {
            if place != file && host.link_target(place).as_ref() != Some(file) {
                host.link(place, file)?;
                is_changed = true;
            }
        }
        Ok(is_changed)
    }
}

/// The path of a file; systemd looks for it by its whole path.
fn path(file: &Path) -> Result<String, String> {
    match file.to_str() {
        Some(path) if file.is_absolute() => Ok(path.to_owned()),
        _ => Err("Give the whole path of the file.".to_owned()),
    }
}

fn bytes(host: &Host, path: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    // Files of ACME clients are links.
    let read = Root::open(host.root()).and_then(|root| root.bytes(path));
    let read = read.map_err(|error| format!("{path} cannot be read: {error}."))?;
    Ok(Zeroizing::new(read))
}

/// The certificates of a file that phones would take.
fn chain(
    host: &Host,
    path: &str,
    address: &Address,
) -> Result<Vec<CertificateDer<'static>>, String> {
    let chain = certificates(&bytes(host, path)?);
    let root = Root::open(host.root()).map_err(|error| error.to_string())?;
    for fault in faults_on(&root, &chain, address.host()) {
        let wrong = match fault {
            Fault::Unreadable => "holds no certificate in PEM".to_owned(),
            Fault::Name => format!("is not for {}, which phones ask", address.host()),
            Fault::TooEarly => "is not valid yet; see whether the clock is right".to_owned(),
            Fault::Expired => "has expired; renew it first".to_owned(),
            // What doctor says of these is reported at the end.
            Fault::ExpiresIn { .. } | Fault::NoRoot => continue,
        };
        return Err(format!("{path} {wrong}."));
    }
    Ok(chain)
}

fn is_key_of(host: &Host, path: &str, chain: &[CertificateDer<'static>]) -> Result<(), String> {
    let pem = bytes(host, path)?;
    // Its own words about a mistake may quote the key.
    let key = PrivateKeyDer::from_pem_slice(&pem)
        .map_err(|_| format!("{path} holds no private key in PEM."))?;
    ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder
                .with_no_client_auth()
                .with_single_cert(chain.to_vec(), key)
        })
        .map(|_| ())
        .map_err(|_| format!("{path} is not the key of the certificate."))
}
